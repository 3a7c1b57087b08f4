/* SPDX-License-Identifier: MIT */
#include "process/ending.h"

#include "base/clock.h"
#include "process/pressure.h"
#include "process/sample.h"

#include <signal.h>

/* How often an ending tree is looked at: soon at first, then as rarely as scans of /proc cost. */
#define TICK_FIRST_NS (5 * NS_PER_MS)
#define TICK_LAST_NS (100 * NS_PER_MS)

/* How long what got KILL may take to end before it is called unkillable and left behind. Dying
 * takes CPU time, too: while somebody still wants a CPU for it, it may take longer, and while one
 * after the other ends (of a thousand on a busy machine) up to the longest. What sleeps
 * uninterruptibly may wait for the disk, or for a lock whose holder has no CPU: while somebody on
 * the machine wants either in vain, that time does not count. */
#define KILL_WAIT_NS (3 * NS_PER_S / 2)
#define KILL_PAUSE_NS (NS_PER_S / 2)
#define KILL_DYING_NS (15 * NS_PER_S)
#define KILL_LONGEST_NS (60 * NS_PER_S)

static void look_again_later(struct tree_ending *ending, uint64_t now_ns)
{
    ending->tick_ns = ending->tick_ns * 2 < TICK_LAST_NS ? ending->tick_ns * 2 : TICK_LAST_NS;
    ending->look_ns = now_ns + ending->tick_ns;
    if (ending->look_ns > ending->until_ns && ending->until_ns > now_ns)
        ending->look_ns = ending->until_ns;
}

static void enter(struct tree_ending *ending, enum ending_phase phase, uint64_t wait_ns,
                  uint64_t now_ns)
{
    ending->phase = phase;
    ending->until_ns = now_ns + wait_ns;
    ending->tick_ns = TICK_FIRST_NS / 2;
    look_again_later(ending, now_ns);
}

void ending_linger(struct tree_ending *ending, struct tree *tree, uint64_t linger_ns,
                   uint64_t grace_ns, uint64_t now_ns)
{
    *ending = (struct tree_ending){.tree = tree, .grace_ns = grace_ns};
    enter(ending, TREE_LINGERS, linger_ns, now_ns);
}

void ending_ask(struct tree_ending *ending, struct tree *tree, uint64_t grace_ns, uint64_t now_ns)
{
    *ending = (struct tree_ending){.tree = tree, .grace_ns = grace_ns};
    tree_signal(tree, SIGTERM);
    tree_signal(tree, SIGCONT);
    enter(ending, TREE_ASKED, grace_ns, now_ns);
}

void ending_force(struct tree_ending *ending, struct tree *tree, uint64_t now_ns)
{
    uint64_t stalled_ns = pressure_stalled_ns();
    tree_signal(tree, SIGKILL);
    *ending = (struct tree_ending){
        .tree = tree,
        .killed_ns = now_ns,
        .headway_ns = now_ns,
        .alive_at_headway = tree_count_alive(tree),
        .stalled_ns = stalled_ns,
        .stalled_at_headway_ns = stalled_ns,
    };
    enter(ending, TREE_FORCED, 0, now_ns);
}

/* Whether a process that KILL goes to may still end: nothing but an uninterruptible sleep keeps it
 * from that for ever. What is in another state wants a CPU, or was only just found. */
static bool is_dying(const struct tree *tree)
{
    if (tree_count_alive(tree) == 0) /* but it is not gone: each snapshot comes too late */
        return true;
    for (size_t i = 0; i < tree->count; i++)
        if (!tree->members[i].ended && tree->members[i].state != 'D')
            return true;
    return tree->cut;
}

/* The CPU time of all that is left. What is stuck for ever uses none. */
static uint64_t time_used_ns(const struct tree *tree, uint64_t now_ns)
{
    struct tree_sample sample;
    uint64_t used_ns = 0;
    sample_take(&sample, tree, now_ns);
    for (size_t i = 0; i < sample.count; i++)
        used_ns += sample.threads[i].ran_ns;
    return used_ns;
}

/* Whether killing has made a difference since the last look: fewer are alive; or more, of a tree of
 * which not all is known; or none that stays to be seen; or of those that sleep, one has run. */
static bool has_headway(struct tree_ending *ending, uint64_t now_ns, bool dying)
{
    size_t alive = tree_count_alive(ending->tree);
    uint64_t used_ns = dying ? 0 : time_used_ns(ending->tree, now_ns);
    bool headway = alive == 0 || alive != ending->alive_at_headway ||
                   (used_ns != 0 && used_ns != ending->used_at_headway_ns);
    ending->alive_at_headway = alive;
    if (used_ns != 0)
        ending->used_at_headway_ns = used_ns;
    return headway;
}

/* A wait that counts only while nobody on the machine has to wait, as far as that goes:
 * `stalled_ns` is the reading (pressure.h) at its start. */
static uint64_t stretched_ns(uint64_t wait_ns, uint64_t stalled_ns)
{
    return wait_ns + pressure_stalled_since(stalled_ns, KILL_DYING_NS - wait_ns);
}

static bool may_still_end(struct tree_ending *ending, uint64_t now_ns)
{
    bool dying = is_dying(ending->tree);
    if (has_headway(ending, now_ns, dying)) {
        ending->headway_ns = now_ns;
        ending->stalled_at_headway_ns = pressure_stalled_ns();
    }
    uint64_t pause_ns =
        dying ? KILL_DYING_NS : stretched_ns(KILL_PAUSE_NS, ending->stalled_at_headway_ns);
    return now_ns < ending->killed_ns + KILL_LONGEST_NS &&
           (now_ns < ending->headway_ns + pause_ns ||
            now_ns < ending->killed_ns + stretched_ns(KILL_WAIT_NS, ending->stalled_ns));
}

/* Kills again: what was born since the last time, too. */
static void keep_killing(struct tree_ending *ending, uint64_t now_ns,
                         const struct process_table *table)
{
    if (!may_still_end(ending, now_ns)) {
        ending->phase = TREE_SURVIVED;
        return;
    }
    tree_signal(ending->tree, SIGKILL);
    if (ending->tree->group->fd < 0)
        tree_kill_orphans(ending->tree, table);
}

enum ending_phase ending_advance(struct tree_ending *ending, uint64_t now_ns,
                                 struct process_table *table)
{
    struct tree *tree = ending->tree;
    look_again_later(ending, now_ns);
    if (tree->cut)
        tree_forget_ended(tree);
    if (table->count == 0)
        (void)process_table_scan(table, NULL);
    tree_update(tree, table, now_ns);
    if (tree_is_gone(tree, table)) {
        ending->phase = TREE_GONE;
        return TREE_GONE;
    }
    if (tree->cut) /* there are more than are known: they are found a batch at a time */
        ending->look_ns = now_ns + TICK_FIRST_NS;
    if (ending->phase == TREE_FORCED)
        keep_killing(ending, now_ns, table);
    else if (ending->phase == TREE_LINGERS && now_ns >= ending->until_ns)
        ending_ask(ending, tree, ending->grace_ns, now_ns);
    else if (ending->phase == TREE_ASKED && now_ns >= ending->until_ns)
        ending_force(ending, tree, now_ns);
    return ending->phase;
}
