/* SPDX-License-Identifier: MIT */
#include "gate/evidence/cell_doubt.h"
#include "gate/refuse/refuse.h"
#include "verdict/shapes.h"

#include <string.h>

static int refuse_inadmissible(const struct refusal_context *context, struct document *document,
                               struct error *error)
{
    (void)context;
    const json_t *root = document->source.root;
    const json_t *because = json_object_get(root, "inadmissible_because");
    if (json_truth(root, "admissible") && json_array_size(because) == 0)
        return 0;
    const char *first = json_string_value(json_array_get(because, 0));
    return reason_add(&document->refusals, error, REASON_INADMISSIBLE, "%s",
                      first == NULL ? "it gives no reason" : first);
}

static int refuse_missing_control(const struct refusal_context *context, struct document *document,
                                  struct error *error)
{
    (void)context;
    for (size_t i = 0; i < shape_count; i++) {
        bool there = shapes[i].group != SHAPE_CONTROL;
        size_t index = 0;
        const json_t *cell = NULL;
        json_array_foreach(document->controls, index, cell)
            there = there || strcmp(json_text(cell, "shape"), shapes[i].name) == 0;
        if (!there && reason_add(&document->refusals, error, REASON_CONTROLS_MISSING, "%s",
                                 shapes[i].name) != 0)
            return -1;
    }
    return 0;
}

/** What is wrong with a control's cell beside what the gate doubts in any, or NULL. */
static const char *fault_of(const json_t *cell)
{
    const json_t *journal = json_object_get(cell, "journal");
    const char *fault = control_fault(cell);
    if (fault != NULL)
        return fault;
    if (json_integer_value(json_object_get(cell, "attempt")) != 1)
        return "controls run once";
    if (json_array_size(json_object_get(cell, "unkillable")) > 0)
        return "left processes behind";
    return json_integer_value(json_object_get(journal, "damaged")) != 0
               ? "its journal has damaged lines"
               : NULL;
}

static int refuse_wrong_control(const struct refusal_context *context, struct document *document,
                                struct error *error)
{
    (void)context;
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(document->controls, index, cell) {
        struct doubt doubt = {.what = fault_of(cell)};
        if (doubt.what == NULL && cell_doubt(document, cell, &doubt, error) != 0)
            return -1;
        if (doubt.what != NULL &&
            reason_add(&document->refusals, error, REASON_CONTROLS_WRONG, "%s (%s): %s",
                       json_text(cell, "shape"), json_text(cell, "verdict"), doubt.what) != 0)
            return -1;
    }
    return 0;
}

refusal_check *const control_checks[] = {
    refuse_inadmissible,
    refuse_missing_control,
    refuse_wrong_control,
    NULL,
};
