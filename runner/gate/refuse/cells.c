/* SPDX-License-Identifier: MIT */
#include "gate/evidence/cell_doubt.h"
#include "gate/refuse/refuse.h"
#include "verdict/verdict.h"

#include <stdlib.h>
#include <string.h>

/** A cell's identity, sortable. */
struct cell_key {
    const char *shape;
    json_int_t attempt;
};

static int compare_keys(const void *left, const void *right)
{
    const struct cell_key *a = left;
    const struct cell_key *b = right;
    int order = strcmp(a->shape, b->shape);
    if (order != 0)
        return order;
    return (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

/** The keys of all cells, sorted, to be freed; NULL when memory ran out. */
static struct cell_key *sorted_keys(const json_t *cells, struct error *error)
{
    struct cell_key *keys = calloc(json_array_size(cells) + 1, sizeof *keys);
    if (keys == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory for the cells");
        return NULL;
    }
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(cells, index, cell)
        keys[index] = (struct cell_key){
            .shape = json_text(cell, "shape"),
            .attempt = json_integer_value(json_object_get(cell, "attempt")),
        };
    qsort(keys, json_array_size(cells), sizeof *keys, compare_keys);
    return keys;
}

static int find_duplicate(struct document *document, const json_t *cells, struct error *error)
{
    CLEANUP_FREE struct cell_key *keys = sorted_keys(cells, error);
    if (keys == NULL)
        return -1;
    for (size_t i = 1; i < json_array_size(cells); i++)
        if (compare_keys(&keys[i - 1], &keys[i]) == 0)
            return reason_add(&document->refusals, error, REASON_DUPLICATE_ATTEMPT,
                              "%s, attempt %lld", keys[i].shape, (long long)keys[i].attempt);
    return 0;
}

static int refuse_duplicate_attempt(const struct refusal_context *context,
                                    struct document *document, struct error *error)
{
    (void)context;
    if (find_duplicate(document, document->cells, error) != 0)
        return -1;
    return find_duplicate(document, document->controls, error);
}

/** Every planned shape with attempts 1 to the planned number, and nothing else. */
static int refuse_incomplete(const struct refusal_context *context, struct document *document,
                             struct error *error)
{
    (void)context;
    const json_t *root = document->source.root;
    const json_t *planned = json_object_get(root, "planned");
    const json_t *shapes = json_object_get(planned, "shapes");
    json_int_t attempts = json_integer_value(json_object_get(planned, "attempts"));
    if (!json_truth(root, "complete"))
        return reason_add(&document->refusals, error, REASON_INCOMPLETE, "it says so itself");

    /* Duplicates are refused on their own, so that equal numbers mean equal sets. */
    size_t found = 0;
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(document->cells, index, cell) {
        json_int_t attempt = json_integer_value(json_object_get(cell, "attempt"));
        if (attempt > attempts || !json_array_has_string(shapes, json_text(cell, "shape")))
            return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                              "%s, attempt %lld was not planned", json_text(cell, "shape"),
                              (long long)attempt);
        found++;
    }
    if ((json_int_t)(found / (size_t)attempts) == (json_int_t)json_array_size(shapes) &&
        found % (size_t)attempts == 0)
        return 0;
    return reason_add(&document->refusals, error, REASON_INCOMPLETE,
                      "%zu cells, planned %zu shapes with %lld attempts", found,
                      json_array_size(shapes), (long long)attempts);
}

/** Shapes that nobody asks about only inform, whatever their cells say. */
static bool is_asked_about(const struct criteria *criteria, const char *shape)
{
    for (size_t i = 0; i < criteria->issue_count; i++)
        if (json_array_has_string(criteria->issues[i].shapes, shape))
            return true;
    return false;
}

static int refuse_contradictory_pass(const struct refusal_context *context,
                                     struct document *document, struct error *error)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(document->cells, index, cell) {
        if (verdict_of(cell) != VERDICT_PASS ||
            !is_asked_about(context->criteria, json_text(cell, "shape")))
            continue;
        struct doubt doubt;
        if (cell_doubt(document, cell, &doubt, error) != 0)
            return -1;
        if (doubt.what != NULL)
            return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                              "%s, attempt %lld: %s", json_text(cell, "shape"),
                              (long long)json_integer_value(json_object_get(cell, "attempt")),
                              doubt.what);
    }
    return 0;
}

refusal_check *const cell_checks[] = {
    refuse_duplicate_attempt,
    refuse_incomplete,
    refuse_contradictory_pass,
    NULL,
};
