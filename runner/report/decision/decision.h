/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_DECISION_H
#define RO_REPORT_DECISION_H

#include "base/error.h"
#include "base/json_file.h"
#include "report/model/model.h"

#include <jansson.h>
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

/** Its words for that; nothing in them needs an escape. */
struct decision_words {
    const char *name;     /* as the document has it */
    const char *headline; /* "Keep -B" */
    const char *meaning;  /* a sentence, which goes on where the headline ended */
};

const struct decision_words *decision_words(const json_t *decision);

/**
 * Goes on behind the headline: writes as of which time it was decided, where that was set instead
 * of asking the clock. Nothing in it needs an escape.
 */
void decision_write_set_time(FILE *out, const json_t *decision);

/**
 * Loads a rename-oracle/decision/1 document and marks the model's documents that took part in it.
 * A document that is none, that was changed after it was written, or in which no document of the
 * model took part is an error: its answer would be about something else. Returns 0 or -1.
 */
int decision_load(struct json_source *source, const char *path, struct report_model *model,
                  struct error *error);

/** How many documents the decision rests on that are not in the model. */
size_t decision_absent(const json_t *decision, const struct report_model *model);

#endif
