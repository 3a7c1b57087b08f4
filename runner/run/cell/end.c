/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "process/evidence.h"

#include <stdio.h>

/* How long the helpers of a program that has ended may take to end by themselves, without that
 * being an anomaly. */
#define LINGER_NS NS_PER_S
#define LATE_TICK_NS (50 * NS_PER_MS)
static void scan_again(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    if (table->count == 0)
        (void)process_table_scan(table, NULL);
    tree_update(&cell->tree, table, now_ns);
}

bool cell_waited_in_vain(const struct cell *cell)
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
    CLEANUP_JSON json_t *lines = build_object(&cell->builder);
    build_set(&cell->builder, lines, "", streams_last_lines(&cell->streams, &cell->builder));
    companions_add_last_lines(cell, lines);
    cell->evidence = evidence_collect(&cell->builder, &cell->tree, before, &last, &figures, lines);
    cell_add_inside(cell, now_ns);
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
        if (!cell->tree.members[i].ended && cell->tree.members[i].companion == NULL)
            used += (size_t)snprintf(names + used, sizeof names - used, "%s%s (pid %d)",
                                     used == 0 ? "" : ", ", cell->tree.members[i].comm,
                                     (int)cell->tree.members[i].pid);
    if (used == 0 && cell->companions.count > 0)
        return; /* nothing but these, which end behind the program because they are told to then */
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

static void after_tree(struct cell *cell, uint64_t now_ns)
{
    bool cut = false;
    struct error failed = ERROR_INIT;
    cell->ended_ns = now_ns;
    /* Who interrupts a run does not want to wait for a console file. */
    if (!cell->aborted && cell->streams.account != NULL)
        streams_read(&cell->streams, now_ns);
    (void)streams_finish(&cell->streams, &cut, &failed);
    companions_finish(cell, &cut, &failed);
    if (failed.code != ERROR_NONE)
        cell_fail(cell, &failed);
    if (cut)
        cell_add_anomaly(cell, "output_cut", "more output than is kept; the artifacts say where");
    if (!cell_look(cell, now_ns))
        cell_clean(cell, now_ns);
}

void cell_begin_ending(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    uint64_t grace_ns = cell->setup->target.budgets.grace_ns;
    cell_end_inspection(cell, now_ns);
    streams_judge(&cell->streams);
    cell_dismiss_companions(cell);
    if (!cell_waited_in_vain(cell) && cell->root_ended && group_is_empty(cell)) {
        after_tree(cell, now_ns);
        return;
    }
    scan_again(cell, now_ns, table);
    if (cell_waited_in_vain(cell)) {
        collect_evidence(cell, now_ns);
        look_who_is_ahead(cell, &cell->tree, table);
        cell->setup->silence->doubted = true;
        cell_tell_verdict(cell, now_ns);
    }
    if (tree_is_gone(&cell->tree, table)) {
        after_tree(cell, now_ns);
        return;
    }
    if (cell->ending == ENDING_VM_ENDED) {
        cell->stage = CELL_ENDING;
        ending_linger(&cell->tree_ending, &cell->tree, LINGER_NS, grace_ns, now_ns);
        return;
    }
    if (cell_waited_in_vain(cell) && cell->account.call_is_out &&
        cell->settings->wait_late_ns > 0) {
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
    cell_dismiss_companions(cell);
    enum ending_phase phase = ending_advance(ending, now_ns, table);
    if (before == TREE_LINGERS && phase == TREE_ASKED)
        note_leftovers(cell);
    if (phase == TREE_SURVIVED)
        cell->survivors = evidence_of_survivors(&cell->builder, &cell->tree);
    if (phase == TREE_GONE || phase == TREE_SURVIVED)
        after_tree(cell, now_ns);
}

void cell_give_up(struct cell *cell, uint64_t now_ns)
{
    if (cell->tree.count == 0) {
        cell_clean(cell, now_ns);
        return;
    }
    cell->stage = CELL_ENDING;
    ending_ask(&cell->tree_ending, &cell->tree, cell->setup->target.budgets.grace_ns, now_ns);
    cell_dismiss_companions(cell);
}

void cell_force_ending(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    streams_judge(&cell->streams);
    scan_again(cell, now_ns, table);
    cell->stage = CELL_ENDING;
    ending_force(&cell->tree_ending, &cell->tree, now_ns);
}
