/* SPDX-License-Identifier: MIT */
/*
 * faulty: a shape on a file system with the fault that RO_FAULT names. The probe must see each one
 * by itself; test_faults.py has what it must say.
 */
#include "shim.h"

#include <stdlib.h>

static int fault_is(const char *name)
{
    const char *fault = getenv("RO_FAULT");
    return fault != NULL && strcmp(fault, name) == 0;
}

static int fail_with(int error)
{
    errno = error;
    return -1;
}

/* The errno that RO_ERRNO has the number of. */
static int chosen_error(void)
{
    const char *number = getenv("RO_ERRNO");
    return number == NULL ? ENOSPC : (int)strtol(number, NULL, 10);
}

static int move_out_of_sight(const char *from)
{
    char path[PROBE_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s.lost", from);
    return rename(from, path);
}

static int make_entry(const char *beside)
{
    char path[PROBE_PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s.stray", beside);
    return close(open(path, O_WRONLY | O_CREAT, 0644));
}

/* Puts one byte at this offset of the file. */
static int poke(const char *path, off_t offset)
{
    int fd = open(path, O_WRONLY);
    return pwrite(fd, "\x01", 1, offset) == 1 ? close(fd) : -1;
}

/* From the rename on, nothing can be opened any more: what became of the bytes is not known. */
static int renamed;

/* What a late file system shows only when so many ticks have passed. */
enum { LATE_TICKS = 5 };

static int is_too_early(void)
{
    return shim_ticks() < LATE_TICKS &&
           ((renamed && fault_is("late_rename")) || fault_is("late_writes"));
}

/* Which descriptors were opened before the rename. */
static char opened_before[64];

static int leads_nowhere(int fd)
{
    return renamed && fault_is("handles_lost") && opened_before[fd % (int)sizeof opened_before];
}

int shim_open(const char *path, int flags, mode_t mode)
{
    if (renamed && fault_is("unreadable"))
        return fail_with(EIO);
    if ((flags & O_CREAT) == 0 && is_too_early())
        return fail_with(ENOENT);
    int fd = open(path, flags, mode);
    if (fd >= 0)
        opened_before[fd % (int)sizeof opened_before] = (char)!renamed;
    return fd;
}

int shim_rename(const char *from, const char *to)
{
    renamed = 1;
    if (fault_is("refused"))
        return fail_with(EEXIST);
    if (fault_is("source_lost"))
        return unlink(from) == 0 ? fail_with(chosen_error()) : -1;
    if (fault_is("subtree_lost"))
        return move_out_of_sight(from);
    if (fault_is("destination_lost"))
        return unlink(to) == 0 ? fail_with(EIO) : -1;
    if (fault_is("done_but_refused"))
        return rename(from, to) == 0 ? fail_with(EINVAL) : -1;
    if (fault_is("nothing_done"))
        return 0;
    if (fault_is("both_lost"))
        return unlink(from) + unlink(to);
    if (fault_is("alias_lost"))
        return unlink(from);
    if (fault_is("old_name_stays"))
        return unlink(to) + link(from, to);
    int result = rename(from, to);
    if (result == 0 && fault_is("cut"))
        return truncate(to, 2999);
    if (result == 0 && fault_is("grown"))
        return poke(to, 3000);
    if (result == 0 && fault_is("byte_changed"))
        return poke(to, 2999);
    if (result == 0 && fault_is("touched"))
        return chmod(to, 0666) + utimensat(AT_FDCWD, to, NULL, 0);
    if (result == 0 && fault_is("stray_entry"))
        return make_entry(to);
    return result;
}

ssize_t shim_read(int fd, void *bytes, size_t size)
{
    return leads_nowhere(fd) ? 0 : read(fd, bytes, size);
}

ssize_t shim_write(int fd, const void *bytes, size_t size)
{
    if (leads_nowhere(fd) || (renamed && fault_is("writes_lost")))
        return (ssize_t)size;
    if (fault_is("disk_full") || (renamed && fault_is("room_ends")))
        return fail_with(ENOSPC);
    return write(fd, bytes, fault_is("short_write") ? size - 1 : size);
}

int shim_unlink(const char *path)
{
    return fault_is("cleanup_refused") ? fail_with(EBUSY) : unlink(path);
}

struct dirent *shim_readdir(DIR *directory)
{
    static struct dirent *again;
    if (fault_is("readdir_fails")) {
        errno = EIO;
        return NULL;
    }
    if (!renamed || !fault_is("listed_twice"))
        return readdir(directory);
    struct dirent *entry = again != NULL ? again : readdir(directory);
    again = again == NULL && entry != NULL && strcmp(entry->d_name, "old") == 0 ? entry : NULL;
    return entry;
}
