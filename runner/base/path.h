/* SPDX-License-Identifier: MIT */
#ifndef RO_PATH_H
#define RO_PATH_H

#include "base/error.h"

#include <stddef.h>

/**
 * Formats a path. A path that does not fit is an error (ERROR_INPUT), never cut: half a path names
 * another file. Returns 0 or -1; `out` is then an empty string.
 */
int path_format(char *out, size_t size, struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
