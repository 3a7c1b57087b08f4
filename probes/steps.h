/* SPDX-License-Identifier: MIT */
#ifndef RO_STEPS_H
#define RO_STEPS_H

#include "probe.h"

#include <dirent.h>
#include <sys/stat.h>
#include <sys/types.h>

/**
 * The calls on the file system under test, each between an `enter` and a `leave` line. They take
 * and return what the call itself does and leave its errno. Nothing else in a probe may touch that
 * file system: a call that never returns must be named by the journal's last line.
 */
int step_open(const char *path, int flags, mode_t mode);
ssize_t step_read(int fd, void *bytes, size_t size);
ssize_t step_write(int fd, const void *bytes, size_t size);
int step_close(int fd);
int step_stat(const char *path, struct stat *status);
int step_rename(const char *from, const char *to);
int step_unlink(const char *path);
int step_mkdir(const char *path, mode_t mode);
int step_rmdir(const char *path);
DIR *step_opendir(const char *path);
/** NULL with errno 0 is the end of the directory. `path` only names it in the journal. */
struct dirent *step_readdir(DIR *directory, const char *path);
int step_closedir(DIR *directory, const char *path);

/** The two halves of a call, for controls and for calls that a single shape makes. */
void enter_rename(const char *from, const char *to);
/** `error` is the errno, 0 when the call did not fail; it is left in errno. */
void leave_call(const char *call, long long result, int error);

/** A file's mode as three octal digits behind a 0: "0644". */
void text_add_mode(struct text *text, mode_t mode);

/** What `enter open` calls these flags: "O_WRONLY+O_CREAT+O_EXCL". */
void text_add_flags(struct text *text, int flags);

#endif
