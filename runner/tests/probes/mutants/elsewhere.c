/* SPDX-License-Identifier: MIT */
/*
 * elsewhere: tmp_root_sibling on a guest that keeps the files on another file system.
 *
 * Everything below D is led to /dev/shm/ro-elsewhere-NONCE, where all of it really happens; D
 * itself is asked once, for its file system. The journal is that of a pass on D's file system. D
 * stays empty, and the st_dev of the files, which `note inode` shows, is not that of the `fs` line.
 */
#include "shim.h"

static int asked;

static const char *real_path(const char *path)
{
    static char paths[2][PROBE_PATH_BYTES];
    static unsigned turn;
    char *real = paths[turn++ % 2];
    int length = snprintf(real, sizeof paths[0], "/dev/shm/ro-elsewhere-%s", probe_nonce());
    (void)mkdir(real, 0700);
    (void)snprintf(real + length, sizeof paths[0] - (size_t)length, "%s",
                   path + strlen(probe_directory()));
    return real;
}

int shim_stat(const char *path, struct stat *status)
{
    return stat(asked++ ? real_path(path) : path, status);
}

int shim_open(const char *path, int flags, mode_t mode)
{
    return open(real_path(path), flags, mode);
}

int shim_rename(const char *from, const char *to)
{
    const char *real_from = real_path(from);
    return rename(real_from, real_path(to));
}

int shim_unlink(const char *path)
{
    int result = unlink(real_path(path));
    (void)rmdir(real_path(probe_directory())); /* the last one tidies up */
    return result;
}

DIR *shim_opendir(const char *path)
{
    return opendir(real_path(path));
}
