/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "process/exit_status.h"
#include "run/cell.h"

#include <stdio.h>
#include <string.h>

/* A launched program that never became itself is our failure, not the probe's. */
static void note_failed_exec(struct cell *cell)
{
    if (cell->report == NULL || cell->report->failed_errno == 0)
        return;
    const json_t *first = json_array_get(cell_argv(cell), 0);
    (void)error_set_errno(&cell->failure, cell->report->failed_errno, json_string_value(first),
                          "could not be started (%s)", cell->report->failed_step);
}

static void note_foreign_build(struct cell *cell)
{
    if (cell->witness.build[0] != '\0' && cell->settings->probe_build[0] != '\0' &&
        strcmp(cell->witness.build, cell->settings->probe_build) != 0)
        (void)error_set(&cell->failure, ERROR_INPUT, NULL,
                        "the probe is of build %s, this tool's probes are of build %s",
                        cell->witness.build, cell->settings->probe_build);
}

static void note_wrong_filesystem(const struct cell *cell, char *out, size_t size)
{
    const char *wanted = cell->target_run->target.filesystem;
    const char *found = json_string_value(json_object_get(cell->witness.filesystem, "type"));
    out[0] = '\0';
    if (wanted != NULL && (found == NULL || strcmp(wanted, found) != 0))
        (void)snprintf(out, size, "the probe's directory is on %s, the target's is on %s",
                       found == NULL ? "an unknown one" : found, wanted);
}

static unsigned count_renames(const struct shape *shape)
{
    unsigned count = 0;
    while (count < sizeof shape->renames / sizeof shape->renames[0] &&
           shape->renames[count].from != NULL)
        count++;
    return count;
}

/* An extended shape may rename as often as it says; its checks say whether that was right. */
static unsigned expected_renames(const struct cell *cell)
{
    if (shape_is_script(cell->shape))
        return cell->shape->scenario_renames;
    return cell->shape->group == SHAPE_EXTENDED ? cell->witness.renames_returned
                                                : count_renames(cell->shape);
}

static const char *text_or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static const char *panic_line(const struct panic_watch *watch)
{
    return watch == NULL ? NULL : panic_watch_line(watch, 0);
}

static void observe(const struct cell *cell, const char *failure, const char *wrong_filesystem,
                    struct observation *seen)
{
    const struct witness *witness = &cell->witness;
    const struct target *target = &cell->target_run->target;
    const struct journal_counts none = {0};
    const struct journal_counts *counts =
        cell->listening.reader == NULL ? &none : journal_reader_counts(cell->listening.reader);
    *seen = (struct observation){
        .own_failure = text_or_null(failure),
        .ending = cell->ending,
        .starved = cell->starved,
        .bad_journal =
            cell->listening.reader == NULL ? NULL : journal_reader_bad(cell->listening.reader),
        .damaged = counts->damaged,
        .damaged_since_last = counts->damaged_since_last,
        .any_event = witness->event_count > 0,
        .outcome = witness->outcome,
        .call_out = text_or_null(witness->call_out),
        .call_text = witness->call_text,
        .last_text = witness->last_text,
        .broken_check = text_or_null(witness->broken_check),
        /* An extended shape may ask for a refusal; its checks say whether it was the right one. */
        .rename_error =
            cell->shape->group == SHAPE_EXTENDED ? NULL : text_or_null(witness->rename_error),
        .renames_returned = witness->renames_returned,
        .renames_expected = expected_renames(cell),
        .wrong_rename = text_or_null(witness->wrong_rename),
        .odd_inode = target->same_inode && cell->shape->group == SHAPE_GATING
                         ? text_or_null(witness->odd_inode)
                         : NULL,
        .wrong_filesystem = text_or_null(wrong_filesystem),
        .status_known = cell->root_ended,
        .status = cell->status,
        .exit_policy = target->exit_status_is_probes ? EXIT_STATUS_IS_PROBES : EXIT_STATUS_IGNORED,
        .panic = panic_line(listening_panic(&cell->listening)),
        .view = cell->view,
        .view_finding = json_string_value(json_array_get(cell->view_findings, 0)),
    };
}

/* What is odd but does not change the verdict. */
static void add_anomalies(struct cell *cell, const struct observation *seen)
{
    const struct target *target = &cell->target_run->target;
    char status[64];
    if (seen->outcome != OUTCOME_NONE && seen->exit_policy == EXIT_STATUS_IGNORED &&
        cell->ending == ENDING_VM_ENDED && cell->root_ended) {
        int wanted = seen->outcome == OUTCOME_PASS ? 0 : 1;
        exit_status_describe(cell->status, status, sizeof status);
        if (cell->status != wanted << 8)
            cell_add_anomaly(cell, "vm_status", "the VM %s although the journal is complete",
                             status);
    }
    if (cell->listening.reader == NULL)
        return;
    const struct journal_counts *counts = journal_reader_counts(cell->listening.reader);
    if (counts->damaged > 0)
        cell_add_anomaly(cell, "damaged_lines", "%llu lines of the journal were damaged",
                         (unsigned long long)counts->damaged);
    if (counts->repaired > 0)
        cell_add_anomaly(cell, "repaired_lines", "%llu lines had kernel log text inside",
                         (unsigned long long)counts->repaired);
    if (!target->same_inode && cell->witness.odd_inode[0] != '\0')
        cell_add_anomaly(cell, "inode_changed", "%s", cell->witness.odd_inode);
}

