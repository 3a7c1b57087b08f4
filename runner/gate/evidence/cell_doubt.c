/* SPDX-License-Identifier: MIT */
#include "gate/evidence/cell_doubt.h"

#include "base/clock.h"
#include "base/json_build.h"
#include "gate/evidence/evidence_doubt.h"
#include "gate/evidence/shipped_targets.h"
#include "verdict/replay.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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
    return text != NULL && value != NULL && strcmp(text, value) == 0;
}

/** How wide a pointer is on an ABI that probes are built for; 0 for one that nobody knows. */
static long bits_of_abi(const char *abi)
{
    if (strstr(abi, "i686") != NULL)
        return 32;
    return strstr(abi, "x86_64") != NULL ? 64 : 0;
}

/** A journal of the wrong program tells nothing about this cell. */
static const char *program_doubt(const struct document *document, const struct replay *replay)
{
    const json_t *probes = json_object_get(document->source.root, "probes");
    const struct journal_event *begin = &replay->account.begin.event;
    if (!text_is(probes, "build_id", journal_event_field(begin, "build")))
        return "its journal is of another probe build";
    if (strtol(journal_event_field(begin, "bits"), NULL, 10) !=
        bits_of_abi(json_text(probes, "abi")))
        return "its journal is not of the probes' ABI";
    return NULL;
}

static bool says_the_same(const json_t *told, const json_t *recorded)
{
    if (json_is_number(told) && json_is_number(recorded))
        return fabs(json_number_value(told) - json_number_value(recorded)) <= ROUNDING_MS;
    if (told == NULL || json_is_boolean(told)) /* which is left out where it is false */
        return json_is_true(told) == json_is_true(recorded);
    return json_equal(told, recorded) != 0;
}

/** What the runner took from the journal has to be what stands in it. */
static int members_doubt(const json_t *cell, const struct replay *replay, struct doubt *doubt,
                         struct error *error)
{
    static const char *const members[] = {"step", "rename_ms", "errno", "filesystem", "data_loss"};
    struct builder builder = {0};
    CLEANUP_JSON json_t *told = build_object(&builder);
    account_describe(&replay->account, replay->judged.verdict, &builder, told);
    if (builder.failed)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a journal");
    for (size_t i = 0; doubt->what == NULL && i < sizeof members / sizeof members[0]; i++)
        if (!says_the_same(json_object_get(told, members[i]), json_object_get(cell, members[i]))) {
            (void)snprintf(doubt->text, sizeof doubt->text, "its %s is not what its journal says",
                           members[i]);
            doubt->what = doubt->text;
        }
    return 0;
}

