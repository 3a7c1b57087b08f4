/* SPDX-License-Identifier: MIT */
#include "gate/evidence/cell_doubt.h"

#include "gate/evidence/evidence_doubt.h"
#include "gate/evidence/journal_story.h"
#include "gate/evidence/shipped_targets.h"
#include "verdict/shapes.h"

#include <math.h>
#include <string.h>

/** Each time was rounded by itself. */
#define ROUNDING_MS 0.002

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

/** How wide a pointer is on an ABI that probes are built for; 0 for one that nobody knows. */
static long bits_of_abi(const char *abi)
{
    if (strstr(abi, "i686") != NULL)
        return 32;
    return strstr(abi, "x86_64") != NULL ? 64 : 0;
}

static const char *filesystem_doubt(const json_t *cell, const struct journal_story *story)
{
    static const char *const keys[][2] = {
        {"dev", "device"}, {"source", "source"}, {"mount", "mount"}};
    const json_t *filesystem = json_object_get(cell, "filesystem");
    if (story->filesystem == NULL || json_is_null(filesystem))
        return story->filesystem == NULL && json_is_null(filesystem)
                   ? NULL
                   : "its journal and its cell do not both name a file system";
    if (!span_is(story->filesystem, story->filesystem_length, json_text(filesystem, "type")))
        return "its journal names another file system";
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (!journal_line_field_is(story->filesystem_line, keys[i][0],
                                   json_text(filesystem, keys[i][1])))
            return "its journal names another file system";
    return NULL;
}

static const char *times_doubt(const json_t *cell, const struct journal_story *story)
{
    const json_t *rename_ms = json_object_get(cell, "rename_ms");
    if (story->last_ms > number_of(cell, "duration_ms") + ROUNDING_MS)
        return "its journal goes on after the attempt";
    if (json_is_number(rename_ms) != story->rename_timed)
        return story->rename_timed ? "no rename was timed"
                                   : "a rename was timed where none came back";
    if (story->rename_timed &&
        fabs(json_number_value(rename_ms) - story->longest_rename_ms) > ROUNDING_MS)
        return "its rename took another time than its journal says";
    return NULL;
}

static bool has_anomaly(const json_t *cell, const char *kind)
{
    size_t index = 0;
    const json_t *anomaly = NULL;
    json_array_foreach(json_object_get(cell, "anomalies"), index, anomaly)
        if (text_is(anomaly, "kind", kind))
            return true;
    return false;
}

/** The runner tells of each line that it repaired or gave up, in both places or in none. */
static const char *anomaly_doubt(const json_t *cell)
{
    static const char *const keys[][2] = {{"damaged", "damaged_lines"},
                                          {"repaired", "repaired_lines"}};
    const json_t *journal = json_object_get(cell, "journal");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if ((json_integer_value(json_object_get(journal, keys[i][0])) > 0) !=
            has_anomaly(cell, keys[i][1]))
            return "its anomalies are not those of its journal";
    return NULL;
}

/** What the guest printed lies in a file that is called after the cell. */
static const char *artifact_doubt(const struct document *document, const json_t *cell)
{
    const char *kind = NULL;
    json_t *path = NULL;
    char wanted[256];
    json_object_foreach(json_object_get(cell, "artifacts"), kind, path) {
        if (strcmp(kind, "kept") == 0)
            continue;
        (void)snprintf(wanted, sizeof wanted, "artifacts/%s.%s.%lld.%s", document->target,
                       json_text(cell, "shape"),
                       (long long)json_integer_value(json_object_get(cell, "attempt")), kind);
        if (strcmp(json_string_value(path), wanted) != 0)
            return "its artifacts are those of another cell";
    }
    return NULL;
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
    if (story->bits != bits_of_abi(json_text(probes, "abi")))
        return "its journal is not of the probes' ABI";
    return NULL;
}

/** What holds for every cell, whatever its verdict. */
static const char *agreement_doubt(const struct document *document, const json_t *cell,
                                   struct journal_story *story)
{
    journal_story_read(cell, story);
    const char *doubt = story_doubt(document, cell, story);
    if (doubt == NULL)
        doubt = filesystem_doubt(cell, story);
    if (doubt == NULL)
        doubt = times_doubt(cell, story);
    if (doubt == NULL)
        doubt = anomaly_doubt(cell);
    return doubt != NULL ? doubt : artifact_doubt(document, cell);
}

