/* SPDX-License-Identifier: MIT */
#ifndef RO_REASON_H
#define RO_REASON_H

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * Every reason for which the gate does not say yes, each with an identifier that scripts may rely
 * on. docs/gate.md is about them; reason.c has the table.
 */
enum reason_id {
    /* The document cannot be read for what it is: nothing can be decided. */
    REASON_UNREADABLE,
    REASON_NOT_JSON,
    REASON_OTHER_SCHEMA,
    REASON_NOT_VALID,
    REASON_EDITED,
    /* The document is about something else: it neither helps nor harms. */
    REASON_REPORTED_NOT_MEASURED,
    REASON_REFERENCE_SUBJECT,
    REASON_TEST_DOUBLE,
    REASON_OTHER_SUBJECT,
    REASON_MODE_NOT_ASKED,
    REASON_SKIPPED,
    REASON_GIVEN_TWICE,
    /* The document is about Nanvix and can't be believed: its mode stays undecided. */
    REASON_NOT_SIGNED,
    REASON_SIGNATURE_INVALID,
    REASON_UNKNOWN_RELEASE,
    REASON_OTHER_RELEASE,
    REASON_SUBJECT_NOT_IDENTIFIED,
    REASON_FOREIGN_PROBE_BUILD,
    REASON_FOREIGN_TOOL_VERSION,
    REASON_PROBE_NOT_IDENTIFIED,
    REASON_MODE_NOT_VERIFIED,
    REASON_LAUNCHER_DIFFERS,
    REASON_INTERRUPTED,
    REASON_INCOMPLETE,
    REASON_INADMISSIBLE,
    REASON_CONTROLS_MISSING,
    REASON_CONTROLS_WRONG,
    REASON_TOO_OLD,
    REASON_FROM_THE_FUTURE,
    REASON_EARLY_WAITS,
    REASON_BUDGET_TOO_LONG,
    REASON_BUDGET_TOO_SHORT,
    REASON_DUPLICATE_ATTEMPT,
    REASON_CONTRADICTORY,
    REASON_COPIED_JOURNAL,
    REASON_UNSHIPPED_TARGET,
    REASON_DOUBLE_UNDER_NANVIX,
    REASON_MIXED_RELEASES,
    REASON_MIXED_KERNELS,
    REASON_MIXED_PROBE_BUILDS,
    REASON_MIXED_FILESYSTEMS,
    REASON_SAME_RUN_TWICE,
    REASON_SAME_BINARIES,
    /* Of a shape on a mode. */
    REASON_NOT_TESTED,
    REASON_TOO_FEW_ATTEMPTS,
    REASON_FAIL,
    REASON_HANG,
    REASON_STALL,
    REASON_CRASH,
    REASON_NO_START,
    REASON_ERROR,
    REASON_SKIP,
    REASON_FLAKY,
    REASON_ANOMALY,
    REASON_SLOW_RENAME,
    /* Of a mode. */
    REASON_EVIDENCE_REFUSED,
    REASON_WAIVED,
    REASON_WAIVER_NOT_ACCEPTED,
    REASON_WAIVER_NOT_NEEDED,
    REASON_WAIVER_TOO_EARLY,
    REASON_WAIVER_RELEASE_UNKNOWN,
    /* Of the state upstream. */
    REASON_UPSTREAM_NOT_GIVEN,
    REASON_UPSTREAM_NOT_LISTED,
    REASON_UPSTREAM_OTHER_REFERENCE,
    REASON_UPSTREAM_OPEN,
    REASON_UPSTREAM_NOT_COMPLETED,
    REASON_UPSTREAM_FIX_UNKNOWN,
    REASON_UPSTREAM_FIX_NEWER,
    REASON_UPSTREAM_NOT_COMPARABLE,
    REASON_UPSTREAM_NOTHING_TESTED,
    REASON_UPSTREAM_TOO_OLD,
    REASON_UPSTREAM_FROM_THE_FUTURE,
    /* Of the whole decision. */
    REASON_WEAKER_CRITERIA,
    REASON_NOTHING_MEASURED,
    REASON_COUNT,
};

/** What a refused document means for the decision. */
enum reason_weight {
    WEIGHT_BAD_INPUT, /* nothing can be decided */
    WEIGHT_BLOCKING,  /* its mode can't be met */
    WEIGHT_NEUTRAL,   /* as if it had not been given */
};

/** The stable identifier: "reference_subject". */
const char *reason_name(enum reason_id id);

/** One sentence for people, without a full stop. */
const char *reason_meaning(enum reason_id id);

/** A reason with what it is about here. */
struct reason {
    enum reason_id id;
    char *detail;
};

struct reason_list {
    struct reason *items;
    size_t count;
};

#define CLEANUP_REASON_LIST CLEANUP(reason_list_release)

void reason_list_release(struct reason_list *list);

/**
 * Adds a reason with its detail (may be ""), which becomes one line of printable UTF-8. Returns 0,
 * or -1 with ERROR_MEMORY.
 */
int reason_add(struct reason_list *list, struct error *error, enum reason_id id, const char *format,
               ...) __attribute__((format(printf, 4, 5)));

/** Whether the list holds a reason of that weight. */
bool reason_list_has(const struct reason_list *list, enum reason_weight weight);

#endif
