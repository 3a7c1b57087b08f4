/* SPDX-License-Identifier: MIT */
#include "gate/cell_doubt.h"

#include "gate/journal_story.h"
#include "run/shapes.h"

#include <string.h>

static bool is_null(const json_t *cell, const char *key)
{
    return json_is_null(json_object_get(cell, key));
}

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static double budget_of(const struct document *document, const char *key)
{
    return number_of(json_object_get(document->source.root, "budgets"), key);
}

static bool text_is(const json_t *object, const char *key, const char *value)
{
    const char *text = json_text(object, key);
    return text != NULL && strcmp(text, value) == 0;
}

static bool span_is(const char *span, size_t length, const char *text)
{
    return span != NULL && strlen(text) == length && memcmp(span, text, length) == 0;
}

/** A journal of the wrong program tells nothing about this cell. */
static const char *story_doubt(const struct document *document, const json_t *cell,
                               const struct journal_story *story)
{
    const json_t *probes = json_object_get(document->source.root, "probes");
    if (story->odd != NULL)
        return story->odd;
    if (!span_is(story->shape, story->shape_length, json_text(cell, "shape")))
        return "its journal is of another shape";
    if (!span_is(story->build, story->build_length, json_text(probes, "build_id")))
        return "its journal is of another probe build";
    return NULL;
}

/** How many renames the runner's own table has for the cell's shape; 0 for an unknown one. */
static size_t renames_wanted(const json_t *cell)
{
    const struct shape *shape = shape_find(json_text(cell, "shape"));
    size_t count = 0;
    while (shape != NULL && shape->renames[count].from != NULL)
        count++;
    return count;
}

static const char *pass_story_doubt(const struct document *document, const json_t *cell,
                                    enum pass_kind kind)
{
    struct journal_story story;
    journal_story_read(cell, &story);
    const char *doubt = story_doubt(document, cell, &story);
    if (doubt != NULL)
        return doubt;
    if (!story.ended_pass || story.checks_broken > 0 || story.checks_held == 0)
        return "its journal does not end in a pass";
    if (story.renames_returned != story.renames_entered)
        return "a rename of its journal did not return 0";
    if (!span_is(story.filesystem, story.filesystem_length,
                 json_text(json_object_get(cell, "filesystem"), "type")))
        return "its journal names another file system";
    if (kind == PASS_WITHOUT_RENAME)
        return story.renames_entered == 0 ? NULL : "its journal has a rename";
    if (story.renames_entered == 0 || story.renames_entered != renames_wanted(cell))
        return "a rename of its shape is not in its journal";
    return NULL;
}

/** The times that belong to a pass: everything came back within its budget. */
static const char *pass_time_doubt(const struct document *document, const json_t *cell,
                                   enum pass_kind kind)
{
    const json_t *rename_ms = json_object_get(cell, "rename_ms");
    if (kind == PASS_WITHOUT_RENAME)
        return is_null(cell, "rename_ms") ? NULL : "a rename was timed where there is none";
    if (!json_is_number(rename_ms))
        return "no rename was timed";
    if (json_number_value(rename_ms) > number_of(cell, "duration_ms"))
        return "rename took longer than the whole attempt";
    if (json_number_value(rename_ms) > budget_of(document, "step_ms"))
        return "rename took longer than its budget";
    if (number_of(cell, "duration_ms") > budget_of(document, "total_ms"))
        return "the attempt took longer than its budget";
    return NULL;
}

static const char *view_doubt(const json_t *cell)
{
    const json_t *view = json_object_get(cell, "host_view");
    if (is_null(cell, "host_view"))
        return NULL;
    if (!text_is(view, "result", "agrees"))
        return "the host's view does not agree";
    if (json_array_size(json_object_get(view, "findings")) > 0)
        return "the host's view agrees and has findings";
    return NULL;
}

const char *pass_doubt(const struct document *document, const json_t *cell, enum pass_kind kind)
{
    if (!is_null(cell, "step") || !is_null(cell, "evidence"))
        return "names a call that did not come back";
    if (!is_null(cell, "errno"))
        return "has an errno";
    if (json_truth(cell, "data_loss"))
        return "lost data";
    if (json_is_false(json_object_get(cell, "gating")))
        return "calls itself not gating";
    const char *doubt = view_doubt(cell);
    if (doubt != NULL)
        return doubt;
    if (is_null(cell, "filesystem"))
        return "its file system is not known";
    doubt = pass_time_doubt(document, cell, kind);
    return doubt != NULL ? doubt : pass_story_doubt(document, cell, kind);
}

const char *hang_doubt(const struct document *document, const json_t *cell)
{
    const json_t *step = json_object_get(cell, "step");
    const json_t *evidence = json_object_get(cell, "evidence");
    if (!text_is(step, "call", "rename") || json_truth(step, "returned"))
        return "does not name a rename that did not come back";
    if (is_null(cell, "evidence") || text_is(evidence, "state", "starved"))
        return "has no evidence of a hang";
    struct journal_story story;
    journal_story_read(cell, &story);
    const char *doubt = story_doubt(document, cell, &story);
    if (doubt != NULL)
        return doubt;
    return story.rename_out ? NULL : "its journal does not end in a rename";
}

const char *fail_doubt(const struct document *document, const json_t *cell)
{
    struct journal_story story;
    journal_story_read(cell, &story);
    const char *doubt = story_doubt(document, cell, &story);
    if (doubt != NULL)
        return doubt;
    if (!story.ended_fail || story.checks_broken == 0)
        return "its journal does not end in a failed check";
    return NULL;
}
