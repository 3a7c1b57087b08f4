/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/files.h"
#include "run/helper/host_view.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>

enum { NAMES_MAX = 64 };

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
}

/* Returns -1, with what there is so far in `names`, when that is not all for certain. */
static int read_names(DIR *directory, const char *path, char **names, size_t *count,
                      struct error *error)
{
    const struct dirent *entry;
    while (errno = 0, (entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (*count == NAMES_MAX)
            return error_set(error, ERROR_INPUT, path, "holds more than %d names", (int)NAMES_MAX);
        names[*count] = strdup(entry->d_name);
        if (names[*count] == NULL)
            return error_set(error, ERROR_MEMORY, path, "out of memory to list it");
        ++*count;
    }
    return errno == 0 ? 0 : error_set_errno(error, errno, path, "cannot list");
}

static int list_directory(void *context, const char *path, char *out, size_t size,
                          struct error *error)
{
    char full[PATH_MAX];
    if (path_format(full, sizeof full, error, "%s/%s", (const char *)context, path) != 0)
        return -1;
    CLEANUP_DIRECTORY DIR *directory = opendir(full);
    if (directory == NULL && (errno == ENOENT || errno == ENOTDIR)) {
        /* Its parent's listing tells of the missing directory; here it has no names. */
        out[0] = '\0';
        return 0;
    }
    if (directory == NULL)
        return error_set_errno(error, errno, full, "cannot list");
    char *names[NAMES_MAX];
    size_t count = 0;
    int failed = read_names(directory, full, names, &count, error);
    if (failed == 0)
        failed = view_join_names(names, count, out, size, error);
    free_names(names, count);
    return failed;
}

static ssize_t read_file(void *context, const char *path, char *out, size_t size,
                         struct error *error)
{
    char full[PATH_MAX];
    if (path_format(full, sizeof full, error, "%s/%s", (const char *)context, path) != 0)
        return -1;
    CLEANUP_FD int fd = open(full, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0)
        return error_set_errno(error, errno, full, "cannot open");
    size_t used = 0;
    while (used < size) {
        ssize_t got = read(fd, out + used, size - used);
        if (got < 0)
            return error_set_errno(error, errno, full, "cannot read");
        if (got == 0)
            break;
        used += (size_t)got;
    }
    return (ssize_t)used;
}

int view_directory(const char *path, const struct shape *shape, const char *nonce,
                   struct view_findings *findings, struct error *error)
{
    char root[PATH_MAX];
    if (path_format(root, sizeof root, error, "%s", path) != 0)
        return -1;
    const struct view_source source = {root, list_directory, read_file};
    return view_compare(&source, shape, nonce, findings, error);
}
