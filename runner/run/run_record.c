/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "base/path.h"
#include "base/version.h"
#include "run/run_state.h"

#include <stdio.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* Whether a control got its verdict and, if it had to hang, the right evidence. */
static bool control_is_right(const struct shape *control, const json_t *cell)
{
    if (strcmp(text_at(cell, "verdict"), control->expected_verdict) != 0)
        return false;
    return control->expected_evidence == NULL ||
           strcmp(text_at(json_object_get(cell, "evidence"), "state"),
                  control->expected_evidence) == 0;
}

static void record_control(struct run *run, struct run_target *target, struct cell *cell,
                           const json_t *result)
{
    const struct shape *control = cell->shape;
    bool right = control_is_right(control, result);
    if (!right)
        (void)json_array_append_new(
            target->broken_controls,
            json_sprintf("%s came to %s (%s), not to %s%s%s", control->name,
                         text_at(result, "verdict"),
                         text_at(json_object_get(result, "evidence"), "state"),
                         control->expected_verdict, control->expected_evidence == NULL ? "" : ", ",
                         control->expected_evidence == NULL ? "" : control->expected_evidence));
    else if (strcmp(control->expected_verdict, "pass") == 0)
        /* A journal that came in one piece had no gap at all, which is known as well. */
        target->prepared.longest_gap_ns =
            cell->witness.longest_gap_ns > 0 ? cell->witness.longest_gap_ns : 1;
    target->controls_done++;
    front_cell(run->front, target->prepared.target.name, result, control->expected_verdict, right);
}

static void record_shape(struct run *run, struct run_target *target, const json_t *result)
{
    static const char *const bad[] = {"fail", "hang", "stall", "crash"};
    target->cells_done++;
    run->summary->cells_run++;
    if (strcmp(text_at(result, "verdict"), "pass") == 0)
        run->summary->cells_passed++;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        if (strcmp(text_at(result, "verdict"), bad[i]) == 0)
            run->summary->cells_bad++;
    front_cell(run->front, target->prepared.target.name, result, NULL, false);
}

static struct run_target *find_target(struct run *run, const struct target_run *prepared)
{
    for (size_t i = 0; i < run->target_count; i++)
        if (&run->targets[i].prepared == prepared)
            return &run->targets[i];
    return NULL;
}

void run_record_cell(struct run *run, struct cell *cell)
{
    struct run_target *target = find_target(run, cell->target_run);
    bool control = cell->shape->group == SHAPE_CONTROL;
    CLEANUP_JSON json_t *result = cell_result(cell);
    if (result == NULL || target == NULL) {
        (void)error_set(&run->failure, ERROR_MEMORY, cell->shape->name,
                        "out of memory for a result");
        return;
    }
    if (document_add(&target->document, control ? DOCUMENT_CONTROLS : DOCUMENT_CELLS, result,
                     &run->failure) != 0)
        return;
    if (control)
        record_control(run, target, cell, result);
    else
        record_shape(run, target, result);
}

static json_t *skipped_cell(const struct shape *shape, unsigned attempt, const char *reason)
{
    return json_pack("{s:s, s:i, s:s, s:s, s:n, s:f, s:n, s:n, s:n, s:[], s:n, s:n, "
                     "s:{s:i, s:i, s:i, s:[]}, s:{}}",
                     "shape", shape->name, "attempt", (int)attempt, "verdict", "skip", "reason",
                     reason, "step", "duration_ms", 0.0, "rename_ms", "errno", "evidence",
                     "anomalies", "host_view", "filesystem", "journal", "lines", 0, "damaged", 0,
                     "repaired", 0, "timeline", "artifacts");
}

int run_record_skips(struct run *run, struct run_target *target, struct error *error)
{
    for (unsigned attempt = 1; attempt <= run->attempts; attempt++)
        for (size_t i = 0; i < run->shape_count; i++) {
            const char *reason = run_skip_reason(target, run->shapes[i]);
            if (reason == NULL)
                continue;
            CLEANUP_JSON json_t *cell = skipped_cell(run->shapes[i], attempt, reason);
            if (cell != NULL && run->shapes[i]->group == SHAPE_EXTENDED)
                (void)json_object_set_new(cell, "gating", json_false());
            if (cell == NULL || document_add(&target->document, DOCUMENT_CELLS, cell, error) != 0)
                return error_set(error, ERROR_MEMORY, NULL, "out of memory for a skipped cell");
            run->summary->cells_skipped++;
            target->cells_done++;
            front_cell(run->front, target->prepared.target.name, cell, NULL, false);
        }
    return 0;
}

static json_t *describe_host(const struct run *run)
{
    struct utsname names = {0};
    struct sysinfo machine = {0};
    char kernel[256];
    (void)uname(&names);
    (void)sysinfo(&machine);
    (void)snprintf(kernel, sizeof kernel, "%s %s", names.sysname, names.release);
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    return json_pack("{s:s, s:s, s:i, s:I, s:s}", "kernel", kernel, "machine", names.machine,
                     "cpus", (int)(cpus < 1 ? 1 : cpus), "memory_mib",
                     (json_int_t)(machine.totalram / 1024 * machine.mem_unit / 1024), "supervision",
                     run->has_group ? "cgroup" : "subreaper");
}

