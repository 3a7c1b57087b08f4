/* SPDX-License-Identifier: MIT */
#include "passthrough.h"

#include "fault.h"
#include "work.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static struct zoo *this_zoo(void)
{
    return fuse_get_context()->private_data;
}

/* Lets the fault see a request; may never return. */
static struct zoo *enter_request(struct request request)
{
    struct zoo *zoo = this_zoo();
    request.caller = fuse_get_context()->pid;
    if (zoo->callers >= 0)
        (void)dprintf(zoo->callers, "%d\n", (int)request.caller);
    if (zoo->fault->enter != NULL)
        zoo->fault->enter(zoo, &request);
    return zoo;
}

static struct zoo *enter(enum operation operation, const char *path)
{
    return enter_request((struct request){.operation = operation, .path = path});
}

static bool is_hidden(struct zoo *zoo, enum operation operation, const char *path)
{
    struct request request = {
        .operation = operation, .path = path, .caller = fuse_get_context()->pid};
    return zoo->fault->hide != NULL && zoo->fault->hide(zoo, &request);
}

/* A negative errno where the fault refuses, else 0. */
static int refusal(struct zoo *zoo, enum operation operation, const char *path)
{
    struct request request = {.operation = operation, .path = path};
    return zoo->fault->refuse != NULL ? zoo->fault->refuse(zoo, &request) : 0;
}

static int result_of(int returned)
{
    return returned < 0 ? -errno : 0;
}

static int zoo_getattr(const char *path, struct stat *status, struct fuse_file_info *file)
{
    struct zoo *zoo = enter(OPERATION_GETATTR, path);
    if (file != NULL)
        return result_of(fstat((int)file->fh, status));
    if (is_hidden(zoo, OPERATION_GETATTR, path))
        return -ENOENT;
    int refused = refusal(zoo, OPERATION_GETATTR, path);
    if (refused != 0)
        return refused;
    if (fstatat(zoo->backing, zoo_backing_path(path), status, AT_SYMLINK_NOFOLLOW) != 0)
        return -errno;
    if (zoo->fault->pretend != NULL)
        zoo->fault->pretend(zoo, path, status);
    return 0;
}

