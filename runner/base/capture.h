/* SPDX-License-Identifier: MIT */
#ifndef RO_CAPTURE_H
#define RO_CAPTURE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * A file that takes any amount of console bytes and keeps the beginning and the end of them. The
 * beginning goes to the file as it comes, so that it is on disk whatever happens afterwards; the
 * end is kept in memory and written when the capture is closed, behind the line
 * "[rename-oracle: N bytes cut here]". Nothing is cut, and that line is not there, as long as both
 * parts together hold everything. The bytes are the guest's: never show them raw.
 */

#define CAPTURE_HEAD_DEFAULT ((uint64_t)1 << 20)
#define CAPTURE_TAIL ((size_t)256 << 10)

struct capture;

/**
 * Creates the file `name` in the directory `directory_fd`, which is not kept; 0 as `head_limit` (in
 * bytes) means the default. `name` is one path component; a file, link or anything else that
 * already has the name is an error and is not touched. Returns NULL with ERROR_INTERNAL (name),
 * ERROR_ENVIRONMENT (it cannot be created) or ERROR_MEMORY.
 */
struct capture *capture_open(int directory_fd, const char *name, uint64_t head_limit,
                             struct error *error);

/**
 * Takes `length` more bytes. Returns -1 with ERROR_ENVIRONMENT when the file could not be written
 * (a full disk): what is on disk stays there, and from then on bytes go to the part in memory, so
 * the caller may go on; each failure of the disk is returned once.
 */
int capture_write(struct capture *capture, const void *bytes, size_t length, struct error *error);

/**
 * Writes the end, closes the file and releases the capture, on every path; NULL is allowed. Returns
 * -1 with ERROR_ENVIRONMENT when the end is not on disk. `was_cut`, which may be NULL, tells
 * whether bytes are missing from the file.
 */
int capture_close(struct capture *capture, bool *was_cut, struct error *error);

#endif