/** How many renames the runner's own table has for the cell's shape; 0 for an unknown one. */
static size_t renames_wanted(const json_t *cell)
{
    const struct shape *shape = shape_find(json_text(cell, "shape"));
    return shape == NULL ? 0 : shape_renames(shape);
}

static const char *pass_story_doubt(const struct document *document, const json_t *cell,
                                    enum pass_kind kind)
{
    struct journal_story story;
    const char *doubt = agreement_doubt(document, cell, &story);
    if (doubt != NULL)
        return doubt;
    if (!story.ended_pass || story.checks_held == 0)
        return "its journal does not end in a pass";
    if (story.renames_returned != story.renames_entered)
        return "a rename of its journal did not return 0";
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

/** The host looks at every pass of a target whose descriptor says how, and at no other. */
static const char *view_doubt(const struct document *document, const json_t *cell,
                              enum pass_kind kind)
{
    const json_t *view = json_object_get(cell, "host_view");
    const struct shipped_target *shipped = shipped_target_find(document->target);
    bool wanted = shipped != NULL && shipped->view[0] != '\0' && kind == PASS_WITH_RENAME;
    if (wanted && !text_is(view, "kind", shipped->view))
        return "the host did not look, or elsewhere";
    if (is_null(cell, "host_view"))
        return NULL;
    if (shipped != NULL && !wanted)
        return "the host looked where it can't";
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
    if (json_text(cell, "reason")[0] != '\0' || json_object_get(cell, "console_tail") != NULL)
        return "says why it is none";
    if (json_is_false(json_object_get(cell, "gating")))
        return "calls itself not gating";
    const char *doubt = view_doubt(document, cell, kind);
    if (doubt != NULL)
        return doubt;
    if (is_null(cell, "filesystem"))
        return "its file system is not known";
    doubt = pass_time_doubt(document, cell, kind);
    return doubt != NULL ? doubt : pass_story_doubt(document, cell, kind);
}

/** The step is the call that the journal ends with. */
static const char *step_doubt(const json_t *cell, const struct journal_story *story)
{
    const json_t *step = json_object_get(cell, "step");
    json_t *arguments = json_object_get(step, "arguments");
    const char *key = NULL;
    json_t *value = NULL;
    if (json_integer_value(json_object_get(step, "sequence")) != (json_int_t)story->last_enter ||
        json_object_size(arguments) != journal_line_fields(story->last_enter_line))
        return "its step is not the call that its journal ends with";
    json_object_foreach(arguments, key, value)
        if (!journal_line_field_is(story->last_enter_line, key, json_string_value(value)))
            return "its step is not the call that its journal ends with";
    return NULL;
}

const char *hang_doubt(const struct document *document, const json_t *cell)
{
    const json_t *step = json_object_get(cell, "step");
    if (!text_is(step, "call", "rename") || json_truth(step, "returned"))
        return "does not name a rename that did not come back";
    if (!is_null(cell, "errno") || json_truth(cell, "data_loss") || !is_null(cell, "host_view"))
        return "has what only a call that came back can have";
    struct journal_story story;
    const char *doubt = agreement_doubt(document, cell, &story);
    if (doubt != NULL)
        return doubt;
    if (!story.rename_out)
        return "its journal does not end in a rename";
    doubt = step_doubt(cell, &story);
    return doubt != NULL ? doubt : evidence_doubt(document, cell, story.last_ms);
}

const char *fail_doubt(const struct document *document, const json_t *cell)
{
    struct journal_story story;
    const char *doubt = agreement_doubt(document, cell, &story);
    if (doubt != NULL)
        return doubt;
    if (!story.ended_fail || story.checks_broken == 0)
        return "its journal does not end in a failed check";
    if (!is_null(cell, "evidence") || !is_null(cell, "errno"))
        return "failed for another reason than its check";
    return NULL;
}
