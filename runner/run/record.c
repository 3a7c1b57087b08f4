/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/files.h"
#include "base/json_access.h"
#include "base/version.h"
#include "run/state.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static void add_broken(struct run_target *target, const char *why)
{
    build_next_text(&target->builder, target->broken_controls, why);
}

static void record_control(struct run *run, struct run_target *target, struct cell *cell,
                           const json_t *result)
{
    const struct shape *control = cell->shape;
    const char *wanted = verdict_table[control->expected_verdict].name;
    bool right = control_fault(result) == NULL;
    if (!right) {
        char why[256];
        (void)snprintf(why, sizeof why, "%s came to %s (%s), not to %s%s%s", control->name,
                       member_text(result, "verdict"),
                       member_text(json_object_get(result, "evidence"), "state"), wanted,
                       control->expected_evidence == NULL ? "" : ", ",
                       control->expected_evidence == NULL ? "" : control->expected_evidence);
        add_broken(target, why);
        if (run->options->early && control->expected_verdict == VERDICT_PASS)
            progress_note(run->progress,
                          "--early can't apply on %s: its control_pass did not pass, so how long a "
                          "silence may be is not known; waits have their whole budget",
                          target->setup.target.name);
    } else if (control->expected_verdict == VERDICT_PASS) {
        /* A journal that came in one piece had no gap at all, which is known as well. */
        target->setup.longest_gap_ns =
            cell->account.longest_gap_ns > 0 ? cell->account.longest_gap_ns : 1;
    }
    target->controls_done++;
    progress_control(run->progress, target->setup.target.name, result, wanted, right);
}

static void record_shape(struct run *run, struct run_target *target, const json_t *result,
                         enum verdict told)
{
    enum verdict_sense sense = verdict_table[verdict_of(result)].sense;
    target->cells_done++;
    run->summary->cells_run++;
    run->summary->cells_passed += sense == SENSE_CLEAN;
    run->summary->cells_bad += sense == SENSE_ADVERSE;
    progress_cell(run->progress, target->setup.target.name, result, told);
}

static struct run_target *find_target(struct run *run, const struct target_setup *setup)
{
    for (size_t i = 0; i < run->target_count; i++)
        if (&run->targets[i].setup == setup)
            return &run->targets[i];
    return NULL;
}

void run_record_cell(struct run *run, struct cell *cell)
{
    struct run_target *target = find_target(run, cell->setup);
    bool control = cell->shape->group == SHAPE_CONTROL;
    CLEANUP_JSON json_t *result = cell_result(cell);
    if (result == NULL || target == NULL) {
        (void)error_set(&run->failure, ERROR_MEMORY, cell->shape->name,
                        "out of memory for a result");
        return;
    }
    if (output_add(&run->output, target->setup.target.name,
                   control ? DOCUMENT_CONTROLS : DOCUMENT_CELLS, result, &run->failure) != 0)
        return;
    if (strcmp(member_text(cell->launcher, "known"), "claimed") == 0)
        target->cells_claimed++;
    if (control)
        record_control(run, target, cell, result);
    else
        record_shape(run, target, result, cell->told);
}

static json_t *skipped_cell(const struct shape *shape, unsigned attempt, const char *reason)
{
    static const char *const nothing[] = {"step",     "rename_ms", "errno",
                                          "evidence", "host_view", "filesystem"};
    static const char *const counts[] = {"lines", "damaged", "repaired"};
    struct builder builder = {0};
    json_t *cell = build_object(&builder);
    build_text(&builder, cell, "shape", shape->name);
    build_number(&builder, cell, "attempt", attempt);
    build_text(&builder, cell, "verdict", verdict_table[VERDICT_SKIP].name);
    build_text(&builder, cell, "reason", reason);
    build_real(&builder, cell, "duration_ms", 0.0);
    for (size_t i = 0; i < sizeof nothing / sizeof nothing[0]; i++)
        build_text(&builder, cell, nothing[i], NULL);
    (void)build_array_in(&builder, cell, "anomalies");
    (void)build_object_in(&builder, cell, "artifacts");
    json_t *journal = build_object_in(&builder, cell, "journal");
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++)
        build_number(&builder, journal, counts[i], 0);
    (void)build_array_in(&builder, journal, "timeline");
    if (shape->group == SHAPE_EXTENDED)
        build_truth(&builder, cell, "gating", false);
    return build_finish(&builder, cell);
}

