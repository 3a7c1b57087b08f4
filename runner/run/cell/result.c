/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "base/exit_status.h"

#include <stdio.h>
#include <string.h>

/* A launched program that never became itself is our failure, not the probe's. */
static void note_failed_exec(struct cell *cell)
{
    const char *step = "";
    int number = spawn_failure(cell->report_fd, &step);
    if (number == 0)
        return;
    const json_t *first = json_array_get(cell_argv(cell), 0);
    (void)error_set_errno(&cell->failure, number, json_string_value(first),
                          "could not be started (%s)", step);
}

static void note_foreign_build(struct cell *cell)
{
    if (cell->account.build[0] != '\0' && cell->settings->probe_build[0] != '\0' &&
        strcmp(cell->account.build, cell->settings->probe_build) != 0)
        (void)error_set(&cell->failure, ERROR_INPUT, NULL,
                        "the probe is of build %s, this tool's probes are of build %s",
                        cell->account.build, cell->settings->probe_build);
}

static void note_wrong_filesystem(const struct cell *cell, char *out, size_t size)
{
    const char *wanted = cell->setup->target.filesystem;
    const char *found = json_string_value(json_object_get(cell->account.filesystem, "type"));
    out[0] = '\0';
    if (wanted != NULL && (found == NULL || strcmp(wanted, found) != 0))
        (void)snprintf(out, size, "the probe's directory is on %s, the target's is on %s",
                       found == NULL ? "an unknown one" : found, wanted);
}

/* An extended shape may rename as often as it says; its checks say whether that was right. */
static unsigned expected_renames(const struct cell *cell)
{
    if (shape_is_script(cell->shape))
        return cell->shape->scenario_renames;
    return cell->shape->group == SHAPE_EXTENDED ? cell->account.renames_returned
                                                : (unsigned)shape_renames(cell->shape);
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
                    const char *behind, struct observation *seen)
{
    const struct journal_account *account = &cell->account;
    const struct target *target = &cell->setup->target;
    const struct journal_counts *counts = streams_counts(&cell->streams);
    *seen = (struct observation){
        .own_failure = text_or_null(failure),
        .ending = cell->ending,
        .starved = cell->starved,
        .behind = text_or_null(behind),
        .returned_after_ms = clock_ns_to_ms(account->returned_after_ns),
        .bad_journal = streams_bad(&cell->streams),
        .damaged = counts->damaged,
        .damaged_since_last = counts->damaged_since_last,
        .any_event = account->event_count > 0,
        .outcome = account->outcome,
        .call_out = account->call_is_out ? account->call : NULL,
        .call_text = account->call_text,
        .last_text = account->last_text,
        .broken_check = text_or_null(account->broken_check),
        .setup_broke = account->setup_broke,
        .rename_tried = account->rename_tried,
        /* An extended shape may ask for a refusal; its checks say whether it was the right one. */
        .rename_error =
            cell->shape->group == SHAPE_EXTENDED ? NULL : text_or_null(account->rename_error),
        .renames_returned = account->renames_returned,
        .renames_expected = expected_renames(cell),
        .wrong_rename = text_or_null(account->wrong_rename),
        .odd_inode = target->same_inode && cell->shape->group == SHAPE_GATING
                         ? text_or_null(account->odd_inode[0] != '\0' ? account->odd_inode
                                                                      : account->kept_inode)
                         : NULL,
        .wrong_filesystem = text_or_null(wrong_filesystem),
        .status_known = cell->root_ended,
        .status = cell->status,
        .exit_policy = target->exit_status_is_probes ? EXIT_STATUS_IS_PROBES : EXIT_STATUS_IGNORED,
        .panic = panic_line(streams_panic(&cell->streams)),
        .view = cell->view,
        .view_finding = json_string_value(json_array_get(cell->view_findings, 0)),
    };
}

/* What is odd but does not change the verdict. */
static void add_anomalies(struct cell *cell, const struct observation *seen, enum verdict verdict)
{
    const struct target *target = &cell->setup->target;
    char status[64];
    if (seen->outcome != OUTCOME_NONE && seen->exit_policy == EXIT_STATUS_IGNORED &&
        cell->ending == ENDING_VM_ENDED && cell->root_ended) {
        int wanted = seen->outcome == OUTCOME_PASS ? 0 : 1;
        exit_status_describe(cell->status, status, sizeof status);
        if (cell->status != wanted << 8)
            cell_add_anomaly(cell, "vm_status", "the VM %s although the journal is complete",
                             status);
    }
    const struct journal_counts *counts = streams_counts(&cell->streams);
    if (counts->damaged > 0)
        cell_add_anomaly(cell, "damaged_lines", "%llu lines of the journal were damaged",
                         (unsigned long long)counts->damaged);
    if (counts->repaired > 0)
        cell_add_anomaly(cell, "repaired_lines", "%llu lines had kernel log text inside",
                         (unsigned long long)counts->repaired);
    if (cell->account.late[0] != '\0')
        cell_add_anomaly(cell, "late", "%s", cell->account.late);
    if (!target->same_inode && cell->account.odd_inode[0] != '\0')
        cell_add_anomaly(cell, "inode_changed", "%s", cell->account.odd_inode);
    if (verdict == VERDICT_PASS && cell->slow_rename_ns > 0)
        cell_add_anomaly(cell, "slow", "a rename took %.1f s of the step budget's %.1f s",
                         clock_ns_to_ms(cell->slow_rename_ns) / 1000.0,
                         clock_ns_to_ms(target->budgets.step_ns) / 1000.0);
}

