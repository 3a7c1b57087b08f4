/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/model/model.h"

#include <string.h>

struct attempt report_attempt(const struct report_document *document, const json_t *cell)
{
    return (struct attempt){
        .document = document,
        .cell = cell,
        .verdict = verdict_of(cell),
        .number = json_integer_value(json_object_get(cell, "attempt")),
    };
}

static int prepare_cells(struct report_model *model, struct report_release *release,
                         struct error *error)
{
    if (release->cells != NULL)
        return 0;
    release->cells =
        arena_allocate(&model->arena, model->shape_count, sizeof *release->cells, error);
    if (release->cells == NULL)
        return -1;
    for (size_t i = 0; i < model->shape_count; i++) {
        release->cells[i].shape = model->shapes[i].name;
        release->cells[i].gating = model->shapes[i].gating;
    }
    return 0;
}

/* Makes room for `more` attempts behind those that are there. */
static int reserve(struct arena *arena, struct report_cell *cell, size_t more, struct error *error)
{
    struct attempt *roomier =
        arena_allocate(arena, cell->attempt_count + more, sizeof *roomier, error);
    if (roomier == NULL)
        return -1;
    if (cell->attempt_count > 0)
        memcpy(roomier, cell->attempts, cell->attempt_count * sizeof *roomier);
    cell->attempts = roomier;
    return 0;
}

static bool has_attempt(const struct report_cell *cell, const struct report_document *document,
                        json_int_t number)
{
    for (size_t i = 0; i < cell->attempt_count; i++)
        if (cell->attempts[i].document == document && cell->attempts[i].number == number)
            return true;
    return false;
}

static void add_attempt(struct report_cell *cell, const struct report_document *document,
                        const json_t *object)
{
    struct attempt *added = &cell->attempts[cell->attempt_count++];
    *added = report_attempt(document, object);
    cell->counts[added->verdict]++;
    cell->data_loss = cell->data_loss || json_truth(object, "data_loss");
    cell->anomalies = cell->anomalies || json_array_size(json_object_get(object, "anomalies")) > 0;
}

static void add_document_to_cell(struct report_cell *cell, const struct report_document *document)
{
    const json_t *planned = json_object_get(document->root, "planned");
    json_int_t wanted = json_integer_value(json_object_get(planned, "attempts"));
    json_int_t found = 0;
    bool is_planned = false;
    size_t index;
    json_t *item;

    json_array_foreach(json_object_get(planned, "shapes"), index, item) {
        is_planned = is_planned || strcmp(json_string_value(item), cell->shape) == 0;
    }
    json_array_foreach(json_object_get(document->root, "cells"), index, item) {
        if (strcmp(member_text(item, "shape"), cell->shape) != 0)
            continue;
        if (!has_attempt(cell, document, report_attempt(document, item).number))
            found++; /* one that is there twice does not stand in for another */
        add_attempt(cell, document, item);
    }
    if (is_planned && wanted > found)
        cell->missing += (size_t)(wanted - found);
}

static size_t count_cells(const json_t *cells, const char *shape)
{
    size_t count = 0;
    size_t index;
    json_t *cell;
    json_array_foreach(cells, index, cell) {
        count += strcmp(member_text(cell, "shape"), shape) == 0 ? 1 : 0;
    }
    return count;
}

int model_cells_add(struct report_model *model, struct report_release *release,
                    const struct report_document *document, struct error *error)
{
    const json_t *cells = json_object_get(document->root, "cells");
    if (prepare_cells(model, release, error) != 0)
        return -1;
    for (size_t i = 0; i < model->shape_count; i++) {
        struct report_cell *cell = &release->cells[i];
        if (reserve(&model->arena, cell, count_cells(cells, cell->shape), error) != 0)
            return -1;
        add_document_to_cell(cell, document);
        cell->verdict = verdict_sum(cell->counts, cell->missing);
    }
    return 0;
}
