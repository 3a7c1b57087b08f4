/* SPDX-License-Identifier: MIT */
#ifndef RO_FILES_H
#define RO_FILES_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

/**
 * Changing a tree in which others may have put what they like. A path here is relative to `anchor`,
 * an open directory, and leads nowhere else: symbolic links are refused, so are "." and "..", so
 * that never the anchor itself is meant, and what is found is held by its descriptor.
 */

/** Opens `path` with the flags of open(2); `mode` is for O_CREAT. Returns a descriptor, or -1 with
 * errno. */
int files_open(int anchor, const char *path, int flags, mode_t mode);

/** Makes a directory and what is missing above it; one that is there is fine. Returns 0, or -1 with
 * ERROR_ENVIRONMENT, or ERROR_INPUT for no such path. */
int files_make_directories(int anchor, const char *path, struct error *error);

/**
 * Removes a file, or a directory with all in it; missing is fine. Nothing on another mount is
 * touched; a directory that its owner may not enter is made enterable first. Returns 0, or -1 with
 * ERROR_ENVIRONMENT that names what stays, or ERROR_INPUT for no such path.
 */
int files_remove(int anchor, const char *path, struct error *error);

/** The same for what the last component of `path` names; the directories above it are taken as they
 * are given. */
int remove_tree(const char *path, struct error *error);

/**
 * Formats a path. A path that does not fit is an error (ERROR_INPUT), never cut: half a path names
 * another file. Returns 0 or -1; `out` is then an empty string.
 */
int path_format(char *out, size_t size, struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/** Writes all bytes. Returns how many are written: less than `length` with errno, which is that of
 * the write that failed and not of one that took only a part. */
size_t write_all(int fd, const void *bytes, size_t length);

/** What helps where writing to the results failed with this errno, as the end of a message. */
const char *write_remedy(int errno_value);

#endif
