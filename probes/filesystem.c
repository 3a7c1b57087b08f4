/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "filesystem.h"
#include "steps.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

enum {
    MOUNT_LINE_BYTES = 2048, /* of a line of mountinfo; the rest (options) is not looked at */
    NAME_BYTES = 256,
    ID_FIELD = 0,
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

/* Looks at a line of a file in /proc for what is wanted. */
typedef void match(char *line, const char *wanted);

/*
 * One line of mountinfo, proc(5): "36 35 98:0 /root /mount options [tags ...] - type source
 * options". Wanted is the number of the mount, 36, or the device, 98:0: no number has a colon. A
 * device may be mounted at several places; the last one counts.
 */
static void match_mount(char *line, const char *wanted)
{
    char *mount = NULL;
    char *field = NULL;
    int matches = 0;
    for (int i = 0; i <= MOUNT_FIELD; i++) {
        field = next_field(&line);
        if (field == NULL)
            return;
        matches += (i == ID_FIELD || i == DEVICE_FIELD) && strcmp(field, wanted) == 0;
    }
    if (!matches)
        return;
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

/* One line of fdinfo, proc(5): "mnt_id:\t36". */
static char mount_id[NAME_BYTES];

static void match_mount_id(char *line, const char *wanted)
{
    size_t length = strlen(wanted);
    if (strncmp(line, wanted, length) == 0)
        copy_name(mount_id, line + length);
}

/* Feeds the lines of a file of /proc to `matches`; a missing file has none. */
static void match_lines(const char *path, match *matches, const char *wanted)
{
    static char line[MOUNT_LINE_BYTES];
    static char chunk[MOUNT_LINE_BYTES];
    size_t length = 0;
    ssize_t size = 0;
    int fd = open(path, O_RDONLY);
    if (fd < 0)
        return;
    while ((size = read(fd, chunk, sizeof chunk)) > 0) {
        for (ssize_t i = 0; i < size; i++) {
            if (chunk[i] == '\n') {
                line[length] = '\0';
                matches(line, wanted);
                length = 0;
            } else if (length < sizeof line - 1) {
                line[length++] = chunk[i];
            }
        }
    }
    (void)close(fd);
}

static const char mounts[] = "/proc/self/mountinfo";

/*
 * The files of a mount may have another device than mountinfo has for it: on btrfs each subvolume
 * has one of its own. So the kernel is asked which mount an open file is on.
 */
static void match_open_directory(void)
{
    struct text path = {.length = 0};
    int fd = step_open(probe_directory(), O_RDONLY, 0);
    if (fd < 0)
        return;
    text_add(&path, "/proc/self/fdinfo/");
    text_add_unsigned(&path, (unsigned long long)fd);
    match_lines(path.bytes, match_mount_id, "mnt_id:\t");
    if (mount_id[0] != '\0')
        match_lines(mounts, match_mount, mount_id);
    (void)step_close(fd);
}

/* Whether there is a mountinfo to find anything in. */
static int has_mounts(void)
{
    int fd = open(mounts, O_RDONLY);
    return fd >= 0 && close(fd) == 0;
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
    match_lines(mounts, match_mount, text.bytes);
    if (found.type[0] == '\0' && has_mounts())
        match_open_directory();
    start_line("fs", found.type[0] != '\0' ? found.type : "unknown");
    add_unsigned("dev", device);
    if (found.type[0] != '\0') {
        add_text("source", found.source);
        add_text("mount", found.mount);
    }
    send_line();
}
