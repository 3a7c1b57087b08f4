/* SPDX-License-Identifier: MIT */
#include "report/model/model.h"

#include "verdict/shapes.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Where a word stands in a list that ends in NULL; behind all of them if it is not in it. */
static int rank(const char *const *words, const char *word)
{
    int i = 0;
    while (words[i] != NULL && strcmp(words[i], word) != 0)
        i++;
    return i;
}

static int compare_documents(const void *left, const void *right)
{
    const struct report_document *a = left;
    const struct report_document *b = right;
    int order = strcmp(a->started, b->started);
    if (order == 0)
        order = strcmp(a->run_id, b->run_id);
    return order != 0 ? order : strcmp(a->digest, b->digest);
}

void report_order_documents(struct report_model *model)
{
    if (model->document_count > 0)
        qsort(model->documents, model->document_count, sizeof *model->documents, compare_documents);
}

static ptrdiff_t shape_rank(const char *name)
{
    const struct shape *known = shape_find(name);
    return known == NULL ? (ptrdiff_t)shape_count : known - shapes;
}

static int compare_shapes(const void *left, const void *right)
{
    const struct report_shape *a = left;
    const struct report_shape *b = right;
    if (a->gating != b->gating)
        return a->gating ? -1 : 1;
    ptrdiff_t order = shape_rank(a->name) - shape_rank(b->name);
    if (order != 0)
        return order < 0 ? -1 : 1;
    return strcmp(a->name, b->name);
}

void report_order_shapes(struct report_model *model)
{
    if (model->shape_count > 0)
        qsort(model->shapes, model->shape_count, sizeof *model->shapes, compare_shapes);
}

static int compare_targets(const void *left, const void *right)
{
    static const char *const kinds[] = {"nanvix", "double", "reference", NULL};
    static const char *const modes[] = {
        "standalone", "hosted-single-process", "hosted-multi-process", "standalone-hostfs", "none",
        NULL,
    };
    const struct report_target *a = left;
    const struct report_target *b = right;
    int order = rank(kinds, a->kind) - rank(kinds, b->kind);
    if (order == 0)
        order = rank(modes, a->mode) - rank(modes, b->mode);
    return order != 0 ? order : strcmp(a->name, b->name);
}

void report_order_targets(struct report_model *model)
{
    if (model->target_count > 0)
        qsort(model->targets, model->target_count, sizeof *model->targets, compare_targets);
}
