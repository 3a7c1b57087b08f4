/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"

#include <string.h>

/* --early: at least this long, and this many times control_pass's longest silence, must be quiet.
 */
#define EARLY_FLOOR_NS NS_PER_S
enum { EARLY_TIMES = 8 };
/* A cell younger than this is not sampled: most native ones are over by then. */
#define SAMPLE_AFTER_NS (50 * NS_PER_MS)
/* A rename that has used this share of the time after which it is called a hang is odd, though it
 * came back: a rename writes some blocks, and no disk that is well takes seconds for these. */
enum { SLOW_SHARE = 4 };

/* What the cell waits for now. */
enum phase { PHASE_BOOT, PHASE_STEP, PHASE_EXIT };

static enum phase find_phase(const struct cell *cell)
{
    if (cell->account.event_count == 0)
        return PHASE_BOOT;
    return cell->account.outcome == OUTCOME_NONE ? PHASE_STEP : PHASE_EXIT;
}

static uint64_t phase_budget(const struct cell *cell)
{
    const struct budgets *budgets = &cell->setup->target.budgets;
    if (cell->root_ended || cell->panic_ns != 0)
        return budgets->exit_ns; /* somebody still holds the console, or the VM dies slowly */
    switch (find_phase(cell)) {
    case PHASE_BOOT:
        return budgets->boot_ns;
    case PHASE_STEP:
        return cell->shape->group == SHAPE_CONTROL ? budgets->control_step_ns : budgets->step_ns;
    case PHASE_EXIT:
        break;
    }
    return budgets->exit_ns;
}

/* The moment from which the present phase is counted. */
static uint64_t phase_start(const struct cell *cell)
{
    uint64_t start = cell->account.last_event_ns;
    if (cell->root_ended && cell->root_ended_ns > start)
        start = cell->root_ended_ns;
    if (cell->panic_ns > start)
        start = cell->panic_ns;
    return start;
}

static void bring_tree_up_to_date(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    if (table->count == 0)
        (void)process_table_scan(table, NULL);
    /* While that went on a call may have been entered, and a daemon ended for it: see
     * cell_note_exit. */
    streams_read(&cell->streams, now_ns);
    tree_update(&cell->tree, table, now_ns);
}

/* The rename that was out until `end_ns` has come back, or will not. */
static void note_slow_rename(struct cell *cell, uint64_t end_ns)
{
    meter_charge(&cell->meter, end_ns, cell->expected_ns, NULL);
    if (cell->meter.charged_ns * SLOW_SHARE >= cell->setup->target.budgets.step_ns &&
        cell->meter.charged_ns > cell->slow_rename_ns)
        cell->slow_rename_ns = cell->meter.charged_ns;
}

/* A new event, the root's end or a panic starts another wait, in which nothing is charged yet. */
static void notice_new_phase(struct cell *cell)
{
    const struct journal_account *account = &cell->account;
    uint64_t start = phase_start(cell);
    if (start == cell->phase_start_ns)
        return;
    if (cell->phase_is_rename)
        note_slow_rename(cell, start);
    cell->phase_is_rename =
        account->call_is_out && journal_call_renames(account->call.event.subject);
    cell->phase_start_ns = start;
    meter_reset(&cell->meter, start);
}

/* When the silence of this phase is first looked into; a short budget needs samples, too. */
static uint64_t first_sample_ns(const struct cell *cell)
{
    uint64_t quarter = phase_budget(cell) / 4;
    return cell->phase_start_ns + (quarter < SAMPLE_AFTER_NS ? quarter : SAMPLE_AFTER_NS);
}

static void charge(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    bool sample = now_ns >= first_sample_ns(cell);
    if (sample) {
        bring_tree_up_to_date(cell, now_ns, table);
        notice_new_phase(cell);
    }
    meter_charge(&cell->meter, now_ns, cell->expected_ns, sample ? &cell->tree : NULL);
}

