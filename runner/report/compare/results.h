/* SPDX-License-Identifier: MIT */
#ifndef RO_RESULTS_H
#define RO_RESULTS_H

#include "gate/evidence/document.h"
#include "verdict/verdict.h"

#include <stdbool.h>

/** A shape at a place (a target, or a mode), with all attempts together. Texts are borrowed. */
struct result {
    const char *place;
    const char *shape;
    size_t verdicts[VERDICT_COUNT]; /* how often each came out; all 0 for what was not measured */
    enum verdict worst;
    const char *evidence; /* the state of the first of the worst, or NULL */
    bool data_loss;
    double rename_ms; /* the longest of all passes; negative where there is none */
};

/** Results, sorted by place and shape, one for each pair. */
struct result_list {
    struct document_list documents;
    char **paths;
    size_t path_count;
    struct result *items;
    size_t count;
};

#define CLEANUP_RESULT_LIST CLEANUP(result_list_release)

void result_list_release(struct result_list *list);

/**
 * Loads a file or every *.json below a directory and folds the attempts. A verdict document's cells
 * go to the place that is named after its target; where `baseline` is given (else NULL) and has no
 * such target, but a report on the mode, to that mode. Only a baseline may hold reports. Returns 0,
 * or -1 with `where` = the file, line and column.
 */
int result_list_load(struct result_list *list, const char *path, const struct result_list *baseline,
                     struct error *error);

#endif
