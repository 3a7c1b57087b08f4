/* SPDX-License-Identifier: MIT */
#include "shim.h"

#include "wait.h"

#include <stdlib.h>

static unsigned ticks;

unsigned shim_ticks(void)
{
    return ticks;
}

/* RO_CANT_WAIT: as in a guest that has no way to. */
int wait_a_tick(void)
{
    if (getenv("RO_CANT_WAIT") != NULL)
        return 0;
    ticks++;
    return 1;
}

/* The real calls, for what a mutant leaves alone. */
#define DEFAULT __attribute__((weak))

DEFAULT int shim_open(const char *path, int flags, mode_t mode)
{
    return open(path, flags, mode);
}

DEFAULT ssize_t shim_read(int fd, void *bytes, size_t size)
{
    return read(fd, bytes, size);
}

DEFAULT ssize_t shim_write(int fd, const void *bytes, size_t size)
{
    return write(fd, bytes, size);
}

DEFAULT int shim_stat(const char *path, struct stat *status)
{
    return stat(path, status);
}

DEFAULT int shim_rename(const char *from, const char *to)
{
    return rename(from, to);
}

DEFAULT int shim_unlink(const char *path)
{
    return unlink(path);
}

DEFAULT int shim_mkdir(const char *path, mode_t mode)
{
    return mkdir(path, mode);
}

DEFAULT int shim_rmdir(const char *path)
{
    return rmdir(path);
}

DEFAULT DIR *shim_opendir(const char *path)
{
    return opendir(path);
}

DEFAULT struct dirent *shim_readdir(DIR *directory)
{
    return readdir(directory);
}