static bool may_end_early(const struct cell *cell)
{
    uint64_t gap_ns = cell->setup->longest_gap_ns;
    if (!cell->settings->early || gap_ns == 0 || !cell->account.call_is_out)
        return false;
    uint64_t enough_ns =
        gap_ns * EARLY_TIMES > EARLY_FLOOR_NS ? gap_ns * EARLY_TIMES : EARLY_FLOOR_NS;
    return cell->meter.quiet_ns >= enough_ns;
}

/* Whether the budget of this phase is spent. A call that is out while the tree is starved is no
 * hang yet: the evidence would say that the host is to blame. */
static bool has_spent_budget(const struct cell *cell)
{
    if (cell->meter.charged_ns < phase_budget(cell))
        return false;
    return cell->root_ended || cell->panic_ns != 0 || find_phase(cell) != PHASE_STEP ||
           !meter_sees_starved(&cell->meter);
}

/* Whether the wait is over, and why. */
static bool find_ending(struct cell *cell, uint64_t now_ns)
{
    const struct budgets *budgets = &cell->setup->target.budgets;
    bool complete = cell->account.outcome != OUTCOME_NONE;
    bool spent = has_spent_budget(cell);
    uint64_t wall_ns = now_ns - cell->launched_ns - cell->meter.absent_ns;
    if (cell->root_ended && (complete || spent || streams_journal_ended(&cell->streams)))
        cell->ending = ENDING_VM_ENDED;
    else if (spent && cell->panic_ns != 0)
        cell->ending = ENDING_PANIC;
    else if (spent && complete)
        cell->ending = ENDING_AFTER_END;
    else if (spent)
        cell->ending = find_phase(cell) == PHASE_BOOT ? ENDING_BOOT_BUDGET : ENDING_STEP_BUDGET;
    else if (may_end_early(cell))
        cell->ending = ENDING_EARLY;
    else if (wall_ns >= budgets->total_ns)
        cell->ending = complete ? ENDING_AFTER_END : ENDING_TOTAL_BUDGET;
    else
        return false;
    cell->starved = cell->meter.starved_ns + cell->meter.excused_ns > cell->meter.charged_ns ||
                    meter_sees_starved(&cell->meter);
    return true;
}

static void note_panic(struct cell *cell, uint64_t now_ns)
{
    if (cell->panic_ns == 0 && cell->account.outcome == OUTCOME_NONE &&
        streams_panic(&cell->streams) != NULL)
        cell->panic_ns = now_ns;
}

/* When to look again: at the end of the budget, or a tick from now, whichever comes first. */
static uint64_t next_look(const struct cell *cell, uint64_t now_ns)
{
    uint64_t budget_ns = phase_budget(cell);
    uint64_t charged_ns = cell->meter.charged_ns;
    /* It may be spent and the tree starved: then a full tick from now. */
    uint64_t left_ns = charged_ns < budget_ns ? budget_ns - charged_ns : budget_ns;
    uint64_t tick_ns = meter_tick_ns(budget_ns);
    if (now_ns < first_sample_ns(cell) && first_sample_ns(cell) - now_ns < tick_ns)
        tick_ns = first_sample_ns(cell) - now_ns;
    return now_ns + (left_ns < tick_ns ? left_ns : tick_ns);
}

void cell_watch(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    if (cell->account.event_count > 0)
        boot_turn_give(cell->turn, cell);
    note_panic(cell, now_ns);
    notice_new_phase(cell);
    if (now_ns >= cell->expected_ns)
        charge(cell, now_ns, table);
    if (cell->companions.failed) {
        cell->ending = ENDING_BOOT_BUDGET; /* there is nothing to wait for */
        cell_begin_ending(cell, now_ns, table);
        return;
    }
    cell_inspect(cell, now_ns, phase_budget(cell));
    if (find_ending(cell, now_ns)) {
        /* What came in since the last look must be heard before the verdict. */
        uint64_t events = cell->account.event_count;
        streams_read(&cell->streams, now_ns);
        if (cell->account.event_count == events) {
            cell_begin_ending(cell, now_ns, table);
            return;
        }
        notice_new_phase(cell);
        if (find_ending(cell, now_ns)) {
            cell_begin_ending(cell, now_ns, table);
            return;
        }
    }
    cell_tell_slow(cell, now_ns);
    cell->expected_ns = next_look(cell, now_ns);
}