static json_t *describe_step(const struct cell *cell, enum verdict verdict)
{
    const struct witness *witness = &cell->witness;
    if (verdict == VERDICT_PASS || witness->call_text[0] == '\0' || witness->call_arguments == NULL)
        return json_null();
    char call[32];
    (void)snprintf(call, sizeof call, "%.*s", (int)strcspn(witness->call_text + 6, " "),
                   witness->call_text + 6);
    return json_pack("{s:i, s:s, s:O, s:b}", "sequence", (int)witness->call_sequence, "call", call,
                     "arguments", witness->call_arguments, "returned", witness->call_returned);
}

static json_t *describe_view(const struct cell *cell)
{
    static const char *const names[] = {"", "agrees", "contradicts", "unavailable"};
    if (cell->view == VIEW_NONE)
        return json_null();
    return json_pack("{s:s, s:s, s:O}", "kind", cell->target_run->target.view_kind, "result",
                     names[cell->view], "findings", cell->view_findings);
}

static json_t *describe_journal(const struct cell *cell)
{
    const struct journal_counts none = {0};
    const struct journal_counts *counts =
        cell->listening.reader == NULL ? &none : journal_reader_counts(cell->listening.reader);
    json_t *timeline =
        cell->witness.timeline == NULL ? json_array() : json_incref(cell->witness.timeline);
    return json_pack("{s:I, s:I, s:I, s:o}", "lines", (json_int_t)counts->lines, "damaged",
                     (json_int_t)counts->damaged, "repaired", (json_int_t)counts->repaired,
                     "timeline", timeline);
}

static json_t *describe_artifacts(const struct cell *cell)
{
    static const char *const kinds[] = {"stdout", "stderr", "console"};
    json_t *artifacts = json_object();
    for (size_t i = 0; i < 3; i++)
        if (cell->listening.streams[i].captured)
            (void)json_object_set_new(artifacts, kinds[i],
                                      json_sprintf("%s/%s.%s.%u.%s", cell->settings->artifacts,
                                                   cell->target_run->target.name, cell->shape->name,
                                                   cell->attempt, kinds[i]));
    if (cell->settings->keep)
        (void)json_object_set_new(artifacts, "kept", json_string(cell->directory));
    return artifacts;
}

static json_t *describe_errno(const struct witness *witness)
{
    if (witness->rename_error[0] == '\0')
        return json_null();
    return json_pack("{s:s, s:I}", "name", witness->rename_error, "number",
                     (json_int_t)witness->rename_errno);
}

static json_t *or_null(json_t *borrowed)
{
    return borrowed == NULL ? json_null() : json_incref(borrowed);
}

static json_t *assemble(const struct cell *cell, const struct classification *judged)
{
    const struct witness *witness = &cell->witness;
    double duration_ms = clock_ns_to_ms(cell->ended_ns - cell->launched_ns);
    json_t *rename_ms =
        witness->rename_seen ? json_real(clock_ns_to_ms(witness->rename_longest_ns)) : json_null();
    return json_pack("{s:s, s:i, s:s, s:s, s:o, s:f, s:o, s:o, s:o, s:O, s:o, s:o, s:o, s:o}",
                     "shape", cell->shape->name, "attempt", (int)cell->attempt, "verdict",
                     verdict_name(judged->verdict), "reason", judged->reason, "step",
                     describe_step(cell, judged->verdict), "duration_ms", duration_ms, "rename_ms",
                     rename_ms, "errno", describe_errno(witness), "evidence",
                     or_null(cell->evidence), "anomalies", cell->anomalies, "host_view",
                     describe_view(cell), "filesystem", or_null(witness->filesystem), "journal",
                     describe_journal(cell), "artifacts", describe_artifacts(cell));
}

json_t *cell_result(struct cell *cell)
{
    struct observation seen;
    struct classification judged;
    char wrong_filesystem[200];
    char failure[1600] = "";
    note_failed_exec(cell);
    note_foreign_build(cell);
    note_wrong_filesystem(cell, wrong_filesystem, sizeof wrong_filesystem);
    if (cell->failure.code != ERROR_NONE)
        (void)snprintf(failure, sizeof failure, "%s%s%s", cell->failure.where,
                       cell->failure.where[0] == '\0' ? "" : ": ", cell->failure.what);
    observe(cell, failure, wrong_filesystem, &seen);
    classify(&seen, &judged);
    add_anomalies(cell, &seen);

    json_t *result = assemble(cell, &judged);
    if (result == NULL)
        return NULL;
    if (cell->shape->group == SHAPE_EXTENDED)
        (void)json_object_set_new(result, "gating", json_false());
    if (cell->witness.data_loss)
        (void)json_object_set_new(result, "data_loss", json_true());
    if (cell->survivors != NULL)
        (void)json_object_set(result, "unkillable", cell->survivors);
    if (judged.verdict != VERDICT_PASS && cell->listening.reader != NULL)
        (void)json_object_set_new(result, "console_tail", listening_last_lines(&cell->listening));
    return result;
}
