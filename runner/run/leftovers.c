/* SPDX-License-Identifier: MIT */
#include "run/leftovers.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "process/cgroup.h"
#include "run/last_run.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

/* Not how the directory of a cell begins, which --root may have put beside it. */
#define SCRATCH_PREFIX "rename-oracle-run."
enum { TRIES = 100 };

/* Opens and locks a file in a directory. Returns -1 where another has the lock, or the file was
 * removed before the lock was had. Whoever makes the file waits for the lock: a sweep that was
 * faster holds it only until it has removed the file. */
static int lock_file(int directory, const char *name, int flags)
{
    struct stat status;
    int fd = openat(directory, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (fd < 0)
        return -1;
    if (flock(fd, LOCK_EX | (flags == 0 ? LOCK_NB : 0)) == 0 && fstat(fd, &status) == 0 &&
        status.st_nlink > 0)
        return fd;
    (void)close(fd);
    return -1;
}

/* Makes a directory one that no sweep takes: by a lock, or by a file where it outlives the run. */
static bool hold(char path[PATH_MAX], bool keep, int *lock)
{
    const int make = O_CREAT | O_EXCL;
    CLEANUP_FD int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    CLEANUP_FD int kept = !keep || directory < 0
                              ? -1
                              : openat(directory, SCRATCH_KEPT, make | O_WRONLY | O_CLOEXEC, 0600);
    *lock = keep || directory < 0 ? -1 : lock_file(directory, SCRATCH_LOCK, make);
    return kept >= 0 || *lock >= 0;
}

int leftovers_make_scratch(const char *base, bool keep, char out[PATH_MAX], int *lock,
                           struct error *error)
{
    *lock = -1;
    /* A sweep may take the directory before it is held. */
    for (int i = 0; i < TRIES; i++) {
        if (path_format(out, PATH_MAX, error, "%s/" SCRATCH_PREFIX "XXXXXX", base) != 0)
            return -1;
        if (mkdtemp(out) == NULL)
            break;
        if (hold(out, keep, lock))
            return 0;
    }
    return error_set_errno(error, errno, base, "cannot make a temporary directory");
}

int leftovers_lock_output(int directory)
{
    return lock_file(directory, OUTPUT_LOCK, O_CREAT | O_EXCL);
}

/* Calls `use` for each entry of a directory until it fails. */
static int for_each_entry(int directory, int (*use)(int directory, const char *name, void *),
                          void *context)
{
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_DIRECTORY DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    int failed = entries == NULL ? -1 : 0;
    while (failed == 0 && (entry = readdir(entries)) != NULL)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            failed = use(directory, entry->d_name, context);
    return failed;
}

static int remove_but_lock(int directory, const char *name, void *error)
{
    return strcmp(name, SCRATCH_LOCK) == 0 ? 0 : files_remove(directory, name, error);
}

int leftovers_remove_scratch(const char *path, struct error *error)
{
    if (rmdir(path) == 0 || errno == ENOENT)
        return 0;
    CLEANUP_FD int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (directory < 0 || for_each_entry(directory, remove_but_lock, error) != 0 ||
        (unlinkat(directory, SCRATCH_LOCK, 0) != 0 && errno != ENOENT) || rmdir(path) != 0)
        return error_set_errno(error, errno, path, "cannot remove");
    return 0;
}

/* Opens a directory of ours; what somebody else put there in its place is none of our business. */
static int open_own(int parent, const char *name)
{
    struct stat status;
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0 || (fstat(fd, &status) == 0 && status.st_uid == geteuid()))
        return fd;
    (void)close(fd);
    return -1;
}

/* Where the sweep is, and where what is gone is told. */
struct sweep {
    const char *place;
    struct builder *builder;
    json_t *swept;
};

static void note(const struct sweep *sweep, const char *path)
{
    if (sweep->swept != NULL)
        build_next_text(sweep->builder, sweep->swept, path);
}

static int sweep_scratch(int base, const char *name, void *context)
{
    const struct sweep *sweep = context;
    char path[PATH_MAX];
    if (strncmp(name, SCRATCH_PREFIX, strlen(SCRATCH_PREFIX)) != 0 ||
        path_format(path, sizeof path, NULL, "%s/%s", sweep->place, name) != 0)
        return 0;
    CLEANUP_FD int directory = open_own(base, name);
    if (directory < 0)
        return 0;
    /* Without a lock it is one of --keep, or empty: killed before it was held. */
    CLEANUP_FD int lock = lock_file(directory, SCRATCH_LOCK, 0);
    if (lock < 0 ? rmdir(path) == 0 : leftovers_remove_scratch(path, NULL) == 0)
        note(sweep, path);
    return 0;
}

static bool is_spool(const char *name)
{
    static const char *const ends[] = {".json.controls", ".json.cells", ".json.new"};
    size_t length = strlen(name);
    for (size_t i = 0; name[0] == '.' && i < sizeof ends / sizeof ends[0]; i++)
        if (length > strlen(ends[i]) && strcmp(name + length - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static int remove_spool(int directory, const char *name, void *context)
{
    (void)context;
    if (is_spool(name))
        (void)unlinkat(directory, name, 0);
    return 0;
}

/* Of a run that is over, though it failed: what it had finished stays, as it has said where that
 * is. Its lock is looked for behind the spool, which a living run makes behind its lock. */
static int remove_empty_spool(int directory, const char *name, void *context)
{
    struct stat status;
    (void)context;
    if (is_spool(name) && fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISREG(status.st_mode) && status.st_size == 0 &&
        faccessat(directory, OUTPUT_LOCK, F_OK, AT_SYMLINK_NOFOLLOW) != 0 && errno == ENOENT)
        (void)unlinkat(directory, name, 0);
    return 0;
}

static int sweep_output(int output, const char *name, void *context)
{
    const struct sweep *sweep = context;
    char path[PATH_MAX];
    CLEANUP_FD int directory = open_own(output, name);
    CLEANUP_FD int lock = directory < 0 ? -1 : lock_file(directory, OUTPUT_LOCK, 0);
    if (lock < 0 && fnmatch(RUN_ID_PATTERN, name, 0) == 0) {
        if (directory >= 0)
            (void)for_each_entry(directory, remove_empty_spool, NULL);
        (void)unlinkat(output, name, AT_REMOVEDIR); /* empty: killed before it had the lock */
    }
    if (lock < 0)
        return 0;
    (void)for_each_entry(directory, remove_spool, NULL);
    if (unlinkat(directory, OUTPUT_LOCK, 0) != 0)
        return 0;
    (void)unlinkat(directory, "artifacts", AT_REMOVEDIR); /* where there are none */
    (void)unlinkat(output, name, AT_REMOVEDIR);           /* the same */
    if (path_format(path, sizeof path, NULL, "%s/%s", sweep->place, name) == 0)
        note(sweep, path);
    return 0;
}

static void note_group(void *context, const char *path)
{
    note(context, path);
}

static void sweep_place(const char *place, int (*use)(int, const char *, void *),
                        struct builder *builder, json_t *swept)
{
    struct sweep sweep = {place, builder, swept};
    CLEANUP_FD int directory = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory >= 0)
        (void)for_each_entry(directory, use, &sweep);
}

void leftovers_sweep(const char *base, const char *output, struct builder *builder, json_t *swept)
{
    struct sweep groups = {NULL, builder, swept};
    cgroup_sweep(note_group, &groups); /* first: what lives there may hold the rest */
    sweep_place(base, sweep_scratch, builder, swept);
    sweep_place(output, sweep_output, builder, swept);
}
