/* SPDX-License-Identifier: MIT */
#include "run/helper/readiness.h"

#include "base/cleanup.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

/* The kernel's __SO_ACCEPTCON, as /proc/net/unix shows it. */
enum { LISTENS = 1 << 16 };

/* Num, RefCount, Protocol, Flags, Type, St, Inode, Path. */
static const char *behind_words(const char *line, unsigned words)
{
    for (; words > 0; words--) {
        line += strspn(line, " ");
        line += strcspn(line, " ");
    }
    return line + strspn(line, " ");
}

int socket_is_listened_on(const char *path, bool *listens, struct error *error)
{
    enum { LONGEST = sizeof((struct sockaddr_un *)0)->sun_path - 1 };
    char line[512];
    *listens = false;
    if (path[0] != '/' || strlen(path) > LONGEST)
        return error_set(error, ERROR_INPUT, path,
                         "no socket can have this path of %zu bytes: it has to be absolute, and %d "
                         "is the most; set TMPDIR to a shorter one",
                         strlen(path), (int)LONGEST);
    CLEANUP_FILE FILE *sockets = fopen("/proc/net/unix", "re");
    if (sockets == NULL)
        return error_set_errno(error, errno, "/proc/net/unix", "cannot be read");
    while (!*listens && fgets(line, sizeof line, sockets) != NULL) {
        line[strcspn(line, "\n")] = '\0';
        *listens = (strtoul(behind_words(line, 3), NULL, 16) & LISTENS) != 0 &&
                   strcmp(behind_words(line, 7), path) == 0;
    }
    return 0;
}
