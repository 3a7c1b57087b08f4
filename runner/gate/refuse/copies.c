/* SPDX-License-Identifier: MIT */
#include "gate/refuse/refuse.h"

#include "base/cleanup.h"

#include <stdlib.h>
#include <string.h>

/** The journal of an attempt, sortable. */
struct story_claim {
    char digest[DIGEST_SIZE];
    struct document *document;
    const char *shape;
    json_int_t attempt;
};

struct claims {
    struct story_claim *items;
    size_t count;
};

static int compare_claims(const void *left, const void *right)
{
    const struct story_claim *a = left;
    const struct story_claim *b = right;
    int order = strcmp(a->digest, b->digest);
    if (order == 0)
        order = strcmp(a->document->digest, b->document->digest);
    if (order == 0)
        order = strcmp(a->shape, b->shape);
    return order != 0 ? order : (a->attempt > b->attempt) - (a->attempt < b->attempt);
}

static bool can_be_copied(const struct document *document)
{
    return document->verdict && !reason_list_has(&document->refusals, WEIGHT_NEUTRAL);
}

static int take_claims(struct claims *claims, struct document *document, const json_t *cells,
                       struct error *error)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(cells, index, cell) {
        const json_t *timeline = json_object_get(json_object_get(cell, "journal"), "timeline");
        struct story_claim *claim = &claims->items[claims->count];
        if (json_array_size(timeline) == 0)
            continue;
        CLEANUP_FREE char *text = json_canonical_dump(timeline);
        if (text == NULL)
            return error_set(error, ERROR_MEMORY, NULL, "out of memory for the journals");
        digest_bytes(text, strlen(text), claim->digest);
        claim->document = document;
        claim->shape = json_text(cell, "shape");
        claim->attempt = json_integer_value(json_object_get(cell, "attempt"));
        claims->count++;
    }
    return 0;
}

/** Times are in microseconds, so that no two attempts ever have the same journal. */
static int refuse_equal(const struct claims *claims, struct error *error)
{
    for (size_t i = 1; i < claims->count; i++) {
        const struct story_claim *one = &claims->items[i - 1];
        const struct story_claim *other = &claims->items[i];
        if (strcmp(one->digest, other->digest) != 0)
            continue;
        if (reason_add(&one->document->refusals, error, REASON_COPIED_JOURNAL, "%s, attempt %lld",
                       one->shape, (long long)one->attempt) != 0 ||
            reason_add(&other->document->refusals, error, REASON_COPIED_JOURNAL, "%s, attempt %lld",
                       other->shape, (long long)other->attempt) != 0)
            return -1;
    }
    return 0;
}

int refuse_copied_journals(struct document_list *list, struct error *error)
{
    size_t count = 1;
    for (size_t i = 0; i < list->count; i++)
        count += json_array_size(list->items[i].controls) + json_array_size(list->items[i].cells);
    CLEANUP_FREE struct story_claim *items = calloc(count, sizeof *items);
    struct claims claims = {.items = items};
    if (items == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the journals");
    for (size_t i = 0; i < list->count; i++)
        if (can_be_copied(&list->items[i]) &&
            (take_claims(&claims, &list->items[i], list->items[i].controls, error) != 0 ||
             take_claims(&claims, &list->items[i], list->items[i].cells, error) != 0))
            return -1;
    qsort(items, claims.count, sizeof *items, compare_claims);
    return refuse_equal(&claims, error);
}