static int zoo_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                       struct fuse_file_info *file, enum fuse_readdir_flags flags)
{
    (void)offset;
    (void)file;
    (void)flags;
    struct zoo *zoo = enter(OPERATION_READDIR, path);
    int fd = openat(zoo->backing, zoo_backing_path(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *stream = fd < 0 ? NULL : fdopendir(fd);
    if (stream == NULL)
        return -errno;
    const struct dirent *entry;
    while ((entry = readdir(stream)) != NULL) {
        char full[PATH_MAX + NAME_MAX + 2];
        (void)snprintf(full, sizeof full, "%s/%s", path[1] == '\0' ? "" : path, entry->d_name);
        const struct stat status = {.st_ino = entry->d_ino,
                                    .st_mode = (mode_t)DTTOIF(entry->d_type)};
        if (!is_hidden(zoo, OPERATION_READDIR, full))
            (void)fill(buffer, entry->d_name, &status, 0, 0);
    }
    (void)closedir(stream);
    char ghost[NAME_MAX + 1];
    if (zoo->fault->ghost != NULL && zoo->fault->ghost(zoo, path, ghost, sizeof ghost))
        (void)fill(buffer, ghost, NULL, 0, 0);
    return 0;
}

static int zoo_rename(const char *from, const char *to, unsigned flags)
{
    struct zoo *zoo = this_zoo();
    int refused = refusal(zoo, OPERATION_OTHER, to);
    if (flags != 0 || refused != 0)
        return flags != 0 ? -EINVAL : refused;
    rename_behaviour *rename_it = zoo->fault->rename != NULL ? zoo->fault->rename : rename_rightly;
    int result = rename_it(zoo, from, to);
    if (result == 0)
        work_note_rename(zoo, from, to, fuse_get_context()->pid);
    return result;
}

static int open_backing(struct zoo *zoo, const char *path, int flags, mode_t mode,
                        struct fuse_file_info *file)
{
    int fd = openat(zoo->backing, zoo_backing_path(path), flags | O_NOFOLLOW | O_CLOEXEC, mode);
    if (fd < 0)
        return -errno;
    file->fh = (uint64_t)fd;
    return 0;
}

static int zoo_open(const char *path, struct fuse_file_info *file)
{
    struct zoo *zoo = enter_request(
        (struct request){.operation = OPERATION_OPEN, .path = path, .flags = file->flags});
    return open_backing(zoo, path, file->flags, 0, file);
}

static int zoo_create(const char *path, mode_t mode, struct fuse_file_info *file)
{
    struct zoo *zoo = enter_request(
        (struct request){.operation = OPERATION_CREATE, .path = path, .flags = file->flags});
    int refused = refusal(zoo, OPERATION_CREATE, path);
    if (refused != 0)
        return refused;
    int result = open_backing(zoo, path, file->flags | O_CREAT, mode, file);
    if (result == 0)
        work_note_open(zoo, path);
    return result;
}

static int zoo_read(const char *path, char *bytes, size_t size, off_t offset,
                    struct fuse_file_info *file)
{
    struct zoo *zoo = enter(OPERATION_READ, path);
    if (zoo->fault->blind != NULL && zoo->fault->blind(zoo, (int)file->fh))
        return 0;
    ssize_t done = pread((int)file->fh, bytes, size, offset);
    return done < 0 ? -errno : (int)done;
}

static int zoo_write(const char *path, const char *bytes, size_t size, off_t offset,
                     struct fuse_file_info *file)
{
    (void)enter_request(
        (struct request){.operation = OPERATION_WRITE, .path = path, .bytes = bytes, .size = size});
    ssize_t done = pwrite((int)file->fh, bytes, size, offset);
    return done < 0 ? -errno : (int)done;
}

/* One close(2) of a program; release follows when the last copy of the descriptor is gone. */
static int zoo_flush(const char *path, struct fuse_file_info *file)
{
    struct zoo *zoo = enter(OPERATION_FLUSH, path);
    if (path != NULL) /* a replaced file has none */
        work_note_close(zoo, path);
    return result_of(close(dup((int)file->fh)));
}

static int zoo_release(const char *path, struct fuse_file_info *file)
{
    (void)enter(OPERATION_RELEASE, path);
    return result_of(close((int)file->fh));
}

static int zoo_fsync(const char *path, int data_only, struct fuse_file_info *file)
{
    (void)enter(OPERATION_OTHER, path);
    return result_of(data_only ? fdatasync((int)file->fh) : fsync((int)file->fh));
}

static int zoo_unlink(const char *path)
{
    struct zoo *zoo = enter(OPERATION_UNLINK, path);
    return result_of(unlinkat(zoo->backing, zoo_backing_path(path), 0));
}

static int zoo_mkdir(const char *path, mode_t mode)
{
    struct zoo *zoo = enter(OPERATION_MKDIR, path);
    int refused = refusal(zoo, OPERATION_MKDIR, path);
    if (refused != 0)
        return refused;
    return result_of(mkdirat(zoo->backing, zoo_backing_path(path), mode));
}

static int zoo_rmdir(const char *path)
{
    struct zoo *zoo = enter(OPERATION_RMDIR, path);
    return result_of(unlinkat(zoo->backing, zoo_backing_path(path), AT_REMOVEDIR));
}

static int zoo_truncate(const char *path, off_t size, struct fuse_file_info *file)
{
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    if (file != NULL)
        return result_of(ftruncate((int)file->fh, size));
    int fd = openat(zoo->backing, zoo_backing_path(path), O_WRONLY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    int result = result_of(ftruncate(fd, size));
    (void)close(fd);
    return result;
}

static int zoo_chmod(const char *path, mode_t mode, struct fuse_file_info *file)
{
    (void)file;
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    return result_of(fchmodat(zoo->backing, zoo_backing_path(path), mode, 0));
}

static int zoo_chown(const char *path, uid_t owner, gid_t group, struct fuse_file_info *file)
{
    (void)file;
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    return result_of(
        fchownat(zoo->backing, zoo_backing_path(path), owner, group, AT_SYMLINK_NOFOLLOW));
}

static int zoo_utimens(const char *path, const struct timespec times[2],
                       struct fuse_file_info *file)
{
    (void)file;
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    return result_of(utimensat(zoo->backing, zoo_backing_path(path), times, AT_SYMLINK_NOFOLLOW));
}

static int zoo_symlink(const char *target, const char *path)
{
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    return result_of(symlinkat(target, zoo->backing, zoo_backing_path(path)));
}

static int zoo_readlink(const char *path, char *target, size_t size)
{
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    ssize_t length = readlinkat(zoo->backing, zoo_backing_path(path), target, size - 1);
    if (length < 0)
        return -errno;
    target[length] = '\0';
    return 0;
}

static int zoo_link(const char *from, const char *to)
{
    struct zoo *zoo = enter(OPERATION_OTHER, to);
    return result_of(
        linkat(zoo->backing, zoo_backing_path(from), zoo->backing, zoo_backing_path(to), 0));
}

static int zoo_statfs(const char *path, struct statvfs *status)
{
    struct zoo *zoo = enter(OPERATION_OTHER, path);
    return result_of(fstatvfs(zoo->backing, status));
}

/* Nothing is cached anywhere, so that every call of a probe becomes a request that the fault sees.
 */
static void *zoo_init(struct fuse_conn_info *connection, struct fuse_config *config)
{
    (void)connection;
    config->entry_timeout = 0;
    config->negative_timeout = 0;
    config->attr_timeout = 0;
    config->direct_io = 1;
    config->use_ino = 1;
    config->hard_remove = 1; /* replacing an open file leaves no .fuse_hidden name behind */
    struct zoo *zoo = this_zoo();
    (void)puts("mounted");
    (void)fflush(stdout);
    return zoo;
}

const struct fuse_operations zoo_operations = {
    .init = zoo_init,
    .getattr = zoo_getattr,
    .readdir = zoo_readdir,
    .rename = zoo_rename,
    .open = zoo_open,
    .create = zoo_create,
    .read = zoo_read,
    .write = zoo_write,
    .flush = zoo_flush,
    .release = zoo_release,
    .fsync = zoo_fsync,
    .unlink = zoo_unlink,
    .mkdir = zoo_mkdir,
    .rmdir = zoo_rmdir,
    .truncate = zoo_truncate,
    .chmod = zoo_chmod,
    .chown = zoo_chown,
    .utimens = zoo_utimens,
    .symlink = zoo_symlink,
    .readlink = zoo_readlink,
    .link = zoo_link,
    .statfs = zoo_statfs,
};
