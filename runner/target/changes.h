/* SPDX-License-Identifier: MIT */
#ifndef RO_CHANGES_H
#define RO_CHANGES_H

#include "base/error.h"
#include "base/json_file.h"

/** Refuses a descriptor with a step that would change or remove what no run has made: the path of
 * such a step has to hold {cell}, {cell_name}, {shared} or {work}. The error has PATH:LINE:COLUMN.
 * Returns 0 or -1. Where the path really leads is looked at when the step is taken
 * (run/helper/steps.h).
 */
int changes_check(const struct json_source *descriptor, struct error *error);

#endif
