/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_STANDING_H
#define RO_REPORT_STANDING_H

/**
 * How an attempt, or all attempts of a cell together, stand. The first eight are the verdicts of
 * verdict-1.schema.json; the last three exist only for a cell.
 */
enum standing {
    STANDING_PASS,
    STANDING_FAIL,
    STANDING_HANG,
    STANDING_STALL,
    STANDING_CRASH,
    STANDING_NO_START,
    STANDING_ERROR,
    STANDING_SKIP,
    STANDING_FLAKY,      /* attempts disagree */
    STANDING_INCOMPLETE, /* what there is passed, but not all that was planned is there */
    STANDING_MISSING,    /* nothing is there */
    STANDING_COUNT,
};

/** The standing for a verdict's name; STANDING_ERROR for a word that is none. */
enum standing standing_from_verdict(const char *verdict);

/** The word for people: "pass", "no start", "flaky", "not run"... */
const char *standing_word(enum standing standing);

/** The verdict's name, and for the other three a name in the same style: for machines. */
const char *standing_name(enum standing standing);

/** A single character for plain text, never the only sign. */
const char *standing_symbol(enum standing standing);

/** One sentence on what it means. */
const char *standing_meaning(enum standing standing);

#endif
