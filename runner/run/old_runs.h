/* SPDX-License-Identifier: MIT */
#ifndef RO_OLD_RUNS_H
#define RO_OLD_RUNS_H

#include "base/error.h"
#include "base/json_build.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Removes the directories of runs below `output`, all but the newest `keep`, and with `dry` only
 * says which these are. A run that lives keeps its directory, and so does one that has something in
 * it which no run makes. Appends the paths that are gone (or would be) to `removed`, an array.
 * Returns 0, or -1 with ERROR_ENVIRONMENT, what was removed until then being told.
 */
int old_runs_remove(const char *output, size_t keep, bool dry, struct builder *builder,
                    json_t *removed, struct error *error);

#endif
