/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "process/evidence.h"
#include "run/cell/cell.h"
#include "run/helper/steps.h"
#include "run/helper/work.h"
#include "run/recorded_files.h"

#include <stdio.h>
#include <string.h>

/* How long the helpers of a program that has ended may take to end by themselves, without that
 * being an anomaly. */
#define LINGER_NS NS_PER_S
#define LATE_TICK_NS (50 * NS_PER_MS)
#define VIEW_NS (30 * NS_PER_S)
/* Removing is waited for while it gets on: a slow file system may answer for each name by itself.
 */
#define CLEAN_NS (5 * NS_PER_S)
#define CLEAN_LONGEST_NS (60 * NS_PER_S)
/* After a hang the file system itself may be stuck; waiting for it would only cost time. */
#define CLEAN_AFTER_HANG_NS NS_PER_S
/* Who interrupts a run wants it to end, and removes what is left himself if he must. */
#define CLEAN_ABORTED_NS (2 * NS_PER_S)

static void scan_again(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    if (table->count == 0)
        (void)process_table_scan(table, NULL);
    tree_update(&cell->tree, table, now_ns);
}

static bool waited_in_vain(const struct cell *cell)
{
    return cell->ending == ENDING_STEP_BUDGET || cell->ending == ENDING_EARLY ||
           cell->ending == ENDING_TOTAL_BUDGET || cell->ending == ENDING_BOOT_BUDGET;
}

/* Must come before anything is signalled: afterwards nothing waits where it waited. */
static void collect_evidence(struct cell *cell, uint64_t now_ns)
{
    struct tree_sample last;
    const struct meter *meter = &cell->meter;
    sample_take(&last, &cell->tree, now_ns);
    if (meter->count_io)
        sample_take_io(&last, &cell->tree);
    const struct wait_figures figures = {
        .out_ns = now_ns - cell->phase_start_ns,
        .charged_ns = meter->charged_ns,
        .entered_ns = cell->phase_start_ns,
        .early = cell->ending == ENDING_EARLY,
        .count_io = meter->count_io,
        .quiet_ns = meter->quiet_ns,
        .longest_gap_ns = cell->setup->longest_gap_ns,
    };
    const struct tree_sample *before = &last;
    if (meter->samples != NULL && meter->samples->anchor.taken_ns != 0)
        before = &meter->samples->anchor;
    CLEANUP_JSON json_t *lines = streams_last_lines(&cell->streams, &cell->builder);
    cell->evidence = evidence_collect(&cell->builder, &cell->tree, before, &last, &figures, lines);
}

static void look_who_is_ahead(struct cell *cell, const struct tree *tree,
                              const struct process_table *table)
{
    const struct cell_settings *settings = cell->settings;
    cell->is_behind = behind_find(tree, cell->setup->device, table, settings->knows,
                                  settings->knows_context, &cell->behind);
}

static bool group_is_empty(const struct cell *cell)
{
    return cell->group->fd >= 0 && cgroup_list(cell->group, NULL, 0) == 0;
}

static void note_leftovers(struct cell *cell)
{
    char names[256] = "";
    size_t used = 0;
    for (size_t i = 0; i < cell->tree.count && used < sizeof names; i++)
        if (!cell->tree.members[i].ended)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s (pid %d)",
                                     used == 0 ? "" : ", ", cell->tree.members[i].comm,
                                     (int)cell->tree.members[i].pid);
    if (used == 0)
        (void)snprintf(names, sizeof names, "processes that come and go");
    if (cell->ending == ENDING_VM_ENDED)
        cell_add_anomaly(cell, "left_running", "outlived the launched program and were ended: %s",
                         names);
    else if (cell->ending == ENDING_AFTER_END)
        cell_add_anomaly(cell, "no_exit",
                         "did not end within the exit budget after the journal's "
                         "last line: %s",
                         names);
}

static void ask_to_end(struct cell *cell, uint64_t now_ns)
{
    cell->stage = CELL_ENDING;
    note_leftovers(cell);
    ending_ask(&cell->tree_ending, &cell->tree, cell->setup->target.budgets.grace_ns, now_ns);
}