static void describe_step(struct builder *builder, json_t *result,
                          const struct journal_account *account, enum verdict verdict)
{
    if (verdict == VERDICT_PASS || account->call[0] == '\0') {
        build_text(builder, result, "step", NULL);
        return;
    }
    json_t *step = build_object_in(builder, result, "step");
    build_number(builder, step, "sequence", account->call_sequence);
    build_text(builder, step, "call", account->call);
    build_share(builder, step, "arguments", account->call_arguments);
    build_truth(builder, step, "returned", !account->call_is_out);
}

static void describe_view(struct builder *builder, json_t *result, const struct cell *cell)
{
    static const char *const names[] = {"", "agrees", "contradicts", "unavailable"};
    if (cell->view == VIEW_NONE) {
        build_text(builder, result, "host_view", NULL);
        return;
    }
    json_t *view = build_object_in(builder, result, "host_view");
    build_text(builder, view, "kind", cell->setup->target.view_kind);
    build_text(builder, view, "result", names[cell->view]);
    build_share(builder, view, "findings", cell->view_findings);
}

static void describe_journal(struct builder *builder, json_t *result, const struct cell *cell)
{
    const struct journal_counts *counts = streams_counts(&cell->streams);
    json_t *journal = build_object_in(builder, result, "journal");
    build_number(builder, journal, "lines", (long long)counts->lines);
    build_number(builder, journal, "damaged", (long long)counts->damaged);
    build_number(builder, journal, "repaired", (long long)counts->repaired);
    if (cell->account.timeline == NULL) /* nothing was ever launched */
        (void)build_array_in(builder, journal, "timeline");
    else
        build_share(builder, journal, "timeline", cell->account.timeline);
}

static void describe_artifacts(struct builder *builder, json_t *result, const struct cell *cell)
{
    static const char *const kinds[] = {"stdout", "stderr", "console"};
    json_t *artifacts = build_object_in(builder, result, "artifacts");
    for (size_t i = 0; i < 3; i++) {
        char path[PATH_MAX];
        if (!cell->streams.all[i].captured)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s.%s.%u.%s", cell->settings->artifacts,
                       cell->setup->target.name, cell->shape->name, cell->attempt, kinds[i]);
        build_text(builder, artifacts, kinds[i], path);
    }
    if (cell->settings->keep)
        build_text(builder, artifacts, "kept", cell->directory);
}

static void describe_errno(struct builder *builder, json_t *result,
                           const struct journal_account *account)
{
    if (account->rename_error[0] == '\0') {
        build_text(builder, result, "errno", NULL);
        return;
    }
    json_t *number = build_object_in(builder, result, "errno");
    build_text(builder, number, "name", account->rename_error);
    build_number(builder, number, "number", account->rename_errno);
}

static void describe_times(struct builder *builder, json_t *result, const struct cell *cell)
{
    const struct journal_account *account = &cell->account;
    build_real(builder, result, "duration_ms", clock_ns_to_ms(cell->ended_ns - cell->launched_ns));
    if (account->rename_seen)
        build_real(builder, result, "rename_ms", clock_ns_to_ms(account->rename_longest_ns));
    else
        build_text(builder, result, "rename_ms", NULL);
}

/* What not every cell has. */
static void describe_extras(struct builder *builder, json_t *result, const struct cell *cell,
                            enum verdict verdict)
{
    if (cell->shape->group == SHAPE_EXTENDED)
        build_truth(builder, result, "gating", false);
    if (cell->account.data_loss)
        build_truth(builder, result, "data_loss", true);
    if (cell->launcher != NULL)
        build_share(builder, result, "launcher", cell->launcher);
    if (cell->account.returned_after_ns > 0)
        build_real(builder, result, "returned_after_ms",
                   clock_ns_to_ms(cell->account.returned_after_ns));
    if (cell->survivors != NULL)
        build_share(builder, result, "unkillable", cell->survivors);
    if (verdict != VERDICT_PASS && cell->streams.reader != NULL)
        build_set(builder, result, "console_tail", streams_last_lines(&cell->streams, builder));
}

static json_t *assemble(struct builder *builder, const struct cell *cell,
                        const struct classification *judged)
{
    json_t *result = build_object(builder);
    build_text(builder, result, "shape", cell->shape->name);
    build_number(builder, result, "attempt", cell->attempt);
    build_text(builder, result, "verdict", verdict_table[judged->verdict].name);
    build_text(builder, result, "reason", judged->reason);
    describe_step(builder, result, &cell->account, judged->verdict);
    describe_times(builder, result, cell);
    describe_errno(builder, result, &cell->account);
    build_share(builder, result, "evidence", cell->evidence);
    build_share(builder, result, "anomalies", cell->anomalies);
    describe_view(builder, result, cell);
    build_share(builder, result, "filesystem", cell->account.filesystem);
    describe_journal(builder, result, cell);
    describe_artifacts(builder, result, cell);
    describe_extras(builder, result, cell, judged->verdict);
    return result;
}

json_t *cell_result(struct cell *cell)
{
    struct observation seen;
    struct classification judged;
    char wrong_filesystem[200];
    char failure[sizeof cell->failure] = "";
    char behind[160] = "";
    note_failed_exec(cell);
    note_foreign_build(cell);
    cell_hold_against_launcher(cell);
    note_wrong_filesystem(cell, wrong_filesystem, sizeof wrong_filesystem);
    if (cell->failure.code != ERROR_NONE)
        error_describe(&cell->failure, failure, sizeof failure);
    if (cell->is_behind)
        (void)snprintf(behind, sizeof behind, "%s (pid %d)", cell->behind.name,
                       (int)cell->behind.pid);
    observe(cell, failure, wrong_filesystem, behind, &seen);
    classify(&seen, &judged);
    add_anomalies(cell, &seen, judged.verdict);
    struct builder builder = {.failed = cell->builder.failed || cell->account.builder.failed};
    return build_finish(&builder, assemble(&builder, cell, &judged));
}
