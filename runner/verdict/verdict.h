/* SPDX-License-Identifier: MIT */
#ifndef RO_VERDICT_H
#define RO_VERDICT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** What one attempt at one shape came to (docs/verdicts.md), and what several of them came to. */
enum verdict {
    VERDICT_PASS,
    VERDICT_FAIL,
    VERDICT_HANG,
    VERDICT_STALL,
    VERDICT_CRASH,
    VERDICT_NO_START,
    VERDICT_ERROR,
    VERDICT_SKIP,
    VERDICT_COUNT,                 /* a single attempt has one of those above */
    VERDICT_FLAKY = VERDICT_COUNT, /* attempts disagree */
    VERDICT_INCOMPLETE,            /* what there is passed, but not all that was planned is there */
    VERDICT_MISSING,               /* nothing is there */
    VERDICT_COUNT_WITH_SUMS,
};

/** What a verdict says about rename; a test report has the same four states. */
enum verdict_sense {
    SENSE_CLEAN,   /* it did what it must: passed */
    SENSE_ADVERSE, /* it did not: failed */
    SENSE_OPEN,    /* nobody can tell: an error of the test */
    SENSE_UNTRIED, /* nobody tried: skipped */
};

struct verdict_facts {
    const char *name;   /* as documents have it */
    const char *word;   /* for people */
    const char *symbol; /* a single character for plain text, never the only sign */
    const char *meaning;
    enum verdict_sense sense;
    unsigned severity; /* the worst of several attempts speaks for them */
};

/** The one table of verdicts. */
extern const struct verdict_facts verdict_table[VERDICT_COUNT_WITH_SUMS];

/** The verdict of a cell of a document; VERDICT_ERROR for a word that is none. */
enum verdict verdict_of(const json_t *cell);

/** Whether a cell of a document has an anomaly of that kind. */
bool cell_has_anomaly(const json_t *cell, const char *kind);

/**
 * What attempts together came to, of which `counts` has how many had each verdict, where `missing`
 * of those that were planned are not there. Attempts that were skipped or are missing don't
 * disagree with others.
 */
enum verdict verdict_sum(const size_t counts[VERDICT_COUNT], size_t missing);

/** No run has more cells at a time. */
enum { RUN_JOBS_MAX = 256 };

#endif
