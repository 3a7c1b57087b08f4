/* SPDX-License-Identifier: MIT */
#ifndef RO_LAST_RUN_H
#define RO_LAST_RUN_H

#include "base/error.h"

#include <jansson.h>
#include <limits.h>

/** How the directory of a run's documents is called; the names are in the order of their times. */
#define RUN_ID_PATTERN "????????T??????Z-????????"

/**
 * Finds the directory of the newest run below `output` that has a document. Returns 0, or -1 with
 * ERROR_INPUT where there is none, ERROR_ENVIRONMENT where that can't be seen.
 */
int last_run_find(const char *output, char out[PATH_MAX], struct error *error);

/**
 * What did not pass in the documents of a run's directory: an object that has for each target an
 * array with the names of its shapes that have a cell which neither passed nor was skipped; all of
 * them where a control was wrong. A new reference; NULL with an error.
 */
json_t *last_run_failures(const char *directory, struct error *error);

#endif
