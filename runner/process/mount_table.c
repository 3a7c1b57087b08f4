/* SPDX-License-Identifier: MIT */
#include "process/mount_table.h"

#include "base/cleanup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* mountinfo writes a blank, a tab, a newline and a backslash as \ooo. */
static void unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from != '\0'; to++) {
        unsigned code = 0;
        if (from[0] == '\\' && sscanf(from + 1, "%3o", &code) == 1) { /* NOLINT(cert-err34-c) */
            *to = (char)code;
            from += 4;
        } else {
            *to = *from++;
        }
    }
    *to = '\0';
}

/* Whether `path` is `directory` or lies below it. */
static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    if (strcmp(directory, "/") == 0)
        return true;
    return strncmp(path, directory, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

bool mount_find_device(const char *path, char out[MOUNT_DEVICE_SIZE])
{
    CLEANUP_FILE FILE *table = fopen("/proc/self/mountinfo", "re");
    CLEANUP_FREE char *line = NULL;
    size_t room = 0;
    size_t longest = 0;
    out[0] = '\0';
    while (table != NULL && getline(&line, &room, table) > 0) {
        char device[MOUNT_DEVICE_SIZE];
        char point[PATH_MAX];
        if (sscanf(line, "%*d %*d %23s %*s %4095s", device, point) != 2)
            continue;
        unescape(point);
        if (strlen(point) < longest || !is_below(path, point))
            continue;
        longest = strlen(point);
        (void)memcpy(out, device, sizeof device);
    }
    return out[0] != '\0';
}
