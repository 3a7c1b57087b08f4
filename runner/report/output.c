/* SPDX-License-Identifier: MIT */
#include "report/report.h"

#include "base/cleanup.h"
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int refuse_odd_path(const char *path, struct error *error)
{
    struct stat status;
    if (lstat(path, &status) != 0) {
        if (errno == ENOENT)
            return 0;
        return error_set_errno(error, errno, path, "cannot write");
    }
    if (S_ISREG(status.st_mode))
        return 0;
    return error_set(
        error, ERROR_INPUT, path,
        "is %s; name a regular file, or leave --output out to write to standard output",
        S_ISLNK(status.st_mode)   ? "a symbolic link, which is not followed"
        : S_ISDIR(status.st_mode) ? "a directory"
                                  : "not a regular file");
}

/* mkostemp makes files for their owner only; a report is for everybody whom the umask lets. */
static int give_usual_mode(int fd)
{
    mode_t mask = umask(0);
    (void)umask(mask);
    return fchmod(fd, 0666 & ~mask);
}

int output_write_file(const char *path, const char *bytes, size_t length, struct error *error)
{
    CLEANUP_FREE char *temporary = NULL;
    if (refuse_odd_path(path, error) != 0)
        return -1;
    if (asprintf(&temporary, "%s.XXXXXX", path) < 0) {
        temporary = NULL;
        return error_set(error, ERROR_MEMORY, NULL, "out of memory");
    }
    CLEANUP_FD int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, path, "cannot make a temporary file beside it");
    if (give_usual_mode(fd) != 0 || write_all(fd, bytes, length) < length || fsync(fd) != 0 ||
        rename(temporary, path) != 0) {
        (void)error_set_errno(error, errno, path, "cannot write");
        (void)unlink(temporary);
        return -1;
    }
    return 0;
}
