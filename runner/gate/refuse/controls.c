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

/** What is wrong with a control's cell, or NULL. */
static const char *control_doubt(const struct document *document, const json_t *cell)
{
    const char *fault = control_fault(cell);
    if (fault != NULL)
        return fault;
    if (json_integer_value(json_object_get(cell, "attempt")) != 1)
        return "controls run once";
    if (json_integer_value(json_object_get(json_object_get(cell, "journal"), "damaged")) != 0)
        return "its journal has damaged lines";
    enum verdict verdict = verdict_of(cell);
    if (verdict == VERDICT_PASS)
        return pass_doubt(document, cell, PASS_WITHOUT_RENAME);
    return verdict == VERDICT_HANG ? hang_doubt(document, cell) : fail_doubt(document, cell);
}

static int refuse_wrong_control(const struct refusal_context *context, struct document *document,
                                struct error *error)
{
    (void)context;
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(document->controls, index, cell) {
        const char *doubt = control_doubt(document, cell);
        if (doubt != NULL &&
            reason_add(&document->refusals, error, REASON_CONTROLS_WRONG, "%s (%s): %s",
                       json_text(cell, "shape"), json_text(cell, "verdict"), doubt) != 0)
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
