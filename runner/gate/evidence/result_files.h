/* SPDX-License-Identifier: MIT */
#ifndef RO_RESULT_FILES_H
#define RO_RESULT_FILES_H

#include "base/error.h"

#include <stddef.h>

/**
 * Lists what a path stands for: itself, or everything called *.json below a directory, in small
 * letters or capitals, at any depth and hidden or not, in the order of names. Nothing with such a
 * name is passed over, nor what is called *.json.gz and the like: a run's other files are called
 * otherwise. Returns 0 with a list for result_files_release, or -1, likewise with a list, and
 * ERROR_ENVIRONMENT (some of it can't be read), ERROR_INPUT (a directory without such a file, or
 * with one that can't be read as it is) or ERROR_MEMORY.
 */
int result_files_list(const char *path, char ***paths, size_t *count, struct error *error);

void result_files_release(char **paths, size_t count);

#endif
