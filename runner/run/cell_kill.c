/* SPDX-License-Identifier: MIT */
/* Killing what a cell started, and for how long it is worth while to wait for the end of it. */
#include "base/clock.h"
#include "run/cell.h"
#include "process/pressure.h"

#include <signal.h>

/* How long what got KILL may take to end before it is called unkillable and left behind. Dying
 * takes CPU time, too: while somebody still wants a CPU for it, it may take longer, and while one
 * after the other ends (of a thousand on a busy machine) up to the longest. What sleeps
 * uninterruptibly may wait for the disk, or for a lock whose holder has no CPU: while somebody on
 * the machine wants either in vain, that time does not count. */
#define KILL_WAIT_NS (3 * NS_PER_S / 2)
#define KILL_PAUSE_NS (NS_PER_S / 2)
#define KILL_DYING_NS (15 * NS_PER_S)
#define KILL_LONGEST_NS (60 * NS_PER_S)

void cell_kill(struct cell *cell, uint64_t now_ns)
{
    tree_signal(&cell->tree, SIGKILL);
    cell->killed_ns = now_ns;
    cell->headway_ns = now_ns;
    cell->alive_at_headway = tree_count_alive(&cell->tree);
    cell->used_at_headway_ns = 0;
    cell->stalled_ns = pressure_stalled_ns();
    cell->stalled_at_headway_ns = cell->stalled_ns;
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
static bool has_headway(struct cell *cell, uint64_t now_ns, bool dying)
{
    size_t alive = tree_count_alive(&cell->tree);
    uint64_t used_ns = dying ? 0 : time_used_ns(&cell->tree, now_ns);
    bool headway = alive == 0 || alive != cell->alive_at_headway ||
                   (used_ns != 0 && used_ns != cell->used_at_headway_ns);
    cell->alive_at_headway = alive;
    if (used_ns != 0)
        cell->used_at_headway_ns = used_ns;
    return headway;
}

/* A wait that counts only while nobody on the machine has to wait, as far as that goes:
 * `stalled_ns` is the reading (pressure.h) at its start. */
static uint64_t stretched_ns(uint64_t wait_ns, uint64_t stalled_ns)
{
    return wait_ns + pressure_stalled_since(stalled_ns, KILL_DYING_NS - wait_ns);
}

bool cell_may_still_end(struct cell *cell, uint64_t now_ns)
{
    bool dying = is_dying(&cell->tree);
    if (has_headway(cell, now_ns, dying)) {
        cell->headway_ns = now_ns;
        cell->stalled_at_headway_ns = pressure_stalled_ns();
    }
    uint64_t pause_ns =
        dying ? KILL_DYING_NS : stretched_ns(KILL_PAUSE_NS, cell->stalled_at_headway_ns);
    return now_ns < cell->killed_ns + KILL_LONGEST_NS &&
           (now_ns < cell->headway_ns + pause_ns ||
            now_ns < cell->killed_ns + stretched_ns(KILL_WAIT_NS, cell->stalled_ns));
}
