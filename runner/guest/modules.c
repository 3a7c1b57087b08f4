/* SPDX-License-Identifier: MIT */
#include "modules.h"

#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

/* modules.dep(5): "PATH: PATH...", one module a line, a module before what it depends on. */

/* In a module's name '-' and '_' are the same, as for modprobe(8). */
static bool same_name(const char *one, const char *other, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        int left = one[i] == '-' ? '_' : one[i];
        int right = other[i] == '-' ? '_' : other[i];
        if (left != right)
            return false;
    }
    return true;
}

/* Is `path`, of `length` bytes, the file of module `name`, perhaps compressed (.ko.xz)? */
static bool is_module(const char *path, size_t length, const char *name)
{
    const char *base = path;
    for (size_t i = 0; i < length; i++)
        if (path[i] == '/')
            base = path + i + 1;
    size_t base_length = length - (size_t)(base - path);
    size_t name_length = strlen(name);
    return base_length >= name_length + 3 && same_name(base, name, name_length) &&
           strncmp(base + name_length, ".ko", 3) == 0 &&
           (base_length == name_length + 3 || base[name_length + 3] == '.');
}

/*
 * Finds the line of `name` in the list `file`, whose lines are a path that ends at one of `ends`.
 * Returns the line without its LF, for the caller to free, or NULL.
 */
static char *find_line(FILE *file, const char *name, const char *ends)
{
    char *line = NULL;
    size_t room = 0;
    ssize_t length = 0;
    while ((length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] == '\n')
            line[length - 1] = '\0';
        if (is_module(line, strcspn(line, ends), name))
            return line;
    }
    free(line);
    return NULL;
}

/* "DIRECTORY/NAME", for the caller to free; without memory it says so and returns NULL. */
static char *join(const char *directory, const char *name)
{
    char *path = NULL;
    if (asprintf(&path, "%s/%s", directory, name) < 0) {
        console_say("load modules: ENOMEM");
        return NULL;
    }
    return path;
}

/*
 * Sets `line` to what `list` says about `name`, for the caller to free, or to NULL when it says
 * nothing. Returns -1, and has said so, when the list could not be read.
 */
static int look_up(const char *directory, const char *list, const char *name, const char *ends,
                   char **line)
{
    char *path = join(directory, list);
    if (path == NULL)
        return -1;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        console_say("open %s: %s", path, console_errno_name(errno));
    free(path);
    if (file == NULL)
        return -1;
    *line = find_line(file, name, ends);
    (void)fclose(file);
    return 0;
}

static int load_path(const char *path)
{
    size_t length = strlen(path);
    if (length < 3 || strcmp(path + length - 3, ".ko") != 0) {
        console_say("module %s: compressed modules are not supported; unpack it to a plain .ko and "
                    "run depmod",
                    path);
        return -1;
    }
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) {
        console_say("open module %s: %s", path, console_errno_name(errno));
        return -1;
    }
    long loaded = syscall(SYS_finit_module, file, "", 0);
    int reason = errno;
    (void)close(file);
    if (loaded == 0 || reason == EEXIST)
        return 0;
    console_say("load module %s: %s", path, console_errno_name(reason));
    return -1;
}

static int load_file(const char *directory, const char *relative)
{
    char *path = join(directory, relative);
    if (path == NULL)
        return -1;
    int result = load_path(path);
    free(path);
    return result;
}

/* What a module needs stands behind it, the deepest last: load from the end to the start. */
static int load_line(const char *directory, char *line)
{
    char *end = line + strlen(line);
    while (end > line) {
        while (end > line && (end[-1] == ' ' || end[-1] == ':'))
            *--end = '\0';
        char *start = end;
        while (start > line && start[-1] != ' ')
            start--;
        if (start < end && load_file(directory, start) != 0)
            return -1;
        end = start;
    }
    return 0;
}

static int load_module(const char *directory, const char *name)
{
    char *line = NULL;
    if (look_up(directory, "modules.dep", name, ":", &line) != 0)
        return -1;
    int result = 0;
    if (line != NULL) {
        result = load_line(directory, line);
    } else if ((result = look_up(directory, "modules.builtin", name, "", &line)) == 0 &&
               line == NULL) {
        console_say("module %s: neither in %s/modules.dep nor built in", name, directory);
        result = -1;
    }
    free(line);
    return result;
}

static int load_all(const char *directory, char *names)
{
    for (char *name = strsep(&names, ","); name != NULL; name = strsep(&names, ","))
        if (*name != '\0' && load_module(directory, name) != 0)
            return -1;
    return 0;
}

int modules_load(const char *directory, const char *names)
{
    struct utsname system;
    if (uname(&system) != 0) {
        console_say("uname: %s", console_errno_name(errno));
        return -1;
    }
    char *release = join(directory, system.release);
    char *list = strdup(names);
    int result = -1;
    if (release != NULL && list != NULL)
        result = load_all(release, list);
    free(list);
    free(release);
    return result;
}
