/* SPDX-License-Identifier: MIT */
#ifndef RO_INVENTORY_H
#define RO_INVENTORY_H

#include "base/error.h"

#include <jansson.h>

/**
 * What there is to run: {"targets": [{name, title, mode, subject, runs_here, missing}], "shapes":
 * [{name, summary, group}]}, targets sorted by name. A new reference, or NULL with
 * ERROR_ENVIRONMENT (the shipped targets can't be found), ERROR_INPUT (one is broken) or
 * ERROR_MEMORY.
 */
json_t *inventory_make(struct error *error);

#endif