void cell_begin_ending(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    uint64_t grace_ns = cell->setup->target.budgets.grace_ns;
    streams_judge(&cell->streams);
    if (!waited_in_vain(cell) && cell->root_ended && group_is_empty(cell)) {
        cell_after_tree(cell, now_ns);
        return;
    }
    scan_again(cell, now_ns, table);
    if (waited_in_vain(cell)) {
        collect_evidence(cell, now_ns);
        look_who_is_ahead(cell, &cell->tree, table);
        cell->setup->silence->doubted = true;
    }
    if (tree_is_gone(&cell->tree, table)) {
        cell_after_tree(cell, now_ns);
        return;
    }
    if (cell->ending == ENDING_VM_ENDED) {
        cell->stage = CELL_ENDING;
        ending_linger(&cell->tree_ending, &cell->tree, LINGER_NS, grace_ns, now_ns);
        return;
    }
    if (waited_in_vain(cell) && cell->account.call_is_out && cell->settings->wait_late_ns > 0) {
        cell->stage = CELL_LATE;
        cell->late_until_ns = now_ns + cell->settings->wait_late_ns;
        cell->expected_ns = now_ns + LATE_TICK_NS;
        return;
    }
    ask_to_end(cell, now_ns);
}

void cell_wait_late(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    cell->expected_ns = now_ns + LATE_TICK_NS;
    if (cell->account.returned_after_ns == 0 && !cell->root_ended && now_ns < cell->late_until_ns)
        return;
    scan_again(cell, now_ns, table);
    ask_to_end(cell, now_ns);
}

void cell_end_tree(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    struct tree_ending *ending = &cell->tree_ending;
    enum ending_phase before = ending->phase;
    if (now_ns < ending->look_ns && !cell->root_ended)
        return;
    enum ending_phase phase = ending_advance(ending, now_ns, table);
    if (before == TREE_LINGERS && phase == TREE_ASKED)
        note_leftovers(cell);
    if (phase == TREE_SURVIVED)
        cell->survivors = evidence_of_survivors(&cell->builder, &cell->tree);
    if (phase == TREE_GONE || phase == TREE_SURVIVED)
        cell_after_tree(cell, now_ns);
}

static const char *view_name(enum view_result result)
{
    return result == VIEW_AGREES        ? "agrees"
           : result == VIEW_CONTRADICTS ? "contradicts"
                                        : "unavailable";
}

int cell_ask_deputy(struct cell *cell, json_t *request, struct error *error)
{
    if (cell->deputy->pid == 0 &&
        deputy_start(cell->deputy, work_carry_out, NULL, NULL, error) != 0) {
        json_decref(request);
        return -1;
    }
    return deputy_ask(cell->deputy, request, NULL, error);
}

