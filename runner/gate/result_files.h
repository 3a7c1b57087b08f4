/* SPDX-License-Identifier: MIT */
#ifndef RO_RESULT_FILES_H
#define RO_RESULT_FILES_H

#include "base/error.h"

#include <stddef.h>

/**
 * Lists what a path stands for: itself, or every *.json of a directory, sorted by name. Returns 0
 * with a list for result_files_release, or -1 with ERROR_ENVIRONMENT (it can't be read),
 * ERROR_INPUT (a directory without such a file) or ERROR_MEMORY.
 */
int result_files_list(const char *path, char ***paths, size_t *count, struct error *error);

void result_files_release(char **paths, size_t count);

#endif
