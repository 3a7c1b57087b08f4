/* SPDX-License-Identifier: MIT */
#ifndef RO_ENDING_H
#define RO_ENDING_H

#include "process/tree.h"

/** How far the end of a tree has come. */
enum ending_phase {
    TREE_LINGERS,  /* what it left running may still end by itself */
    TREE_ASKED,    /* TERM was sent, and CONT, as what is stopped can't end */
    TREE_FORCED,   /* KILL was sent, and is sent again to whatever else appears */
    TREE_GONE,     /* nothing of it is left */
    TREE_SURVIVED, /* KILL did not end what is still alive in the tree: it is to be left behind */
};

/**
 * Ends a tree of processes: TERM, a grace, KILL, and then a wait for as long as killing makes
 * headway. A state machine that never waits: whoever owns it calls ending_advance when it is time
 * to look (`look_ns`) and collects his children in between. Times are nanoseconds of
 * CLOCK_MONOTONIC, and `now_ns` must not be older than any that was given before. Zeroed, it has
 * not begun.
 */
struct tree_ending {
    struct tree *tree; /* borrowed */
    enum ending_phase phase;
    uint64_t look_ns;  /* when to look again */
    uint64_t until_ns; /* the end of the linger or of the grace */
    uint64_t grace_ns;
    uint64_t tick_ns;    /* how long to the next look but one */
    uint64_t killed_ns;  /* when killing began */
    uint64_t headway_ns; /* when killing last made a difference, to how many are alive */
    size_t alive_at_headway;
    uint64_t used_at_headway_ns; /* CPU time of what was left then; 0 before it was looked at */
    uint64_t stalled_ns;         /* the machine's waits (pressure.h) when killing began */
    uint64_t stalled_at_headway_ns;
};

/** Begins with a wait for `linger_ns`, in which nothing is signalled; TERM follows, with a grace of
 * `grace_ns`. `tree` is borrowed until the end. */
void ending_linger(struct tree_ending *ending, struct tree *tree, uint64_t linger_ns,
                   uint64_t grace_ns, uint64_t now_ns);

/** Sends TERM to a tree that was just updated; KILL follows after `grace_ns`. */
void ending_ask(struct tree_ending *ending, struct tree *tree, uint64_t grace_ns, uint64_t now_ns);

/** Sends KILL to a tree that was just updated. */
void ending_force(struct tree_ending *ending, struct tree *tree, uint64_t now_ns);

/**
 * Looks at the tree, and does what is due. `table` is scanned where it is empty. Returns the phase,
 * which TREE_GONE and TREE_SURVIVED end.
 */
enum ending_phase ending_advance(struct tree_ending *ending, uint64_t now_ns,
                                 struct process_table *table);

#endif
