/* SPDX-License-Identifier: MIT */
#include "base/files.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Each level holds a descriptor and a buffer. Only who wants to be in the way nests so deep. */
enum { DEPTH_MAX = 512 };

static const uint64_t beneath = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;

/* Whether no component means another place than it says: BENEATH alone would take "." for a name.
 */
static bool is_plain(const char *path)
{
    for (;;) {
        size_t length = strcspn(path, "/");
        if (length == 0 || strncmp(path, "..", length) == 0)
            return false;
        if (path[length] == '\0')
            return true;
        path += length + 1;
    }
}

static int refuse_path(const char *path, struct error *error)
{
    return error_set(error, ERROR_INPUT, path, "names nothing below its directory");
}

static int open_beneath(int anchor, const char *path, int flags, mode_t mode, uint64_t resolve)
{
    struct open_how how = {.flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
                           .mode = (flags & O_CREAT) != 0 ? mode : 0,
                           .resolve = resolve};
    return (int)syscall(SYS_openat2, anchor, path, &how, sizeof how);
}

int files_open(int anchor, const char *path, int flags, mode_t mode)
{
    if (is_plain(path))
        return open_beneath(anchor, path, flags, mode, beneath);
    errno = EINVAL;
    return -1;
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Opens the directory that the last component stands in. */
static int open_parent(int anchor, const char *path, uint64_t resolve)
{
    char parent[PATH_MAX] = ".";
    size_t length = (size_t)(last_component(path) - path);
    if (length >= sizeof parent) {
        errno = ENAMETOOLONG;
        return -1;
    }
    if (length > 0)
        memcpy(parent, path, length);
    return open_beneath(anchor, parent, O_PATH | O_DIRECTORY, 0, resolve);
}

int files_make_directories(int anchor, const char *path, struct error *error)
{
    if (!is_plain(path))
        return refuse_path(path, error);
    size_t above = (size_t)(last_component(path) - path);
    CLEANUP_FD int parent = open_parent(anchor, path, beneath);
    /* Nearly always only the last one is missing. */
    if (parent < 0 && errno == ENOENT && above > 0) {
        char upper[PATH_MAX];
        if (path_format(upper, sizeof upper, error, "%.*s", (int)above - 1, path) != 0 ||
            files_make_directories(anchor, upper, error) != 0)
            return -1;
        parent = open_parent(anchor, path, beneath);
    }
    if (parent < 0 || (mkdirat(parent, last_component(path), 0755) != 0 && errno != EEXIST))
        return error_set_errno(error, errno, path, "cannot make this directory");
    return 0;
}

/* Gives its owner the way into a directory. */
static int unlock(int parent, const char *name)
{
    char link[64];
    CLEANUP_FD int fd =
        open_beneath(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW, 0, beneath | RESOLVE_NO_XDEV);
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    return fd < 0 ? -1 : chmod(link, S_IRWXU);
}

static DIR *open_directory(int parent, const char *name)
{
    const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW;
    int fd = open_beneath(parent, name, flags, 0, beneath | RESOLVE_NO_XDEV);
    if (fd < 0 && errno == EACCES && unlock(parent, name) == 0)
        fd = open_beneath(parent, name, flags, 0, beneath | RESOLVE_NO_XDEV);
    DIR *directory = fd < 0 ? NULL : fdopendir(fd);
    if (directory == NULL && fd >= 0)
        (void)close(fd);
    return directory;
}

static int remove_entry(int parent, const char *name, int depth, struct error *error);

/* One pass over a directory, which goes on behind what has to stay. Returns how many entries are
 * gone, or -1 when one stays. */
static int remove_entries(DIR *directory, int depth, struct error *error)
{
    int count = 0;
    bool all = true;
    const struct dirent *entry;
    rewinddir(directory);
    while ((entry = readdir(directory)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (remove_entry(dirfd(directory), entry->d_name, depth + 1, error) != 0)
            all = false;
        count++;
    }
    return all ? count : -1;
}

static int cannot_remove(const char *name, struct error *error)
{
    return error_set_errno(error, errno, name,
                           errno == EXDEV ? "is a mount and stays" : "cannot be removed");
}

static int remove_directory(int parent, const char *name, int depth, struct error *error)
{
    if (depth > DEPTH_MAX)
        return error_set(error, ERROR_ENVIRONMENT, name, "is nested too deep to be removed");
    CLEANUP_DIRECTORY DIR *directory = open_directory(parent, name);
    if (directory == NULL)
        return errno == ENOENT ? 0 : cannot_remove(name, error);
    /* A listing that changes under the one who reads it may leave some out. */
    for (;;) {
        int count = remove_entries(directory, depth, error);
        if (count < 0)
            return -1;
        if (unlinkat(parent, name, AT_REMOVEDIR) == 0 || errno == ENOENT)
            return 0;
        if ((errno != ENOTEMPTY && errno != EEXIST) || count == 0)
            return cannot_remove(name, error);
    }
}

static int remove_entry(int parent, const char *name, int depth, struct error *error)
{
    int removed = unlinkat(parent, name, 0);
    /* Not so of the anchor, or what leads to it: those were opened as places only. */
    if (removed != 0 && errno == EACCES && depth > 0 && fchmod(parent, S_IRWXU) == 0)
        removed = unlinkat(parent, name, 0);
    if (removed == 0 || errno == ENOENT)
        return 0;
    return errno == EISDIR ? remove_directory(parent, name, depth, error)
                           : cannot_remove(name, error);
}

int files_remove(int anchor, const char *path, struct error *error)
{
    if (!is_plain(path))
        return refuse_path(path, error);
    CLEANUP_FD int parent = open_parent(anchor, path, beneath | RESOLVE_NO_XDEV);
    if (parent < 0 && errno == ENOENT)
        return 0;
    if (parent < 0)
        return cannot_remove(path, error);
    return remove_entry(parent, last_component(path), 0, error);
}

int remove_tree(const char *path, struct error *error)
{
    char above[PATH_MAX];
    const char *name = last_component(path);
    if (path_format(above, sizeof above, error, "%.*s", (int)(name - path), path) != 0)
        return -1;
    CLEANUP_FD int anchor = open(above[0] == '\0' ? "." : above, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (anchor < 0)
        return error_set_errno(error, errno, above, "cannot be opened");
    return files_remove(anchor, name, error);
}

int path_format(char *out, size_t size, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(out, size, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < size)
        return 0;
    (void)error_set(error, ERROR_INPUT, NULL, "path too long (%d bytes, at most %zu): %s", length,
                    size - 1, out);
    out[0] = '\0';
    return -1;
}

size_t write_all(int fd, const void *bytes, size_t length)
{
    const char *rest = bytes;
    size_t done = 0;
    while (done < length) {
        ssize_t written = write(fd, rest + done, length - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0)
            errno = EIO;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    return done;
}

const char *write_remedy(int errno_value)
{
    if (errno_value == EFBIG)
        return "raise the limit on the size of a file (ulimit -f)";
    return "make room or choose another --output";
}