int run_record_skips(struct run *run, struct run_target *target, struct error *error)
{
    for (unsigned attempt = 1; attempt <= run->attempts; attempt++)
        for (size_t i = 0; i < run->shape_count; i++) {
            const char *reason = run_skip_reason(target, run->shapes[i]);
            if (reason == NULL || !run_wants(target, i))
                continue;
            CLEANUP_JSON json_t *cell = skipped_cell(run->shapes[i], attempt, reason);
            if (cell == NULL || output_add(&run->output, target->setup.target.name, DOCUMENT_CELLS,
                                           cell, error) != 0)
                return error_set(error, ERROR_MEMORY, NULL, "out of memory for a skipped cell");
            run->summary->cells_skipped++;
            target->cells_done++;
            progress_cell(run->progress, target->setup.target.name, cell, VERDICT_COUNT);
        }
    return 0;
}

static void describe_host(struct builder *builder, json_t *run_object, const struct run *run)
{
    struct utsname names = {0};
    struct sysinfo machine = {0};
    char kernel[256];
    (void)uname(&names);
    (void)sysinfo(&machine);
    (void)snprintf(kernel, sizeof kernel, "%s %s", names.sysname, names.release);
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    json_t *host = build_object_in(builder, run_object, "host");
    build_text(builder, host, "kernel", kernel);
    build_text(builder, host, "machine", names.machine);
    build_number(builder, host, "cpus", cpus < 1 ? 1 : cpus);
    build_number(builder, host, "memory_mib",
                 (long long)(machine.totalram / 1024 * machine.mem_unit / 1024));
    build_text(builder, host, "supervision", run->has_group ? "cgroup" : "subreaper");
}

static void describe_run(struct builder *builder, json_t *head, const struct run *run)
{
    char started[32];
    char finished[32];
    /* Not the wall clock's word: set back in mid-run, it would end before it began. */
    uint64_t took_ns = clock_now_ns() - run->started_ns;
    clock_write_utc(run->started_at, started);
    clock_write_utc(run->started_at + (time_t)(took_ns / NS_PER_S), finished);
    json_t *object = build_object_in(builder, head, "run");
    build_text(builder, object, "id", run->id);
    build_text(builder, object, "started", started);
    build_text(builder, object, "finished", finished);
    build_text(builder, object, "tool_version", RO_VERSION);
    build_text(builder, object, "tool_commit", RO_COMMIT);
    json_t *argv = build_array_in(builder, object, "argv");
    for (char *const *word = run->options->argv; word != NULL && *word != NULL; word++)
        build_next_text(builder, argv, *word);
    describe_host(builder, object, run);
    build_truth(builder, object, "interrupted", run->summary->interrupted);
}

static void describe_budgets(struct builder *builder, json_t *head, const struct run *run,
                             const struct budgets *budgets)
{
    json_t *object = build_object_in(builder, head, "budgets");
    build_real(builder, object, "boot_ms", clock_ns_to_ms(budgets->boot_ns));
    build_real(builder, object, "step_ms", clock_ns_to_ms(budgets->step_ns));
    build_real(builder, object, "control_step_ms", clock_ns_to_ms(budgets->control_step_ns));
    build_real(builder, object, "exit_ms", clock_ns_to_ms(budgets->exit_ns));
    build_real(builder, object, "total_ms", clock_ns_to_ms(budgets->total_ns));
    build_real(builder, object, "grace_ms", clock_ns_to_ms(budgets->grace_ns));
    build_truth(builder, object, "early", run->options->early);
}

static void describe_plan(struct builder *builder, json_t *head, const struct run *run,
                          const struct run_target *target)
{
    json_t *planned = build_object_in(builder, head, "planned");
    json_t *names = build_array_in(builder, planned, "shapes");
    for (size_t i = 0; i < run->shape_count; i++)
        if (run_wants(target, i))
            build_next_text(builder, names, run->shapes[i]->name);
    build_number(builder, planned, "attempts", run->attempts);
}

