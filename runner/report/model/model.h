/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_MODEL_H
#define RO_REPORT_MODEL_H

#include "base/digest.h"
#include "base/error.h"
#include "base/json_file.h"
#include "report/text/memory.h"
#include "verdict/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * What a report shows: verdict documents put together into targets, their releases, and for each
 * release a cell per shape with all its attempts. Nothing is decided here; the model only says what
 * the documents say, and names what they leave out.
 *
 * The model borrows every text and JSON value from the sources it was built from, which must
 * outlive it.
 */

/** One verdict document. */
struct report_document {
    const char *path; /* as given on the command line */
    const char *run_id;
    const char *started;
    const char *digest;
    const json_t *root;
    bool admissible; /* as it says itself, but a stand-in for Nanvix never is */
    bool complete;
    bool used;             /* evidence of the decision that the report shows */
    const json_t *refusal; /* what that decision says if it refused the document; else NULL */
};

/** One attempt at a shape, or at a control. */
struct attempt {
    const struct report_document *document;
    const json_t *cell;
    enum verdict verdict; /* of a single attempt: below VERDICT_COUNT */
    json_int_t number;
};

/** All attempts at one shape, on one target and release. */
struct report_cell {
    const char *shape;
    enum verdict verdict; /* what all attempts together amount to */
    bool gating;
    struct attempt *attempts; /* by document, then by number */
    size_t attempt_count;
    size_t missing;               /* attempts that were planned and are not there */
    size_t counts[VERDICT_COUNT]; /* attempts by verdict */
    bool data_loss;               /* in any attempt */
    bool anomalies;               /* in any attempt */
};

/** What one build of the system under test did; two builds may call themselves the same. */
struct report_release {
    const char *name;  /* the subject's release */
    const char *label; /* the same, with a short digest where another build has the same name */
    char build[DIGEST_SIZE]; /* tells builds apart: digest of the digests of subject and probes */
    bool admissible;         /* all of its documents are */
    const char *started;     /* of its first document */
    const struct report_document **documents; /* by time */
    size_t document_count;
    struct report_cell *cells; /* one per shape of the model, in that order */
};

struct report_target {
    const char *name;
    const char *mode;
    const char *kind;                /* the subject's: nanvix, reference or double */
    struct report_release *releases; /* the oldest first; the last one is what the matrix shows */
    size_t release_count;
    bool ordered_by_version; /* else by the time of the first run */
};

struct report_model {
    struct report_document *documents; /* by time */
    size_t document_count;
    struct report_target *targets; /* Nanvix first, then by mode and name */
    size_t target_count;
    struct report_shape {
        const char *name;
        bool gating;
    } * shapes; /* the six gating shapes first, in their usual order */
    size_t shape_count;
    size_t repeated;    /* documents that were left out because they were given twice */
    struct arena arena; /* all of the above */
};

#define CLEANUP_REPORT_MODEL CLEANUP(report_model_release)

/** Frees what the model owns and leaves it empty. */
void report_model_release(struct report_model *model);

/**
 * Builds the model from `count` documents that have been validated against the schema. A document
 * that was given twice counts once. Returns 0, or -1 with ERROR_MEMORY, or ERROR_INPUT for more
 * than 256 shapes.
 */
int report_model_build(struct report_model *model, const struct json_source *sources, size_t count,
                       struct error *error);

/** The release that the matrix shows: the newest. */
const struct report_release *report_target_newest(const struct report_target *target);

/** Whether any target has more than one release. */
bool report_model_has_history(const struct report_model *model);

/** Makes an attempt of one object of a document's `cells` or `controls`. */
struct attempt report_attempt(const struct report_document *document, const json_t *cell);

/**
 * What a cell was before: the same cell in the newest older release in which it ran at all, or
 * NULL. `release` counts from 0, the oldest; `shape` is the model's number of it.
 */
const struct report_cell *history_before(const struct report_target *target, size_t release,
                                         size_t shape);

/** Whether two cells say different things: other standings, or hangs of another kind. */
bool history_differs(const struct report_cell *before, const struct report_cell *now);

/**
 * Whether a cell is another than it was before. A cell that did not run has changed nothing, and
 * neither has the first one that did.
 */
bool history_changed(const struct report_target *target, size_t release, size_t shape);

/* What follows is for the model's own files. */

/**
 * Adds the cells of one document to those of its release, one for each of the model's shapes, and
 * sums each of them up anew. Returns 0, or -1 with ERROR_MEMORY.
 */
int model_cells_add(struct report_model *model, struct report_release *release,
                    const struct report_document *document, struct error *error);

/**
 * The order of things in a report. It depends on the documents only, never on the order in which
 * they were given, so that the same set always makes the same report.
 */

/** By the time they were started, then by run and digest. */
void report_order_documents(struct report_model *model);

/** The six gating shapes as the design lists them, then other gating ones, then the informing. */
void report_order_shapes(struct report_model *model);

/** Nanvix, then doubles, then reference targets; by mode, then by name. */
void report_order_targets(struct report_model *model);

/**
 * Puts a target's releases in order, the oldest first, and says in `ordered_by_version` how: by
 * version when each can be compared with each other one (see gate/evidence/release.h), otherwise
 * all of them by the time of the first run. Builds of the same release stand in the order of time.
 * A bisection runs older releases later, so time is the second choice.
 */
void report_order_releases(struct report_target *target);

#endif
