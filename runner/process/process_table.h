/* SPDX-License-Identifier: MIT */
#ifndef RO_PROCESS_TABLE_H
#define RO_PROCESS_TABLE_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/** One process as /proc/PID/stat tells it (proc(5)). */
struct process {
    pid_t pid;
    pid_t parent;
    pid_t session;
    char state;          /* R, S, D, T, t, Z, X, I; of the first thread */
    long threads;        /* that have not ended, and the first in any case */
    int exit_code;       /* wait(2) status; of a zombie only, and only if we may see it */
    uint64_t start_time; /* clock ticks since boot; with the pid it names a process for good */
    uint64_t cpu_ticks;  /* user and system time used, in clock ticks */
    bool claimed;        /* somebody in the runner has said whose it is (see tree_update) */
    char comm[32];
};

/** More helpers of its own, and processes that it had to leave behind, than this are not told from
 * a target's. */
#define PROCESS_TABLE_OWN_MAX 2336

/** A snapshot of all processes, sorted by pid. */
struct process_table {
    struct process *rows;
    size_t count;
    size_t capacity;
    /* Children of the runner that are none of the cells' that run: every scan marks them as
     * claimed. */
    pid_t own[PROCESS_TABLE_OWN_MAX];
    size_t own_count;
};

/**
 * Reads one process. Returns false when there is no such process (any more).
 * Only files of /proc that take no lock of the process's address space are read here and
 * elsewhere in this room: `cmdline`, `environ` and `maps` can block for ever on a process that is
 * stuck in a page fault, and the runner must never wait for what it watches.
 */
bool process_read(pid_t pid, struct process *out);

/** The same for any file in the format of /proc/PID/stat, such as /proc/PID/task/TID/stat. */
bool process_read_file(const char *path, pid_t pid, struct process *out);

/**
 * Whether a process has ended, collected or not. One whose first thread is a zombie has not while
 * others of its threads live: it can't be collected, and may be stuck for ever.
 */
bool process_has_ended(const struct process *process);

/** Whether a child of the runner is among its own (see struct process_table), and so no cell's. */
bool process_table_owns(const struct process_table *table, pid_t pid);

/** Takes a new snapshot; keeps the memory of the last one. Returns -1 with ERROR_MEMORY or
 * ERROR_ENVIRONMENT (no /proc). */
int process_table_scan(struct process_table *table, struct error *error);

/** More children than this are not listed at once. */
enum { PROCESS_CHILDREN_MAX = 4096 };

/**
 * Lists the children of this process as the kernel keeps them, which takes so little time that it
 * meets one, too, that goes on in a new process every millisecond: a walk over all of /proc comes
 * too late for that. Returns how many were written to `pids`, or -1 where there is no such list (an
 * option of the kernel). For a program of one thread.
 */
ssize_t process_list_children(pid_t pids[static PROCESS_CHILDREN_MAX]);

/** The row of a pid, or NULL. */
struct process *process_table_find(const struct process_table *table, pid_t pid);

/** Frees the rows; the table can be used again. */
void process_table_release(struct process_table *table);

/**
 * Reads a whole small file of /proc into `out` as a string; at most size-1 bytes. Returns the
 * length, or -1 with errno set.
 */
ssize_t proc_read(const char *path, char *out, size_t size);

#endif
