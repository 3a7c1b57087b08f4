/* SPDX-License-Identifier: MIT */
#ifndef RO_MEMORY_FILE_H
#define RO_MEMORY_FILE_H

#include <stddef.h>

/** How many files there may be at a time. */
#define MEMORY_FILES 8

/**
 * Makes `bytes` the whole content of file `index`, which is in memory only, and returns a path that
 * opens it. The path stays the same for an index; the process ends if there is no memory.
 */
const char *memory_file_fill(size_t index, const void *bytes, size_t length);

#endif