/** The runner tells of each line that it repaired or gave up, in both places or in none. */
static const char *anomaly_doubt(const json_t *cell)
{
    static const char *const keys[][2] = {{"damaged", "damaged_lines"},
                                          {"repaired", "repaired_lines"}};
    const json_t *journal = json_object_get(cell, "journal");
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if ((json_integer_value(json_object_get(journal, keys[i][0])) > 0) !=
            cell_has_anomaly(cell, keys[i][1]))
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

static bool is_control(const json_t *cell)
{
    return shape_find_control(json_text(cell, "shape")) != NULL;
}

/** The host looks at every pass of a target whose descriptor says how, and at no other. */
static const char *view_doubt(const struct document *document, const json_t *cell)
{
    const json_t *view = json_object_get(cell, "host_view");
    const struct shipped_target *shipped = shipped_target_find(document->target);
    bool wanted = shipped != NULL && shipped->view[0] != '\0' && !is_control(cell);
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

static const char *pass_doubt(const struct document *document, const json_t *cell)
{
    if (json_text(cell, "reason")[0] != '\0' || json_object_get(cell, "console_tail") != NULL)
        return "says why it is none";
    const char *doubt = view_doubt(document, cell);
    if (doubt != NULL)
        return doubt;
    if (is_null(cell, "filesystem"))
        return "its file system is not known";
    if (number_of(cell, "rename_ms") > budget_of(document, "step_ms"))
        return "rename took longer than its budget";
    if (number_of(cell, "duration_ms") > budget_of(document, "total_ms"))
        return "the attempt took longer than its budget";
    return NULL;
}

static bool has_to_succeed(const char *call)
{
    static const char *const calls[] = {"open", "read", "write", "mkdir", "opendir"};
    for (size_t i = 0; i < sizeof calls / sizeof calls[0]; i++)
        if (strcmp(calls[i], call) == 0)
            return true;
    return false;
}

/**
 * No check can have held of a file that could not be made, written or read. Extended shapes may try
 * what has to fail.
 */
static const char *calls_doubt(const json_t *cell)
{
    const struct shape *shape = shape_find(json_text(cell, "shape"));
    if (shape == NULL || shape->group == SHAPE_EXTENDED)
        return NULL;
    struct journal_line line;
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(json_object_get(json_object_get(cell, "journal"), "timeline"), index, entry)
        if (journal_line_read_text(&line, json_text(entry, "line"), (uint32_t)index) ==
                JOURNAL_LINE_VALID &&
            line.event.kind == JOURNAL_LEAVE && has_to_succeed(line.event.subject) &&
            journal_event_field(&line.event, "ret")[0] == '-')
            return "its journal has a call that failed, and every check of it held";
    return NULL;
}

/** What belongs to each verdict beside its journal. */
static const char *verdict_doubt(const struct document *document, const json_t *cell,
                                 enum verdict verdict)
{
    if (json_is_false(json_object_get(cell, "gating")))
        return "calls itself not gating";
    if (json_object_get(cell, "returned_after_ms") != NULL)
        return "has a call that came back behind its verdict";
    if (verdict == VERDICT_HANG)
        return is_null(cell, "host_view") ? NULL : "has what only a call that came back can have";
    if (!is_null(cell, "evidence"))
        return "has evidence of a call that did not come back";
    if (verdict == VERDICT_PASS)
        return pass_doubt(document, cell);
    return is_null(cell, "errno") ? NULL : "failed for another reason than its check";
}

static double first_ms(const json_t *cell)
{
    const json_t *timeline = json_object_get(json_object_get(cell, "journal"), "timeline");
    return number_of(json_array_get(timeline, 0), "ms");
}

/** What else the cell says of its journal, and what says the same. */
static const char *rest_doubt(const struct document *document, const json_t *cell,
                              const struct replay *replay)
{
    double last_ms = clock_ns_to_ms(replay->account.last_event_ns);
    double rest_ms = number_of(cell, "duration_ms") - last_ms;
    if (rest_ms < -ROUNDING_MS)
        return "its journal goes on after the attempt";
    if (first_ms(cell) > budget_of(document, "boot_ms"))
        return "its journal begins later than its budget";
    if (verdict_of(cell) == VERDICT_PASS &&
        json_array_size(json_object_get(cell, "anomalies")) == 0 &&
        rest_ms > budget_of(document, "exit_ms") + budget_of(document, "grace_ms"))
        return "it went on for longer than its budget, and nobody says so";
    const char *doubt = anomaly_doubt(cell);
    if (doubt == NULL)
        doubt = artifact_doubt(document, cell);
    if (doubt == NULL && verdict_of(cell) == VERDICT_HANG)
        doubt = evidence_doubt(document, cell, last_ms);
    return doubt;
}

int cell_doubt(const struct document *document, const json_t *cell, struct doubt *doubt,
               struct error *error)
{
    struct replay replay;
    enum verdict verdict = verdict_of(cell);
    doubt->what = verdict_doubt(document, cell, verdict);
    if (doubt->what != NULL)
        return 0;
    replay_cell(&replay, cell);
    if (replay.judged.verdict != verdict) {
        (void)snprintf(doubt->text, sizeof doubt->text, "its journal comes to %s: %s",
                       verdict_table[replay.judged.verdict].name, replay.judged.reason);
        doubt->what = doubt->text;
        return 0;
    }
    doubt->what = program_doubt(document, &replay);
    if (doubt->what == NULL && verdict == VERDICT_PASS)
        doubt->what = calls_doubt(cell);
    if (members_doubt(cell, &replay, doubt, error) != 0)
        return -1;
    if (doubt->what == NULL)
        doubt->what = rest_doubt(document, cell, &replay);
    return 0;
}