static void describe_subject(struct builder *builder, json_t *head, const struct run *run,
                             const struct run_target *target)
{
    struct utsname names = {0};
    char release[200] = "unknown";
    const struct target *described = &target->setup.target;
    const char *kind = described->subject;
    if (strcmp(described->mode, "none") == 0 && uname(&names) == 0)
        (void)snprintf(release, sizeof release, "%s %s", names.sysname, names.release);
    if (target->abi[0] != '\0') {
        (void)snprintf(release, sizeof release, "%s", run->sysroot.release);
        kind = run->sysroot.is_double ? "double" : kind;
    }
    json_t *subject = build_object_in(builder, head, "subject");
    build_text(builder, subject, "kind", kind);
    build_text(builder, subject, "release", release);
    build_share(builder, subject, "digests", target->subject_digests);
}

static bool is_complete(const struct run *run, const struct run_target *target)
{
    unsigned controls = 0;
    for (size_t i = 0; i < shape_count; i++)
        controls += shapes[i].group == SHAPE_CONTROL ? 1 : 0;
    return !target->setup.skipped && target->controls_done == controls &&
           target->cells_done == run_count_wanted(run, target) * run->attempts;
}

static void find_inadmissible(const struct run *run, struct run_target *target)
{
    if (target->setup.skipped)
        add_broken(target, "the target was skipped");
    else if (run->options->no_controls)
        add_broken(target, "the controls were not run (--no-controls)");
    else if (run->summary->interrupted && !is_complete(run, target))
        add_broken(target, "interrupted");
    if (json_array_size(target->broken_controls) > 0 && !target->setup.skipped)
        run->summary->targets_inadmissible++;
}

/* All of a document but its cells and its digest; NULL when memory ran out. */
static json_t *describe_target(struct run *run, struct run_target *target)
{
    const struct target *described = &target->setup.target;
    struct builder *builder = &target->builder;
    find_inadmissible(run, target);
    json_t *head = build_object(builder);
    build_text(builder, head, "schema", "rename-oracle/verdict/1");
    describe_run(builder, head, run);
    describe_subject(builder, head, run, target);
    json_t *object = build_object_in(builder, head, "target");
    build_text(builder, object, "name", described->name);
    build_text(builder, object, "mode", described->mode);
    build_text(builder, object, "digest", described->digest);
    json_t *probes = build_object_in(builder, head, "probes");
    build_text(builder, probes, "build_id", RO_PROBE_BUILD);
    build_text(builder, probes, "abi", described->abi);
    build_share(builder, probes, "digests", target->probe_digests);
    describe_budgets(builder, head, run, &described->budgets);
    describe_plan(builder, head, run, target);
    build_truth(builder, head, "complete", is_complete(run, target));
    build_truth(builder, head, "admissible", json_array_size(target->broken_controls) == 0);
    build_share(builder, head, "inadmissible_because", target->broken_controls);
    if (target->setup.skipped)
        build_text(builder, head, "skipped", target->setup.skip_reason);
    return build_finish(builder, head);
}

static int write_document(struct run *run, struct run_target *target, struct error *error)
{
    char path[PATH_MAX];
    const char *output = run->options->output == NULL ? "results" : run->options->output;
    CLEANUP_JSON json_t *head = describe_target(run, target);
    if (head == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a document");
    target->document_open = false;
    if (output_finish(&run->output, target->setup.target.name, head, run->options->sign_key,
                      error) != 0)
        return -1;
    if (path_format(path, sizeof path, error, "%s/%s/%s.json", output, run->id,
                    target->setup.target.name) == 0)
        progress_document(run->progress, path);
    if (target->cells_claimed > 0)
        progress_note(run->progress,
                      "%s: in %u cells the launcher did not say in which mode it runs",
                      target->setup.target.name, target->cells_claimed);
    return 0;
}

int run_write_documents(struct run *run, struct error *error)
{
    int failed = 0;
    for (size_t i = 0; i < run->target_count; i++)
        if (run->targets[i].document_open && write_document(run, &run->targets[i], error) != 0)
            failed = -1;
    return failed;
}
