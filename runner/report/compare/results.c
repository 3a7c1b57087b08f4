/* SPDX-License-Identifier: MIT */
#include "report/compare/results.h"

#include "base/schema_check.h"
#include "base/schemas.h"
#include "gate/evidence/result_files.h"

#include <stdlib.h>
#include <string.h>

void result_list_release(struct result_list *list)
{
    document_list_release(&list->documents);
    result_files_release(list->paths, list->path_count);
    free(list->items);
    *list = (struct result_list){0};
}

/** Every attempt becomes a result of its own first; they are folded once all are there. */
static void take_cell(struct result_list *list, const char *place, const json_t *cell)
{
    const json_t *rename_ms = json_object_get(cell, "rename_ms");
    enum verdict verdict = verdict_of(cell);
    struct result *result = &list->items[list->count++];
    *result = (struct result){
        .place = place,
        .shape = json_text(cell, "shape"),
        .worst = verdict,
        .evidence = json_text(json_object_get(cell, "evidence"), "state"),
        .data_loss = json_truth(cell, "data_loss"),
        .rename_ms = verdict == VERDICT_PASS && json_is_number(rename_ms)
                         ? json_number_value(rename_ms)
                         : -1.0,
    };
    result->verdicts[verdict] = 1;
}

static bool has_place(const struct result_list *list, const char *place)
{
    for (size_t i = 0; list != NULL && i < list->count; i++)
        if (strcmp(list->items[i].place, place) == 0)
            return true;
    return false;
}

/** A reference target is no answer to a report on Nanvix, whatever its mode. */
static const char *place_of(const struct document *document, const struct result_list *baseline)
{
    if (!has_place(baseline, document->target) && has_place(baseline, document->mode) &&
        strcmp(document->kind, "reference") != 0)
        return document->mode;
    return document->target;
}

static void take_verdicts(struct result_list *list, const struct document *document,
                          const struct result_list *baseline)
{
    const char *place = place_of(document, baseline);
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(document->cells, index, cell)
        take_cell(list, place, cell);
}

static void take_report(struct result_list *list, const struct document *document)
{
    size_t index = 0;
    const json_t *mode = NULL;
    json_array_foreach(json_object_get(document->source.root, "modes"), index, mode) {
        size_t at = 0;
        const json_t *cell = NULL;
        json_array_foreach(json_object_get(mode, "cells"), at, cell) {
            take_cell(list, json_text(mode, "mode"), cell);
            list->items[list->count - 1].verdicts[list->items[list->count - 1].worst] = 0;
        }
    }
}

static bool is_report(const struct document *document)
{
    return document->refusals.count == 1 &&
           document->refusals.items[0].id == REASON_REPORTED_NOT_MEASURED;
}

/** What the gate would refuse as bad input can't be compared either. */
static int check_document(const struct document *document, bool reports_allowed,
                          struct error *error)
{
    if (document->verdict)
        return 0;
    if (!is_report(document))
        return error_set(error, ERROR_INPUT, NULL, "%s", document->refusals.items[0].detail);
    if (!reports_allowed)
        return error_set(error, ERROR_INPUT, document->path,
                         "is a report; it can be compared with, as BASELINE, but is no new result");
    return json_source_check(&document->source, schema_reported_1, error);
}

static size_t count_cells(const struct document *document)
{
    size_t count = json_array_size(document->cells);
    size_t index = 0;
    const json_t *mode = NULL;
    if (!document->verdict)
        json_array_foreach(json_object_get(document->source.root, "modes"), index, mode)
            count += json_array_size(json_object_get(mode, "cells"));
    return count;
}

static int compare_places(const void *left, const void *right)
{
    const struct result *a = left;
    const struct result *b = right;
    int order = strcmp(a->place, b->place);
    return order != 0 ? order : strcmp(a->shape, b->shape);
}

static void fold_into(struct result *kept, const struct result *other)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        kept->verdicts[i] += other->verdicts[i];
    if (verdict_table[other->worst].severity > verdict_table[kept->worst].severity) {
        kept->worst = other->worst;
        kept->evidence = other->evidence;
    }
    kept->data_loss = kept->data_loss || other->data_loss;
    if (other->rename_ms > kept->rename_ms)
        kept->rename_ms = other->rename_ms;
}

static void fold_attempts(struct result_list *list)
{
    size_t kept = 0;
    qsort(list->items, list->count, sizeof *list->items, compare_places);
    for (size_t i = 0; i < list->count; i++) {
        if (kept > 0 && compare_places(&list->items[kept - 1], &list->items[i]) == 0)
            fold_into(&list->items[kept - 1], &list->items[i]);
        else
            list->items[kept++] = list->items[i];
    }
    list->count = kept;
}

static bool is_repeated(const struct document_list *documents, size_t index)
{
    return index > 0 && documents->items[index].verdict &&
           strcmp(documents->items[index - 1].digest, documents->items[index].digest) == 0;
}

int result_list_load(struct result_list *list, const char *path, const struct result_list *baseline,
                     struct error *error)
{
    *list = (struct result_list){0};
    if (result_files_list(path, &list->paths, &list->path_count, error) != 0 ||
        document_list_load(&list->documents, list->paths, list->path_count, error) != 0)
        return -1;
    size_t count = 0;
    for (size_t i = 0; i < list->documents.count; i++) {
        if (check_document(&list->documents.items[i], baseline == NULL, error) != 0)
            return -1;
        count += count_cells(&list->documents.items[i]);
    }
    list->items = calloc(count + 1, sizeof *list->items);
    if (list->items == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for %zu cells", count);
    for (size_t i = 0; i < list->documents.count; i++) {
        const struct document *document = &list->documents.items[i];
        if (is_repeated(&list->documents, i))
            continue;
        if (document->verdict)
            take_verdicts(list, document, baseline);
        else
            take_report(list, document);
    }
    fold_attempts(list);
    return 0;
}