/* The steps that clear everything away that the cell had. */
static int add_cleaning(const struct cell *cell, json_t *steps, struct error *error)
{
    const struct target *target = &cell->setup->target;
    json_t *cleanup = target_steps(target, "cleanup");
    if (cleanup != NULL) {
        CLEANUP_JSON json_t *expanded = target_expand(target, cleanup, cell->bindings, error);
        if (expanded == NULL)
            return -1;
        if (json_array_extend(steps, expanded) != 0)
            return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    }
    if (json_array_append_new(steps, json_pack("{s:s}", "remove", cell->directory)) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    return 0;
}

/* Asks whether what ran is what was recorded, and with `clean` for all to be cleared away. */
static int ask_for_cleaning(struct cell *cell, bool clean, struct error *error)
{
    struct builder builder = {0};
    CLEANUP_JSON json_t *steps = json_array();
    if (clean && add_cleaning(cell, steps, error) != 0)
        return -1;
    json_t *request = steps_request(json_incref(steps), cell->settings->scratch, cell->name);
    build_set(&builder, request, "files", recorded_for(cell->setup->files, cell->shape->name));
    return cell_ask_deputy(cell, build_finish(&builder, request), error);
}

/* Whether a process that was left behind may hold the locks of the directories that it was at work
 * in: whoever is sent there would be stuck as well. */
static bool is_locked_in(const struct cell *cell)
{
    size_t index;
    const json_t *survivor;
    json_array_foreach(cell->survivors, index, survivor) {
        pid_t pid = (pid_t)json_integer_value(json_object_get(survivor, "pid"));
        unsigned set = process_waits_read(pid).set;
        if ((set & (1U << KERNEL_WAIT_FILE_SYSTEM | 1U << KERNEL_WAIT_UNSEEN)) != 0)
            return true;
    }
    return false;
}

/* Whether nobody is to be sent to clear away, and why. */
static bool is_not_to_be_cleaned(const struct cell *cell, char *why, size_t size)
{
    if (cell->deputy_lost)
        (void)snprintf(why, size, "one helper is lost already");
    else if (is_locked_in(cell))
        (void)snprintf(why, size, "a process that could not be ended is still in it");
    else
        return silence_refuses(cell->setup->silence, WORK_CLEAN, why, size);
    return true;
}

static void clean(struct cell *cell, uint64_t now_ns)
{
    struct error failed = ERROR_INIT;
    char why[320];
    cell->ended_ns = cell->ended_ns == 0 ? now_ns : cell->ended_ns;
    cell->stage = CELL_DONE;
    bool remove = !cell->settings->keep;
    if (!cell->cleaning_asked && remove && is_not_to_be_cleaned(cell, why, sizeof why)) {
        cell_add_anomaly(cell, "left_behind", "%s: not cleared away: %s", cell->name, why);
        remove = false;
    }
    if (cell->deputy_lost)
        return;
    if (cell->cleaning_asked) {
        cell->deputy->asked = true; /* the answer to come is that one's */
    } else if (ask_for_cleaning(cell, remove, &failed) != 0) {
        cell_add_anomaly(cell, "left_behind", "%s: %s", cell->directory, failed.what);
        return;
    }
    cell->stage = CELL_CLEANING;
    bool stuck = waited_in_vain(cell) || cell->survivors != NULL || cell->aborted;
    patience_start(&cell->patience, cell->deputy->pid, stuck ? CLEAN_AFTER_HANG_NS : CLEAN_NS,
                   cell->aborted ? CLEAN_ABORTED_NS : CLEAN_LONGEST_NS, now_ns);
}

/* Whether there is something for the host to see. */
static bool is_to_be_viewed(const struct cell *cell)
{
    return cell->setup->target.view_kind != NULL && shape_has_final_state(cell->shape) &&
           cell->survivors == NULL &&
           (cell->account.outcome == OUTCOME_PASS || cell->account.outcome == OUTCOME_FAIL);
}

/* Nobody could look at what there was to be seen. */
static void look_failed(struct cell *cell, const char *why)
{
    if (cell->setup->target.verify_logs != NULL)
        cell_take_launcher(cell, NULL, why);
    if (!is_to_be_viewed(cell))
        return;
    cell->view = VIEW_UNAVAILABLE;
    json_decref(cell->view_findings);
    cell->view_findings = build_array(&cell->builder);
    build_next_text(&cell->builder, cell->view_findings, why);
}

static json_t *view_request(const struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    CLEANUP_FREE char *path = target_expand_text(target, target->view_path, cell->bindings, error);
    return path == NULL ? NULL
                        : json_pack("{s:s, s:s, s:s, s:s}", "kind", target->view_kind, "path", path,
                                    "shape", cell->shape->name, "nonce", cell->nonce);
}

/* Asks what the launcher logged, and for the host's own look. Returns false when nothing is asked.
 */
static bool ask_for_look(struct cell *cell, uint64_t now_ns)
{
    struct builder builder = {0};
    struct error failed = ERROR_INIT;
    bool view = is_to_be_viewed(cell);
    bool launcher = cell->setup->target.verify_logs != NULL;
    char why[320];
    if (cell->aborted || (!view && !launcher))
        return false;
    if (silence_refuses(cell->setup->silence, WORK_LOOK, why, sizeof why)) {
        look_failed(cell, why);
        return false;
    }
    json_t *request = build_object(&builder);
    build_text(&builder, request, "do", "look");
    if (launcher)
        build_set(&builder, request, "launcher", cell_launcher_request(cell, &failed));
    if (view)
        build_set(&builder, request, "view", view_request(cell, &failed));
    request = build_finish(&builder, request);
    if (request == NULL)
        (void)error_set(&failed, ERROR_MEMORY, NULL, "out of memory for a request");
    if (request == NULL || cell_ask_deputy(cell, request, &failed) != 0) {
        look_failed(cell, failed.what);
        return false;
    }
    cell->stage = CELL_VIEWING;
    uint64_t silence_ns = view ? VIEW_NS : CLEAN_NS;
    patience_start(&cell->patience, cell->deputy->pid, silence_ns, silence_ns * PATIENCE_TIMES,
                   now_ns);
    /* The deputy need not wait for us between the two: what it has seen, it will have sent. */
    struct error later = ERROR_INIT;
    cell->cleaning_asked = ask_for_cleaning(cell, !cell->settings->keep, &later) == 0;
    return true;
}

void cell_after_tree(struct cell *cell, uint64_t now_ns)
{
    bool cut = false;
    struct error failed = ERROR_INIT;
    cell->ended_ns = now_ns;
    if (streams_finish(&cell->streams, &cut, &failed) != 0)
        cell_fail(cell, &failed);
    if (cut)
        cell_add_anomaly(cell, "output_cut", "more output than is kept; the artifacts say where");
    if (!ask_for_look(cell, now_ns))
        clean(cell, now_ns);
}

static void take_look(struct cell *cell, const json_t *answer)
{
    const char *why = deputy_refusal(answer);
    const char *result = json_string_value(json_object_get(answer, "result"));
    if (why != NULL || (result == NULL && is_to_be_viewed(cell))) {
        look_failed(cell, why == NULL ? "no answer" : why);
        return;
    }
    if (cell->setup->target.verify_logs != NULL)
        cell_take_launcher(cell, json_object_get(answer, "launcher"), "no answer");
    if (result == NULL)
        return;
    cell->view = strcmp(result, view_name(VIEW_AGREES)) == 0        ? VIEW_AGREES
                 : strcmp(result, view_name(VIEW_CONTRADICTS)) == 0 ? VIEW_CONTRADICTS
                                                                    : VIEW_UNAVAILABLE;
    cell->view_findings = json_incref(json_object_get(answer, "findings"));
}

void cell_launch_in_turn(struct cell *cell, uint64_t now_ns)
{
    cell->stage = CELL_QUEUED;
    if (cell->setup->target.boots_alone && !boot_turn_take(cell->turn, cell, now_ns))
        return;
    if (cell_launch(cell, now_ns) != 0)
        clean(cell, now_ns);
}

static void take_preparation(struct cell *cell, const json_t *answer, uint64_t now_ns)
{
    const char *why = deputy_refusal(answer);
    if (why == NULL) {
        cell_launch_in_turn(cell, now_ns);
        return;
    }
    (void)error_set(&cell->failure, ERROR_ENVIRONMENT, NULL, "preparing the cell failed: %s", why);
    clean(cell, now_ns);
}

static void take_answer(struct cell *cell, const json_t *answer, uint64_t now_ns)
{
    if (cell->stage == CELL_PREPARING) {
        take_preparation(cell, answer, now_ns);
    } else if (cell->stage == CELL_VIEWING) {
        take_look(cell, answer);
        clean(cell, now_ns);
    } else {
        const char *why = deputy_refusal(answer);
        const char *changed = json_string_value(json_object_get(answer, "changed"));
        if (why != NULL)
            cell_add_anomaly(cell, "left_behind", "%s", why);
        if (changed != NULL)
            (void)error_set(&cell->failure, ERROR_INPUT, NULL, "%s", changed);
        cell->stage = CELL_DONE;
    }
}

/* Why a deputy did not answer: a process that was left behind may hold what it waits for. */
static void describe_loss(const struct cell *cell, const struct process_table *table, char *why,
                          size_t size)
{
    const struct cell_settings *settings = cell->settings;
    struct bystander ahead;
    if (behind_find(&cell->patience.tree, cell->setup->device, table, settings->knows,
                    settings->knows_context, &ahead))
        (void)snprintf(why, size, "behind %s (pid %d), which holds a lock of the kernel",
                       ahead.name, (int)ahead.pid);
    else
        patience_describe(&cell->patience, why, size);
}

static void lose_deputy(struct cell *cell)
{
    static const enum helper_work works[] = {
        [CELL_PREPARING] = WORK_PREPARE, [CELL_VIEWING] = WORK_LOOK, [CELL_CLEANING] = WORK_CLEAN};
    char name[SILENCE_NAME_SIZE];
    cell_describe(cell, name, sizeof name);
    silence_note(cell->setup->silence, works[cell->stage], name);
    cell->deputy_lost = true;
}

void cell_hear_deputy(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    struct error failed = ERROR_INIT;
    char why[256];
    CLEANUP_JSON json_t *answer = deputy_answer(cell->deputy, NULL, &failed);
    bool lost = answer == NULL && failed.code == ERROR_NONE;
    if (lost && !patience_is_over(&cell->patience, now_ns, table))
        return;
    if (answer == NULL) {
        describe_loss(cell, table, why, sizeof why);
        answer = deputy_no_answer(lost ? why : failed.what);
        deputy_abandon(cell->deputy);
        cell->cleaning_asked = false; /* with that deputy, its next question is gone, too */
    }
    if (lost)
        lose_deputy(cell);
    else
        cell->setup->silence->doubted = false;
    take_answer(cell, answer, now_ns);
}

void cell_abort(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    if (cell->aborted || cell->stage == CELL_DONE || cell->stage == CELL_IDLE)
        return;
    cell->aborted = true;
    if (cell->stage == CELL_HELD) {
        cell->stage = CELL_DONE; /* nothing was made for it */
    } else if (cell->stage == CELL_PREPARING || cell->stage == CELL_QUEUED ||
               cell->stage == CELL_VIEWING) {
        if (cell->deputy->asked) /* what it is at is not wanted any more; an idle one can clean */
            deputy_abandon(cell->deputy);
        cell->cleaning_asked = false;
        clean(cell, now_ns);
    } else if (cell->stage != CELL_CLEANING) {
        streams_judge(&cell->streams);
        scan_again(cell, now_ns, table);
        cell->stage = CELL_ENDING;
        ending_force(&cell->tree_ending, &cell->tree, now_ns);
    }
}