static json_t *describe_run(const struct run *run)
{
    char started[32];
    char finished[32];
    json_t *argv = json_array();
    for (char *const *word = run->options->argv; word != NULL && *word != NULL; word++) {
        json_t *text = json_string(*word);
        (void)json_array_append_new(argv, text == NULL ? json_string("(not UTF-8)") : text);
    }
    /* Not the wall clock's word: set back in mid-run, it would end before it began. */
    uint64_t took_ns = clock_now_ns() - run->started_ns;
    clock_write_utc(run->started_at, started);
    clock_write_utc(run->started_at + (time_t)(took_ns / NS_PER_S), finished);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o, s:b}", "id", run->id, "started", started,
                     "finished", finished, "tool_version", RO_VERSION, "tool_commit", RO_COMMIT,
                     "argv", argv, "host", describe_host(run), "interrupted",
                     (int)run->summary->interrupted);
}

static json_t *describe_budgets(const struct run *run, const struct budgets *budgets)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:b}", "boot_ms",
                     clock_ns_to_ms(budgets->boot_ns), "step_ms", clock_ns_to_ms(budgets->step_ns),
                     "control_step_ms", clock_ns_to_ms(budgets->control_step_ns), "exit_ms",
                     clock_ns_to_ms(budgets->exit_ns), "total_ms",
                     clock_ns_to_ms(budgets->total_ns), "grace_ms",
                     clock_ns_to_ms(budgets->grace_ns), "early", (int)run->options->early);
}

static json_t *describe_plan(const struct run *run)
{
    json_t *names = json_array();
    for (size_t i = 0; i < run->shape_count; i++)
        (void)json_array_append_new(names, json_string(run->shapes[i]->name));
    return json_pack("{s:o, s:i}", "shapes", names, "attempts", (int)run->attempts);
}

static json_t *describe_subject(const struct run *run, const struct run_target *target)
{
    struct utsname names = {0};
    char release[200] = "unknown";
    const struct target *described = &target->prepared.target;
    const char *kind = described->subject;
    if (strcmp(described->mode, "none") == 0 && uname(&names) == 0)
        (void)snprintf(release, sizeof release, "%s %s", names.sysname, names.release);
    if (target->abi[0] != '\0') {
        (void)snprintf(release, sizeof release, "%s", run->sysroot.release);
        kind = run->sysroot.is_double ? "double" : kind;
    }
    return json_pack("{s:s, s:s, s:O}", "kind", kind, "release", release, "digests",
                     target->subject_digests);
}

static bool is_complete(const struct run *run, const struct run_target *target)
{
    unsigned controls = 0;
    for (size_t i = 0; i < shape_count; i++)
        controls += shapes[i].group == SHAPE_CONTROL ? 1 : 0;
    return !target->prepared.skipped && target->controls_done == controls &&
           target->cells_done == (unsigned)run->shape_count * run->attempts;
}

static void find_inadmissible(const struct run *run, struct run_target *target)
{
    if (target->prepared.skipped)
        (void)json_array_append_new(target->broken_controls, json_string("the target was skipped"));
    else if (run->options->no_controls)
        (void)json_array_append_new(target->broken_controls,
                                    json_string("the controls were not run (--no-controls)"));
    else if (run->summary->interrupted && !is_complete(run, target))
        (void)json_array_append_new(target->broken_controls, json_string("interrupted"));
    if (json_array_size(target->broken_controls) > 0 && !target->prepared.skipped)
        run->summary->targets_inadmissible++;
}

static json_t *describe_target(struct run *run, struct run_target *target)
{
    const struct target *described = &target->prepared.target;
    find_inadmissible(run, target);
    json_t *head = json_pack(
        "{s:s, s:o, s:o, s:{s:s, s:s, s:s}, s:{s:s, s:s, s:O}, s:o, s:o, s:b, s:b, s:O}", "schema",
        "rename-oracle/verdict/1", "run", describe_run(run), "subject",
        describe_subject(run, target), "target", "name", described->name, "mode", described->mode,
        "digest", described->digest, "probes", "build_id", RO_PROBE_BUILD, "abi", described->abi,
        "digests", target->probe_digests, "budgets", describe_budgets(run, &described->budgets),
        "planned", describe_plan(run), "complete", (int)is_complete(run, target), "admissible",
        (int)(json_array_size(target->broken_controls) == 0), "inadmissible_because",
        target->broken_controls);
    if (head != NULL && target->prepared.skipped)
        (void)json_object_set_new(head, "skipped", json_string(target->prepared.skip_reason));
    return head;
}

static int write_document(struct run *run, struct run_target *target, struct error *error)
{
    char path[PATH_MAX];
    const char *output = run->options->output == NULL ? "results" : run->options->output;
    CLEANUP_JSON json_t *head = describe_target(run, target);
    if (head == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a document");
    target->document_open = false;
    if (document_finish(&target->document, head, error) != 0)
        return -1;
    if (path_format(path, sizeof path, error, "%s/%s/%s.json", output, run->id,
                    target->prepared.target.name) == 0)
        front_document(run->front, path);
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
