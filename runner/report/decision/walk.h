/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_DECISION_WALK_H
#define RO_REPORT_DECISION_WALK_H

#include "report/text/escape.h"
#include "verdict/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * What is said of a decision, in one order and in the same words everywhere. A format knows nothing
 * of decisions: it only says how a part, a point of a list and a word of each kind look in its
 * language.
 */
enum decision_part {
    PART_ANSWER,
    PART_HARNESS,
    PART_CRITERIA,
    PART_ISSUES,
    PART_EVIDENCE,
    PART_REFUSED,
    PART_MISSING,
    PART_GUARDS,
    PART_ORIGIN,
    PART_COUNT,
};

enum decision_point {
    POINT_MEANING, /* what the headline means: goes on where that ended */
    POINT_NOTE,
    POINT_REMARK,    /* what must not be overlooked beside the answer */
    POINT_TERM,      /* what a yes rests on beside evidence */
    POINT_PLAIN,     /* anything without a look of its own */
    POINT_ISSUE,     /* an issue, */
    POINT_CRITERION, /* a criterion of an issue, */
    POINT_SHAPE,     /* and a shape of a mode, which stands in its way */
    POINT_REASON,    /* why something is as it is */
    POINT_DETAIL,    /* what only somebody who checks all of it wants to know */
    POINT_COUNT,
};

enum decision_word {
    WORD_HEADLINE, /* the answer; ours */
    WORD_LOUD,     /* not to be overlooked; ours */
    WORD_STATUS,   /* met, unmet or unknown */
    WORD_NAME,     /* of what a point is about; foreign, as are the rest */
    WORD_CODE,     /* an identifier, a digest, a command */
    WORD_TEXT,
};

/** The verdict that a status looks like: met as a pass, unmet as a fail, else missing. */
enum verdict decision_status(const char *status);

/** A format, made by its own file and used for one walk. */
struct decision_format {
    FILE *out;
    bool silent; /* the walk's: nothing is said of this point */

    /**
     * Ends what is open and begins a part, whose title follows; `loud` ones say what must not be
     * overlooked. PART_COUNT only ends what is open.
     */
    void (*part)(struct decision_format *format, enum decision_part part, bool loud);

    /**
     * Begins a point, `depth` below its part's (0) or another point's; false when the format leaves
     * such points out.
     */
    bool (*point)(struct decision_format *format, enum decision_point point, int depth);

    /**
     * Writes a text, escaped. What is between the words is ours, needs no escape in any language of
     * a report, and was written to `out` by the walk.
     */
    void (*word)(struct decision_format *format, enum decision_word word, const char *text);
};

/**
 * Says all there is to say of a rename-oracle/decision/1; `absent` documents that it rests on are
 * not in the report that it is a part of.
 */
void decision_walk(const json_t *decision, size_t absent, struct decision_format *format);

/**
 * Writes a decision as plain lines. Each begins with `before` and ends in `after`; `escape` writes
 * foreign text. For a terminal, and for the body of a test's result.
 */
void decision_write_lines(FILE *out, const json_t *decision, size_t absent, escape_writer *escape,
                          const char *before, const char *after);

#endif
