/* SPDX-License-Identifier: MIT */
#include "behaviour.h"

#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"

/* Says so, for a test that has to know when, and sleeps without using CPU until the daemon is
 * killed. libfuse blocks the signals that would end pause() in its worker threads; the loop is for
 * those that it does not. */
__attribute__((noreturn)) static void never_answer(void)
{
    (void)puts("stuck");
    (void)fflush(stdout);
    for (;;)
        (void)pause();
}

int rename_rightly(struct zoo *zoo, const char *from, const char *to)
{
    int result = renameat(zoo->backing, zoo_backing_path(from), zoo->backing, zoo_backing_path(to));
    return result == 0 ? 0 : -errno;
}

static bool exists(const struct zoo *zoo, const char *path)
{
    struct stat status;
    return fstatat(zoo->backing, zoo_backing_path(path), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Never answers when `condition` holds, else renames as it should be. */
static int never_if(bool condition, struct zoo *zoo, const char *from, const char *to)
{
    if (condition)
        never_answer();
    return rename_rightly(zoo, from, to);
}

int rename_never(struct zoo *zoo, const char *from, const char *to)
{
    return never_if(true, zoo, from, to);
}

int rename_never_in_subdirectory(struct zoo *zoo, const char *from, const char *to)
{
    unsigned top = zoo->depth + 1;
    return never_if(zoo_components(from) > top || zoo_components(to) > top, zoo, from, to);
}

int rename_never_for_pycache(struct zoo *zoo, const char *from, const char *to)
{
    return never_if(strstr(to, "/__pycache__/") != NULL, zoo, from, to);
}

int rename_never_into_y(struct zoo *zoo, const char *from, const char *to)
{
    char directory[PATH_MAX];
    zoo_directory_of(to, directory);
    return never_if(strcmp(zoo_name_of(directory), "y") == 0, zoo, from, to);
}

int rename_never_onto_existing(struct zoo *zoo, const char *from, const char *to)
{
    return never_if(exists(zoo, to), zoo, from, to);
}

int rename_never_second_time(struct zoo *zoo, const char *from, const char *to)
{
    return never_if(work_count_rename(zoo, from) == 2, zoo, from, to);
}

int rename_never_one_in(struct zoo *zoo, const char *from, const char *to)
{
    unsigned long cycle = strtoul(zoo->parameter, NULL, 10);
    (void)pthread_mutex_lock(&zoo->lock);
    unsigned long count = ++zoo->renames;
    (void)pthread_mutex_unlock(&zoo->lock);
    return never_if(cycle > 0 && count % cycle == 0, zoo, from, to);
}

int rename_done_never_answered(struct zoo *zoo, const char *from, const char *to)
{
    (void)rename_rightly(zoo, from, to);
    never_answer();
}

/* Sleeps for the parameter's milliseconds. */
static void be_late(const struct zoo *zoo)
{
    long delay = strtol(zoo->parameter, NULL, 10);
    struct timespec left = {.tv_sec = delay / 1000, .tv_nsec = delay % 1000 * 1000000};
    while (clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        continue;
}

int rename_late(struct zoo *zoo, const char *from, const char *to)
{
    be_late(zoo);
    return rename_rightly(zoo, from, to);
}

int rename_refused(struct zoo *zoo, const char *from, const char *to)
{
    (void)from;
    (void)to;
    return -(int)strtol(zoo->parameter, NULL, 10);
}

int rename_not_at_all(struct zoo *zoo, const char *from, const char *to)
{
    (void)zoo;
    (void)from;
    (void)to;
    return 0;
}

int rename_copying(struct zoo *zoo, const char *from, const char *to)
{
    CLEANUP_FD int source = openat(zoo->backing, zoo_backing_path(from), O_RDONLY | O_CLOEXEC);
    CLEANUP_FD int copy =
        openat(zoo->backing, zoo_backing_path(to), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (source < 0 || copy < 0)
        return -errno;
    char block[4096];
    ssize_t size;
    while ((size = read(source, block, sizeof block)) > 0)
        if (write(copy, block, (size_t)size) != size)
            return -EIO;
    return size == 0 ? 0 : -errno;
}

int rename_copying_and_removing(struct zoo *zoo, const char *from, const char *to)
{
    int result = rename_copying(zoo, from, to);
    if (result != 0)
        return result;
    return unlinkat(zoo->backing, zoo_backing_path(from), 0) == 0 ? 0 : -errno;
}

int rename_removing_both(struct zoo *zoo, const char *from, const char *to)
{
    (void)unlinkat(zoo->backing, zoo_backing_path(to), 0);
    return unlinkat(zoo->backing, zoo_backing_path(from), 0) == 0 ? 0 : -errno;
}

int rename_keeping_old_content(struct zoo *zoo, const char *from, const char *to)
{
    if (!exists(zoo, to))
        return rename_rightly(zoo, from, to);
    return unlinkat(zoo->backing, zoo_backing_path(from), 0) == 0 ? 0 : -errno;
}

int rename_truncating(struct zoo *zoo, const char *from, const char *to)
{
    int result = rename_rightly(zoo, from, to);
    CLEANUP_FD int file = openat(zoo->backing, zoo_backing_path(to), O_WRONLY | O_CLOEXEC);
    struct stat status;
    if (result == 0 &&
        (file < 0 || fstat(file, &status) != 0 || ftruncate(file, status.st_size / 2) != 0))
        return -errno;
    return result;
}

int rename_corrupting(struct zoo *zoo, const char *from, const char *to)
{
    int result = rename_rightly(zoo, from, to);
    if (result != 0)
        return result;
    CLEANUP_FD int file = openat(zoo->backing, zoo_backing_path(to), O_RDWR | O_CLOEXEC);
    struct stat status;
    if (file < 0 || fstat(file, &status) != 0)
        return -errno;
    char byte;
    off_t middle = status.st_size / 2;
    if (pread(file, &byte, 1, middle) != 1)
        return -EIO;
    byte = (char)(byte ^ 1);
    return pwrite(file, &byte, 1, middle) == 1 ? 0 : -EIO;
}

int rename_swapping(struct zoo *zoo, const char *from, const char *to)
{
    if (!exists(zoo, to))
        return rename_rightly(zoo, from, to);
    int result = renameat2(zoo->backing, zoo_backing_path(from), zoo->backing, zoo_backing_path(to),
                           RENAME_EXCHANGE);
    return result == 0 ? 0 : -errno;
}

int rename_into_wrong_directory(struct zoo *zoo, const char *from, const char *to)
{
    char right[PATH_MAX];
    char wrong[PATH_MAX];
    char astray[PATH_MAX + NAME_MAX + 2];
    zoo_directory_of(to, right);
    zoo_directory_of(right, wrong);
    (void)snprintf(astray, sizeof astray, "%s/%s", strcmp(wrong, "/") == 0 ? "" : wrong,
                   zoo_name_of(to));
    return rename_rightly(zoo, from, astray);
}

int rename_and_die(struct zoo *zoo, const char *from, const char *to)
{
    (void)zoo;
    (void)to;
    const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)fprintf(stderr, "zoofs: the daemon dies in the rename of %s\n", from);
    abort();
}

void hang_create_excl(struct zoo *zoo, const struct request *request)
{
    (void)zoo;
    if (request->operation == OPERATION_CREATE && (request->flags & O_EXCL) != 0)
        never_answer();
}

void hang_write(struct zoo *zoo, const struct request *request)
{
    (void)zoo;
    if (request->operation == OPERATION_WRITE)
        never_answer();
}

/* Decodes hexadecimal text; stops at the first thing that is none. Returns the number of bytes. */
static size_t decode_hex(const char *text, unsigned char *bytes, size_t size)
{
    size_t count = 0;
    unsigned value;
    while (count < size && sscanf(text + 2 * count, "%2x", &value) == 1) /* NOLINT(cert-err34-c) */
        bytes[count++] = (unsigned char)value;
    return count;
}

void hang_write_of_bytes(struct zoo *zoo, const struct request *request)
{
    unsigned char wanted[64];
    size_t size = decode_hex(zoo->parameter, wanted, sizeof wanted);
    if (request->operation == OPERATION_WRITE && size > 0 &&
        memmem(request->bytes, request->size, wanted, size) != NULL)
        never_answer();
}

void hang_flush(struct zoo *zoo, const struct request *request)
{
    (void)zoo;
    if (request->operation == OPERATION_FLUSH)
        never_answer();
}

static void hang_after_rename(struct zoo *zoo, const struct request *request)
{
    struct work work;
    if (work_find(zoo, request->path, &work) && work.renamed)
        never_answer();
}

void hang_stat_after_rename(struct zoo *zoo, const struct request *request)
{
    if (request->operation == OPERATION_GETATTR)
        hang_after_rename(zoo, request);
}

void hang_read_after_rename(struct zoo *zoo, const struct request *request)
{
    if (request->operation == OPERATION_READ)
        hang_after_rename(zoo, request);
}

void hang_readdir_after_rename(struct zoo *zoo, const struct request *request)
{
    if (request->operation == OPERATION_READDIR)
        hang_after_rename(zoo, request);
}

void hang_all_after_rename(struct zoo *zoo, const struct request *request)
{
    hang_after_rename(zoo, request);
}

static bool is_silent(struct zoo *zoo)
{
    (void)pthread_mutex_lock(&zoo->lock);
    bool silent = zoo->renames >= strtoul(zoo->parameter, NULL, 10);
    (void)pthread_mutex_unlock(&zoo->lock);
    return silent;
}

int rename_until_silent(struct zoo *zoo, const char *from, const char *to)
{
    if (is_silent(zoo))
        never_answer();
    int result = rename_rightly(zoo, from, to);
    (void)pthread_mutex_lock(&zoo->lock);
    zoo->renames++;
    (void)pthread_mutex_unlock(&zoo->lock);
    return result;
}

void hang_once_silent(struct zoo *zoo, const struct request *request)
{
    (void)request;
    if (is_silent(zoo))
        never_answer();
}

void late_unlink(struct zoo *zoo, const struct request *request)
{
    if (request->operation == OPERATION_UNLINK)
        be_late(zoo);
}

bool hide_new_name_from_others(struct zoo *zoo, const struct request *request)
{
    struct work work;
    return work_find(zoo, request->path, &work) && work.renamed &&
           work.renamer != request->caller && strcmp(work.new_name, request->path) == 0;
}

/* Whether the moment is no longer ago than the milliseconds that the parameter gives. */
static bool is_recent(const struct zoo *zoo, struct timespec moment)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    long long ago_ms =
        (now.tv_sec - moment.tv_sec) * 1000LL + (now.tv_nsec - moment.tv_nsec) / 1000000;
    return ago_ms < strtol(zoo->parameter, NULL, 10);
}

bool hide_new_name_for_a_time(struct zoo *zoo, const struct request *request)
{
    struct work work;
    return work_find(zoo, request->path, &work) && work.renamed &&
           strcmp(work.new_name, request->path) == 0 && is_recent(zoo, work.renamed_at);
}

bool list_late(struct zoo *zoo, const struct request *request)
{
    struct stat status;
    return request->operation == OPERATION_READDIR &&
           fstatat(zoo->backing, zoo_backing_path(request->path), &status, AT_SYMLINK_NOFOLLOW) ==
               0 &&
           is_recent(zoo, status.st_ctim);
}

int refuse_long_names(struct zoo *zoo, const struct request *request)
{
    size_t longest = strtoul(zoo->parameter, NULL, 10);
    if (zoo_components(request->path) <= zoo->depth)
        return 0; /* the work directory's own name is not the probe's */
    return strlen(zoo_name_of(request->path)) > longest ? -ENAMETOOLONG : 0;
}

int refuse_create_after_rename(struct zoo *zoo, const struct request *request)
{
    struct work work;
    bool renamed = work_find(zoo, request->path, &work) && work.renamed;
    return request->operation == OPERATION_CREATE && renamed ? -ENOSPC : 0;
}

void pretend_not_written(struct zoo *zoo, const char *path, struct stat *status)
{
    (void)path;
    if (S_ISREG(status->st_mode) && is_recent(zoo, status->st_mtim))
        status->st_size = 0;
}

bool read_nothing_yet(const struct zoo *zoo, int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && is_recent(zoo, status.st_mtim);
}

void pretend_old_size(struct zoo *zoo, const char *path, struct stat *status)
{
    struct work work;
    if (!work_find(zoo, path, &work))
        return;
    if (strcmp(work.open_name, path) == 0)
        work_note_early_look(zoo, path, status->st_ino);
    if (strcmp(work.open_name, path) == 0 ||
        (work.looked_at == status->st_ino && is_recent(zoo, work.looked_when)))
        status->st_size = 0;
}

void pretend_number_of_name(struct zoo *zoo, const char *path, struct stat *status)
{
    (void)zoo;
    ino_t number = 1;
    for (; *path != '\0'; path++)
        number = number * 31 + (unsigned char)*path;
    status->st_ino = number;
}

bool list_old_name(struct zoo *zoo, const char *directory, char *name, size_t size)
{
    struct work work;
    char of_old[PATH_MAX];
    if (!work_find(zoo, directory, &work) || !work.renamed)
        return false;
    zoo_directory_of(work.old_name, of_old);
    if (strcmp(of_old, directory) != 0 || exists(zoo, work.old_name))
        return false;
    (void)snprintf(name, size, "%s", zoo_name_of(work.old_name));
    return true;
}
