/* SPDX-License-Identifier: MIT */
#ifndef RO_TREE_H
#define RO_TREE_H

#include "base/error.h"
#include "process/cgroup.h"
#include "process/process_table.h"

#include <stdbool.h>
#include <stdint.h>

/** More members than this are killed like the others, but not remembered one by one. */
#define TREE_MEMBERS_MAX 512

/** A process that belongs, or belonged, to what a cell started. */
struct tree_member {
    pid_t pid;
    uint64_t start_time; /* see struct process */
    pid_t session;
    char comm[32];
    char state;
    const char *companion; /* which one it is, or was started by; NULL for all others; borrowed */
    int pidfd;             /* -1 where there is none; kept to learn the status of one that ended */
    bool ended;            /* a zombie counts as ended */
    bool status_known;     /* not so when another process of the tree took the status */
    int status;            /* as wait(2) gives it */
    uint64_t alive_ns;     /* when it was last seen alive; CLOCK_MONOTONIC, as the next */
    uint64_t ended_ns;     /* when its end was noticed */
};

/**
 * Everything that one cell started, also what called setsid, forked twice or lost its parent. A
 * process belongs to the tree when it is in the cell's cgroup, when its parent belongs to it, or
 * when it was handed to us by the kernel (the runner is a child subreaper) and either shares a
 * session with a member or can be nobody else's.
 */
struct tree {
    pid_t root;
    pid_t runner;
    pid_t runner_session; /* targets live in sessions of their own: what is in ours is not theirs */
    struct cgroup *group; /* borrowed; its fd may be -1 */
    bool adopt_orphans;   /* no other cell runs, so an orphan is ours */
    struct tree_member *members;
    size_t count;
    size_t capacity;
    bool cut;            /* more than TREE_MEMBERS_MAX were seen */
    uint64_t updated_ns; /* when the snapshot of the last update was taken */
};

/** Starts a tree with its root process. `group` is borrowed. Returns -1 with ERROR_MEMORY. */
int tree_start(struct tree *tree, pid_t root, struct cgroup *group, struct error *error);

/**
 * Adds a child of this process to a tree, which may be zeroed. `companion` names one that stands by
 * the root as long as that lives, and may come before it; NULL: it is the root. Both are borrowed.
 * Returns -1 with ERROR_MEMORY.
 */
int tree_add(struct tree *tree, pid_t pid, const char *companion, struct cgroup *group,
             struct error *error);

/** Sends a signal to every living companion, and to what companions have started. */
void tree_signal_companions(const struct tree *tree, int signal_number);

/**
 * Brings the tree up to date with a snapshot taken at `now_ns`: notices new members and ended
 * ones, and marks its rows of the table as claimed.
 */
void tree_update(struct tree *tree, struct process_table *table, uint64_t now_ns);

/**
 * Takes in a child of the runner that has ended and is not collected yet, so that it can be named:
 * one that nobody had seen before its end, or not under its last name. Returns whether it belongs
 * to the tree.
 */
bool tree_take_ended(struct tree *tree, const struct process *process);

/** Drops the members that have ended, to make room for others while a tree is being killed. */
void tree_forget_ended(struct tree *tree);

/** Tells the tree that the runner has collected the status of a child. */
void tree_note_exit(struct tree *tree, pid_t pid, int status, uint64_t now_ns);

/** How many members are alive (zombies are not). Only as true as the last update. */
size_t tree_count_alive(const struct tree *tree);

/**
 * Whether nothing of the tree is left, for certain: a snapshot alone may miss a process that was
 * born while it was taken. Where there is no cgroup, every child of the runner is looked at that
 * belongs to the tree; one that has ended and is not known counts as left until it is collected,
 * for its own children may have become the runner's only after the snapshot. `table` is the one of
 * the last update.
 */
bool tree_is_gone(const struct tree *tree, const struct process_table *table);

/** Whether `pid` is or was a member. */
bool tree_has(const struct tree *tree, pid_t pid);

/**
 * Sends a signal to every living member; but TERM to no companion, which others may still need to
 * end well. A pid is signalled through a pidfd that is checked
 * against the member's start time, so that a reused number is never hit. KILL also goes to the
 * whole cgroup.
 */
void tree_signal(const struct tree *tree, int signal_number);

/**
 * Sends KILL to what has become a child of the runner and belongs to the tree, as soon as it is
 * met: where there is no cgroup, something that goes on in a new process every millisecond is gone
 * before a snapshot is complete. `table` says which children are nobody's; its rows are not looked
 * at.
 */
void tree_kill_orphans(struct tree *tree, const struct process_table *table);

/** Frees the members and closes their pidfds. */
void tree_release(struct tree *tree);

#endif
