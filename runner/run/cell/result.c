/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/json_access.h"

#include <stdio.h>
#include <string.h>

/* A timeline keeps its first and its last lines; an extended shape may have thousands. */
enum { TIMELINE_MAX = 400, TIMELINE_HEAD = 200 };

static void note_line(void *context, uint64_t since_launch_ns, const char *text)
{
    struct cell *cell = context;
    if (json_array_size(cell->timeline) >= TIMELINE_MAX &&
        json_array_remove(cell->timeline, TIMELINE_HEAD) != 0)
        cell->builder.failed = true;
    json_t *entry = build_next_object(&cell->builder, cell->timeline);
    build_real(&cell->builder, entry, "ms", clock_ns_to_ms(since_launch_ns));
    build_text(&cell->builder, entry, "line", text);
    if (cell->settings->listener != NULL)
        cell->settings->listener(cell->settings->listener_context, cell->setup->target.name,
                                 cell->shape->name, since_launch_ns, text);
}

void cell_listen(struct cell *cell, uint64_t now_ns)
{
    account_start(&cell->account, cell->shape, cell->guest_directory, now_ns);
    cell->account.listener = note_line;
    cell->account.listener_context = cell;
    cell->timeline = build_array(&cell->builder);
}

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
    const char *build = journal_event_field(&cell->account.begin.event, "build");
    const char *ours = cell->settings->probe_build;
    if (build != NULL && ours[0] != '\0' && strcmp(build, ours) != 0)
        (void)error_set(&cell->failure, ERROR_INPUT, NULL,
                        "the probe is of build %s, this tool's probes are of build %s", build,
                        ours);
}

static void note_wrong_filesystem(const struct cell *cell, char *out, size_t size)
{
    const struct target *target = &cell->setup->target;
    struct error failed = ERROR_INIT;
    CLEANUP_FREE char *wanted =
        target->filesystem == NULL
            ? NULL
            : target_expand_text(target, target->filesystem, cell->bindings, &failed);
    const char *found = cell->account.filesystem.event.subject;
    out[0] = '\0';
    if (wanted != NULL && (found == NULL || strcmp(wanted, found) != 0))
        (void)snprintf(out, size, "the probe's directory is on %s, the target's is on %s",
                       found == NULL ? "an unknown one" : found, wanted);
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
    const struct target *target = &cell->setup->target;
    const struct journal_counts *counts = streams_counts(&cell->streams);
    *seen = (struct observation){
        .own_failure = text_or_null(failure),
        .ending = cell->ending,
        .starved = cell->starved,
        .behind = text_or_null(behind),
        .bad_journal = streams_bad(&cell->streams),
        .damaged = counts->damaged,
        .damaged_since_last = counts->damaged_since_last,
        .wrong_filesystem = text_or_null(wrong_filesystem),
        .status_known = cell->root_ended,
        .status = cell->status,
        .exit_policy = target->exit_status_is_probes ? EXIT_STATUS_IS_PROBES : EXIT_STATUS_IGNORED,
        .panic = panic_line(streams_panic(&cell->streams)),
        .launcher_failure = json_text(cell->launcher, "failure"),
        .view = cell->view,
        .view_finding = json_string_value(json_array_get(cell->view_findings, 0)),
    };
    if (cell->account.shape != NULL) /* it was launched */
        account_observe(&cell->account, target->same_inode, seen);
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
    const char *odd_inode = cell->account.shape == NULL ? NULL : account_odd_inode(&cell->account);
    if (!target->same_inode && odd_inode != NULL)
        cell_add_anomaly(cell, "inode_changed", "%s", odd_inode);
    if (verdict == VERDICT_PASS && cell->slow_rename_ns > 0)
        cell_add_anomaly(cell, "slow", "a rename took %.1f s of the step budget's %.1f s",
                         clock_ns_to_ms(cell->slow_rename_ns) / 1000.0,
                         clock_ns_to_ms(target->budgets.step_ns) / 1000.0);
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
    if (cell->timeline == NULL) /* nothing was ever launched */
        (void)build_array_in(builder, journal, "timeline");
    else
        build_share(builder, journal, "timeline", cell->timeline);
}

static void describe_artifacts(struct builder *builder, json_t *result, const struct cell *cell)
{
    const struct stream *streams = cell->streams.all;
    const struct {
        const char *kind;
        bool there;
    } all[] = {{"stdout", streams[STREAM_STDOUT].artifact.captured},
               {"stderr", streams[STREAM_STDERR].artifact.captured},
               {"console", streams[STREAM_CONSOLE_FILE].artifact.captured},
               {"log", cell->log_kept}};
    json_t *artifacts = build_object_in(builder, result, "artifacts");
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        char path[PATH_MAX];
        if (!all[i].there)
            continue;
        (void)snprintf(path, sizeof path, "%s/%s.%s.%u.%s", cell->settings->artifacts,
                       cell->setup->target.name, cell->shape->name, cell->attempt, all[i].kind);
        build_text(builder, artifacts, all[i].kind, path);
    }
    companions_describe_artifacts(builder, artifacts, cell);
    if (cell->settings->keep)
        build_text(builder, artifacts, "kept", cell->directory);
}

/* What not every cell has. */
static void describe_extras(struct builder *builder, json_t *result, const struct cell *cell,
                            enum verdict verdict)
{
    if (cell->shape->group == SHAPE_EXTENDED)
        build_truth(builder, result, "gating", false);
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
    build_real(builder, result, "duration_ms", clock_ns_to_ms(cell->ended_ns - cell->launched_ns));
    account_describe(&cell->account, judged->verdict, builder, result);
    build_share(builder, result, "evidence", cell->evidence);
    build_share(builder, result, "anomalies", cell->anomalies);
    describe_view(builder, result, cell);
    describe_journal(builder, result, cell);
    describe_artifacts(builder, result, cell);
    describe_extras(builder, result, cell, judged->verdict);
    return result;
}

/* Fills in what was seen, and what that is; the same when it is asked again. */
static json_t *make_result(struct cell *cell, bool over)
{
    struct observation seen;
    struct classification judged;
    char wrong_filesystem[200];
    char failure[sizeof cell->failure] = "";
    char behind[160] = "";
    companions_judge(cell);
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
    if (over)
        add_anomalies(cell, &seen, judged.verdict);
    struct builder builder = cell->builder;
    return build_finish(&builder, assemble(&builder, cell, &judged));
}

json_t *cell_result_so_far(struct cell *cell)
{
    return make_result(cell, false);
}

json_t *cell_result(struct cell *cell)
{
    return make_result(cell, true);
}
