/* SPDX-License-Identifier: MIT */
/*
 * not_renamed: tmp_root_sibling on a guest that says it renamed and did not.
 *
 * D/a stays where it is; from then on every question about D/b is answered from D/a, and D/a is
 * denied. The journal is that of a pass. Only a look from outside shows the old name.
 */
#include "shim.h"

static char from_path[PROBE_PATH_BYTES];
static char to_path[PROBE_PATH_BYTES];

static int is(const char *path, const char *other)
{
    return other[0] != '\0' && strcmp(path, other) == 0;
}

/* The path that really has what the probe asks for; the denied one gets a path that has nothing. */
static const char *real_path(const char *path)
{
    return is(path, to_path) ? from_path : is(path, from_path) ? to_path : path;
}

int shim_rename(const char *from, const char *to)
{
    memcpy(from_path, from, strlen(from) + 1);
    memcpy(to_path, to, strlen(to) + 1);
    return 0;
}

int shim_open(const char *path, int flags, mode_t mode)
{
    return open(real_path(path), flags, mode);
}

int shim_stat(const char *path, struct stat *status)
{
    return stat(real_path(path), status);
}

int shim_unlink(const char *path)
{
    return unlink(real_path(path));
}

struct dirent *shim_readdir(DIR *directory)
{
    static struct dirent copy;
    struct dirent *entry = readdir(directory);
    if (from_path[0] == '\0' || entry == NULL || strcmp(entry->d_name, "a") != 0)
        return entry;
    copy = *entry;
    copy.d_name[0] = 'b';
    return &copy;
}
