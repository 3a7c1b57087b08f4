/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_TIMELINE_H
#define RO_REPORT_TIMELINE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * A journal's lines as a reader wants them: the two lines of a call, `enter` and `leave`, become
 * one row with what it was called with, what came back, and how long that took.
 */
enum row_kind {
    ROW_CALL,
    ROW_CHECK,
    ROW_FACT,   /* begin, fs, note, end */
    ROW_RETURN, /* a `leave` without its `enter` */
    ROW_OTHER,  /* a line that is no event */
};

struct timeline_row {
    enum row_kind kind;
    double ms;             /* since launch */
    double took_ms;        /* of a call that came back */
    bool returned;         /* true for everything but a call that did not come back */
    bool adverse;          /* a call that failed, or a broken check */
    const char *event;     /* "enter", "check", "begin"...; "" for ROW_OTHER */
    const char *subject;   /* the call, the check... */
    const char *arguments; /* the rest of the line; the whole line for ROW_OTHER */
    const char *result;    /* the rest of the `leave` line; "" where there is none */
};

struct timeline {
    struct timeline_row *rows;
    size_t count;
    char *text; /* what the rows' texts point into */
};

#define CLEANUP_TIMELINE CLEANUP(timeline_release)

void timeline_release(struct timeline *timeline);

/** Reads `journal.timeline` of a cell. Returns 0, or -1 with ERROR_MEMORY. */
int timeline_read(struct timeline *timeline, const json_t *cell, struct error *error);

/** The row of the call that did not come back, the last one if there are several; or NULL. */
const struct timeline_row *timeline_stuck(const struct timeline *timeline);

/**
 * Whether two timelines tell of the same events with the same outcomes, times and facts (inode
 * numbers, for example) aside.
 */
bool timeline_same(const struct timeline *left, const struct timeline *right);

#endif
