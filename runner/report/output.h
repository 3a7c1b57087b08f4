/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_OUTPUT_H
#define RO_REPORT_OUTPUT_H

#include "base/error.h"

#include <stddef.h>

/**
 * Puts `length` bytes into the file `path`, whole or not at all: they go into a temporary file
 * beside it, which then takes its name. A file that was there is replaced; a symbolic link, a
 * directory or a device is refused, never followed or replaced. Returns 0, or -1 with ERROR_INPUT
 * (such a path) or ERROR_ENVIRONMENT, and then leaves nothing behind.
 */
int output_write_file(const char *path, const char *bytes, size_t length, struct error *error);

#endif
