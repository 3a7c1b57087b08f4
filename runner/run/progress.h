/* SPDX-License-Identifier: MIT */
#ifndef RO_PROGRESS_H
#define RO_PROGRESS_H

#include "base/json_build.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { PROGRESS_TARGETS_MAX = 32, PROGRESS_SHAPES_MAX = 64 };

/** How often each verdict was given to a shape on a target. */
struct tally {
    size_t counts[VERDICT_COUNT];
    size_t total;
};

/**
 * What a person sees of a run: it is told of events and never asks. Text goes to `out`; a
 * progress line is kept up to date only on a terminal, and colour is used only there.
 */
struct progress {
    FILE *out; /* NULL: silent */
    bool terminal;
    bool colour;
    bool live; /* every journal line, too */
    bool line_shown;
    uint64_t line_ns;
    unsigned done;
    unsigned planned;
    size_t target_count;
    char targets[PROGRESS_TARGETS_MAX][72];
    size_t shape_count;
    const char *shapes[PROGRESS_SHAPES_MAX]; /* of the table of shapes */
    struct tally tallies[PROGRESS_SHAPES_MAX][PROGRESS_TARGETS_MAX];
    struct builder builder;
    json_t *documents; /* array of paths, for --json; owned */
};

/** Readies it for `out` (NULL for none), `live` with every journal line. Honours NO_COLOR and
 * TERM=dumb. */
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

/** A cell is finished; `expected` is a control's expected verdict and NULL for a shape. */
void progress_cell(struct progress *progress, const char *target, const json_t *cell,
                   const char *expected, bool as_expected);

/** Whether it is time to say what goes on: on a terminal, 5 times a second. */
bool progress_wants_tick(const struct progress *progress, uint64_t now_ns);

/** Time goes by; `running` says what is out now. */
void progress_tick(struct progress *progress, uint64_t now_ns, const char *running);

/** A journal line of a running cell (--live). */
void progress_journal_line(struct progress *progress, const char *target, const char *shape,
                           uint64_t since_launch_ns, const char *text);

/** A document was written. */
void progress_document(struct progress *progress, const char *path);

/** The matrix of shapes by targets and what the clean attempts that were made are worth. */
void progress_matrix(struct progress *progress);

/** Frees what the progress owns. */
void progress_release(struct progress *progress);

#endif
