/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "filesystem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    MOUNT_LINE_BYTES = 2048, /* of a line of mountinfo; the rest (options) is not looked at */
    NAME_BYTES = 256,
    DEVICE_FIELD = 2,
    MOUNT_FIELD = 4,
};

static struct {
    char type[NAME_BYTES];
    char source[NAME_BYTES];
    char mount[NAME_BYTES];
} found;

static void copy_name(char name[NAME_BYTES], const char *text)
{
    size_t length = strlen(text);
    if (length >= NAME_BYTES)
        length = NAME_BYTES - 1;
    memcpy(name, text, length);
    name[length] = '\0';
}

/* Cuts the next field off the line and moves the line behind it; NULL at the end. */
static char *next_field(char **line)
{
    char *field = *line;
    if (field == NULL)
        return NULL;
    char *space = strchr(field, ' ');
    *line = space == NULL ? NULL : space + 1;
    if (space != NULL)
        *space = '\0';
    return field;
}

/*
 * One line of mountinfo, proc(5): "36 35 98:0 /root /mount options [tags ...] - type source
 * options". A device may be mounted at several places; the last one counts.
 */
static void match_line(char *line, const char *device)
{
    char *mount = NULL;
    char *field = NULL;
    for (int i = 0; i <= MOUNT_FIELD; i++) {
        field = next_field(&line);
        if (field == NULL || (i == DEVICE_FIELD && strcmp(field, device) != 0))
            return;
    }
    mount = field;
    do {
        field = next_field(&line);
    } while (field != NULL && strcmp(field, "-") != 0);
    const char *type = next_field(&line);
    const char *source = next_field(&line);
    if (type == NULL || source == NULL)
        return;
    copy_name(found.type, type);
    copy_name(found.source, source);
    copy_name(found.mount, mount);
}

/* Feeds the lines of /proc/self/mountinfo to match_line; a missing file has none. */
static void match_lines(const char *device)
{
    static char line[MOUNT_LINE_BYTES];
    static char chunk[MOUNT_LINE_BYTES];
    size_t length = 0;
    ssize_t size = 0;
    int fd = open("/proc/self/mountinfo", O_RDONLY);
    if (fd < 0)
        return;
    while ((size = read(fd, chunk, sizeof chunk)) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            if (chunk[i] == '\n') {
                line[length] = '\0';
                match_line(line, device);
                length = 0;
            } else if (length < sizeof line - 1) {
                line[length++] = chunk[i];
            }
        }
    }
    (void)close(fd);
}

void report_filesystem(unsigned long long device)
{
    /* Linux's encoding of dev_t; elsewhere there is no mountinfo to compare it with. */
    unsigned long long major = ((device >> 8) & 0xfffU) | ((device >> 32) & 0xfffff000U);
    unsigned long long minor = (device & 0xffU) | ((device >> 12) & 0xffffff00U);
    struct text text = {.length = 0};
    text_add_unsigned(&text, major);
    text_add(&text, ":");
    text_add_unsigned(&text, minor);
    match_lines(text.bytes);
    start_line("fs", found.type[0] != '\0' ? found.type : "unknown");
    add_unsigned("dev", device);
    if (found.type[0] != '\0') {
        add_text("source", found.source);
        add_text("mount", found.mount);
    }
    send_line();
}
