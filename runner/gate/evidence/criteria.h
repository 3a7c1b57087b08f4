/* SPDX-License-Identifier: MIT */
#ifndef RO_CRITERIA_H
#define RO_CRITERIA_H

#include "base/digest.h"
#include "base/json_file.h"
#include "gate/evidence/moment.h"

#include <stdbool.h>
#include <stddef.h>

/** Criteria are written by hand; none comes near this many bytes. */
#define CRITERIA_BYTE_LIMIT ((size_t)1 << 20U)

/** One issue whose resolution has to be shown. Pointers live in the criteria's source. */
struct issue_criterion {
    const char *issue;
    const char *reference;
    const json_t *modes;  /* of strings, at least one */
    const json_t *shapes; /* of strings, at least one */
    long attempts;
    bool upstream_required;
};

struct waiver {
    const char *mode;
    const char *reason;
    const char *from_release;
    const char *decided_by;
};

/** The exit criteria as data (rename-oracle/criteria/1). */
struct criteria {
    struct json_source source;
    char digest[DIGEST_SIZE];
    moment maximum_age_s;
    moment upstream_maximum_age_s;
    const json_t *accept_anomalies;
    bool accept_early_waits;
    long minimum_step_budget_ms;
    long maximum_step_budget_ms;
    long maximum_total_budget_ms;
    long maximum_rename_ms;
    const char *subject; /* what has to be tested */
    const json_t *subject_files;
    struct issue_criterion *issues;
    size_t issue_count;
    struct waiver *waivers;
    size_t waiver_count;
};

#define CLEANUP_CRITERIA CLEANUP(criteria_release)

void criteria_release(struct criteria *criteria);

/**
 * Loads criteria from a file or, with `path` NULL, those that are built in, which are
 * ci/criteria.json. Returns 0, or -1 with `where` = PATH:LINE:COLUMN: not valid, an issue that
 * stands there twice, or a waiver for a mode that no issue speaks of or that has one already.
 */
int criteria_load(struct criteria *criteria, const char *path, struct error *error);

/** Whether any issue asks about the mode. */
bool criteria_ask_about_mode(const struct criteria *criteria, const char *mode);

/** The waiver for a mode, or NULL. */
const struct waiver *criteria_waiver(const struct criteria *criteria, const char *mode);

/** Whether an array of strings holds `text`. */
bool json_array_has_string(const json_t *array, const char *text);

#endif
