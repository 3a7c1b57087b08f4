/* SPDX-License-Identifier: MIT */
#include "gate/evidence/release.h"
#include "gate/refuse/refuse.h"

#include <stdlib.h>
#include <string.h>

/** The list is sorted by digest, so equal documents are neighbours. */
static int refuse_given_twice(struct document_list *list, struct error *error)
{
    for (size_t i = 1; i < list->count; i++) {
        struct document *document = &list->items[i];
        if (document->verdict && strcmp(document->digest, list->items[i - 1].digest) == 0 &&
            reason_add(&document->refusals, error, REASON_GIVEN_TWICE, "%s", document->path) != 0)
            return -1;
    }
    return 0;
}

/** Which run a document claims to be of, sortable. */
struct run_claim {
    struct document *document;
};

static int compare_claims(const void *left, const void *right)
{
    const struct document *a = ((const struct run_claim *)left)->document;
    const struct document *b = ((const struct run_claim *)right)->document;
    int order = strcmp(a->run, b->run);
    if (order == 0)
        order = strcmp(a->target, b->target);
    return order != 0 ? order : strcmp(a->digest, b->digest);
}

/** Whether two documents that stand, and so differ, are of one run and target. */
static bool same_run_other_content(const struct run_claim *left, const struct run_claim *right)
{
    const struct document *a = left->document;
    const struct document *b = right->document;
    return strcmp(a->run, b->run) == 0 && strcmp(a->target, b->target) == 0;
}

/**
 * A run writes one document per target, so of two different ones at least one was tampered with,
 * and nobody can say which: both are refused.
 */
static int refuse_same_run(const struct run_claim *sorted, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        bool repeated = (i > 0 && same_run_other_content(&sorted[i - 1], &sorted[i])) ||
                        (i + 1 < count && same_run_other_content(&sorted[i], &sorted[i + 1]));
        struct document *document = sorted[i].document;
        if (repeated && reason_add(&document->refusals, error, REASON_SAME_RUN_TWICE, "run %s",
                                   document->run) != 0)
            return -1;
    }
    return 0;
}

int refuse_repeated_documents(struct document_list *list, struct error *error)
{
    if (refuse_given_twice(list, error) != 0)
        return -1;
    CLEANUP_FREE struct run_claim *claims = calloc(list->count + 1, sizeof *claims);
    if (claims == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for %zu documents", list->count);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++)
        if (document_stands(&list->items[i]))
            claims[count++].document = &list->items[i];
    qsort(claims, count, sizeof *claims, compare_claims);
    return refuse_same_run(claims, count, error);
}

bool document_concerns_decision(const struct document *document)
{
    return document->verdict && !reason_list_has(&document->refusals, WEIGHT_NEUTRAL);
}

static const json_t *part_of(const struct document *document, const char *part, const char *key)
{
    return json_object_get(json_object_get(document->source.root, part), key);
}

static bool always(const struct document *left, const struct document *right)
{
    (void)left;
    (void)right;
    return true;
}

static bool same_mode(const struct document *left, const struct document *right)
{
    return strcmp(left->mode, right->mode) == 0;
}

static bool same_release(const struct document *left, const struct document *right)
{
    return release_order(left->release, right->release) == RELEASE_SAME;
}

static bool same_kernel(const struct document *left, const struct document *right)
{
    return json_equal(part_of(left, "subject", "digests"), part_of(right, "subject", "digests"));
}

static bool same_probe_build(const struct document *left, const struct document *right)
{
    return json_equal(part_of(left, "probes", "build_id"), part_of(right, "probes", "build_id"));
}

static bool same_target(const struct document *left, const struct document *right)
{
    return strcmp(left->target, right->target) == 0;
}

/** Devices and sources may have other names on another machine. */
static bool same_filesystem_type(const struct document *left, const struct document *right)
{
    const char *one = json_text(document_filesystem(left), "type");
    const char *other = json_text(document_filesystem(right), "type");
    return one == NULL || other == NULL || strcmp(one, other) == 0;
}

/** Documents that are comparable have to agree. */
static const struct agreement {
    enum reason_id id;
    bool (*comparable)(const struct document *left, const struct document *right);
    bool (*agree)(const struct document *left, const struct document *right);
} agreements[] = {
    {REASON_MIXED_RELEASES, always, same_release},
    /* A release is built once for each mode, so only documents of one mode can be compared. */
    {REASON_MIXED_KERNELS, same_mode, same_kernel},
    {REASON_MIXED_PROBE_BUILDS, always, same_probe_build},
    {REASON_MIXED_FILESYSTEMS, same_target, same_filesystem_type},
};

/** The first document that `document` could disagree with; at the latest the document itself. */
static struct document *first_comparable(struct document_list *list, struct document *document,
                                         const struct agreement *agreement)
{
    struct document *other = list->items;
    while (other != document &&
           !(document_concerns_decision(other) && agreement->comparable(other, document)))
        other++;
    return other;
}

static int refuse_as_mixed(struct document *document, const struct document *other,
                           enum reason_id id, struct error *error)
{
    for (size_t i = 0; i < document->refusals.count; i++)
        if (document->refusals.items[i].id == id)
            return 0;
    return reason_add(&document->refusals, error, id, "%s %s, elsewhere %s %s", document->target,
                      document->release, other->target, other->release);
}

/**
 * Where two disagree, every document that is comparable with them is refused: nobody can say which
 * of the two the others belong to.
 */
static int refuse_disagreement(struct document_list *list, const struct agreement *agreement,
                               struct error *error)
{
    for (size_t i = 0; i < list->count; i++) {
        struct document *document = &list->items[i];
        if (!document_concerns_decision(document))
            continue;
        struct document *first = first_comparable(list, document, agreement);
        if (!agreement->agree(first, document) &&
            (refuse_as_mixed(document, first, agreement->id, error) != 0 ||
             refuse_as_mixed(first, document, agreement->id, error) != 0))
            return -1;
    }
    /* Those that agree with a first one that was refused go with it. */
    for (size_t i = 0; i < list->count; i++) {
        struct document *document = &list->items[i];
        if (!document_concerns_decision(document))
            continue;
        const struct document *first = first_comparable(list, document, agreement);
        for (size_t j = 0; j < first->refusals.count; j++)
            if (first->refusals.items[j].id == agreement->id &&
                refuse_as_mixed(document, first, agreement->id, error) != 0)
                return -1;
    }
    return 0;
}

int refuse_mixed_documents(struct document_list *list, struct error *error)
{
    for (size_t i = 0; i < sizeof agreements / sizeof agreements[0]; i++)
        if (refuse_disagreement(list, &agreements[i], error) != 0)
            return -1;
    return 0;
}
