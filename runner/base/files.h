/* SPDX-License-Identifier: MIT */
#ifndef RO_FILES_H
#define RO_FILES_H

#include "base/error.h"

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

#endif
