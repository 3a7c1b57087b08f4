/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_DECISION_H
#define RO_REPORT_DECISION_H

#include "base/error.h"
#include "base/json_file.h"
#include "report/model/model.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/**
 * The gate's decision, as a report shows it. It is read from a document that `rename-oracle gate
 * --json` wrote and is never made here, so that a report cannot say anything else than the gate.
 */
enum decision_answer {
    DECISION_NONE, /* the report was given none */
    DECISION_KEEP,
    DECISION_MAY_BE_REMOVED,
    DECISION_MAY_BE_REMOVED_ON_TERMS,
    DECISION_UNDECIDED,
};

/** What `decision` (NULL: none) says. */
enum decision_answer decision_answer(const json_t *decision);

/**
 * Writes the answer in a few words, "Keep -B", and as of which time where that was set instead of
 * asking the clock. Nothing in it needs an escape.
 */
void decision_write_headline(FILE *out, const json_t *decision);

/** Whether a term has to be told beside the headline, which has the time that was set. */
bool decision_term_is_told(const json_t *term);

/** What the criteria are where they are not those as written; NULL where they are. */
const char *decision_criteria_words(const json_t *decision);

/** Who vouches for the documents that the decision rests on, in a sentence. */
const char *decision_signers_words(const json_t *decision);

/** What the answer means, in a sentence. */
const char *decision_meaning(enum decision_answer answer);

/**
 * Loads a rename-oracle/decision/1 document and marks the model's documents that took part in it.
 * A document that is none, that was changed after it was written, or in which no document of the
 * model took part is an error: its answer would be about something else. Returns 0 or -1.
 */
int decision_load(struct json_source *source, const char *path, struct report_model *model,
                  struct error *error);

/** How many documents the decision rests on that are not in the model. */
size_t decision_absent(const json_t *decision, const struct report_model *model);

/** The verdict that stands for a criterion's status: met is a pass, unmet a fail, else missing. */
enum verdict decision_status(const char *status);

/** Writes "ID: MEANING (DETAIL)" of one reason, raw. */
void decision_write_reason(FILE *out, const json_t *reason);

/** What the decision says about a document of the model: used, refused and why, or no part. Raw. */
void decision_write_part(FILE *out, const struct report_document *document);

/** What the evidence says about an issue's own guards on explicit renames, in words. */
const char *decision_guard_words(const char *answer);

#endif
