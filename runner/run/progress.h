/* SPDX-License-Identifier: MIT */
#ifndef RO_PROGRESS_H
#define RO_PROGRESS_H

#include "base/json_build.h"
#include "run/terminal.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PROGRESS_TARGETS_MAX = 32, PROGRESS_SHAPES_MAX = 64, PROGRESS_FAILURES_MAX = 12 };

/** How often each verdict was given to a shape on a target. */
struct tally {
    size_t counts[VERDICT_COUNT];
    size_t total;
    bool lost; /* data */
};

/** A cell that did not pass, for the end of the run. */
struct failure {
    double ms;
    enum verdict verdict;
    char cell[160];
    char reason[240];
};

/**
 * What a person sees of a run: it is told of events and never asks. Text goes to `out`; a
 * progress line is kept up to date only on a terminal, and colour is used only there.
 */
struct progress {
    struct terminal terminal;
    bool live; /* every journal line, too */
    uint64_t line_ns;
    unsigned done;
    unsigned planned;
    unsigned planted; /* hangs of controls, and how many of them came to be called so */
    unsigned recognised;
    size_t target_count;
    char targets[PROGRESS_TARGETS_MAX][72];
    size_t shape_count;
    const char *shapes[PROGRESS_SHAPES_MAX]; /* of the table of shapes */
    struct tally tallies[PROGRESS_SHAPES_MAX][PROGRESS_TARGETS_MAX];
    size_t failure_count; /* those that are kept took the shortest */
    struct failure failures[PROGRESS_FAILURES_MAX];
    struct builder builder;
    json_t *documents; /* array of paths, for --json; owned */
};

/** Readies it for `out` (NULL for none), `live` with every journal line. */
void progress_start(struct progress *progress, FILE *out, bool live);

/** Whether journal lines are wanted. */
bool progress_is_live(const struct progress *progress);

/** There is another target, or shape (a name of the table of shapes); so many cells are planned. */
void progress_target(struct progress *progress, const char *name);
void progress_shape(struct progress *progress, const char *name);
void progress_plan(struct progress *progress, unsigned cells);

/** A line of information, "note: ..." */
__attribute__((format(printf, 2, 3))) void progress_note(struct progress *progress,
                                                         const char *format, ...);

/** A call has been out for a while, and there is evidence of what it does; `cell` is as far as it
 * is known. */
void progress_slow(struct progress *progress, const char *target, const json_t *cell);

/** A cell has its verdict, and is still to be cleared away. */
void progress_verdict(struct progress *progress, const char *target, const json_t *cell);

/** A cell is finished; `told` is what progress_verdict said of it, or VERDICT_COUNT. */
void progress_cell(struct progress *progress, const char *target, const json_t *cell,
                   enum verdict told);

/** A control is finished. */
void progress_control(struct progress *progress, const char *target, const json_t *cell,
                      const char *expected, bool as_expected);

/** Whether it is time to say what goes on: on a terminal, 5 times a second. */
bool progress_wants_tick(const struct progress *progress, uint64_t now_ns);

/** Time goes by; so many cells run, and `what` says which. */
void progress_tick(struct progress *progress, uint64_t now_ns, unsigned running, const char *what);

/** A journal line of a running cell (--live). */
void progress_journal_line(struct progress *progress, const char *target, const char *shape,
                           uint64_t since_launch_ns, const char *text);

/** A document was written. */
void progress_document(struct progress *progress, const char *path);

/** How many columns the longest name of a target, and of a shape or control, has. */
size_t progress_target_columns(const struct progress *progress);
size_t progress_shape_columns(const struct progress *progress);

/** The matrix of shapes by targets, what did not pass, what the clean attempts that were made are
 * worth, and what to type next: `argv` of the run with `last` behind it makes again what did not
 * pass. */
void progress_end(struct progress *progress, char *const *argv, const char *last);

/** Frees what the progress owns. */
void progress_release(struct progress *progress);

#endif
