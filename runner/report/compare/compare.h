/* SPDX-License-Identifier: MIT */
#ifndef RO_COMPARE_H
#define RO_COMPARE_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * What changed between two sets of results, cell by cell. A cell is a shape on a target (all its
 * attempts together, the worst of which speaks for it), or on a mode where the baseline is what
 * somebody reported.
 */
enum change {
    CHANGE_UNCHANGED,
    CHANGE_FIXED,     /* it passes now */
    CHANGE_REGRESSED, /* it passed, or gave an answer, and does not any more */
    CHANGE_DIFFERENT, /* it still does not pass, in another way */
    CHANGE_NEW,
    CHANGE_GONE,
    CHANGE_COUNT,
};

/** "unchanged", "fixed", ... */
const char *change_name(enum change change);

/**
 * Compares two files or directories (all *.json in it, not below it) with verdict documents or, as
 * a baseline, a rename-oracle/reported/1. `out` becomes a rename-oracle/comparison/1 (a new
 * reference), `regressed` says whether any cell did. Returns 0, or -1 with `where` = the file, line
 * and column: nothing to compare, not valid, edited, an error of reading.
 */
int compare_results(const char *baseline, const char *fresh, json_t **out, bool *regressed,
                    struct error *error);

/** Writes a comparison for people; unchanged cells only with `all`. */
void compare_print(const json_t *comparison, bool all, FILE *stream);

#endif
