/* SPDX-License-Identifier: MIT */
#ifndef RO_PATIENCE_H
#define RO_PATIENCE_H

#include "process/meter.h"

/**
 * How long a helper process (a deputy, or a tool that it runs) is waited for: until it has been
 * silent for its budget. Silent is who used no CPU time: a call that never returns uses none,
 * while a helper that removes a file every second on a slow file system uses a little each time,
 * and is waited for. The budget is charged like those of a cell: only with time in which the one
 * who waits ran, and in which the helper and what it has started could have run. But nothing is
 * waited for longer than `longest_ns`. Times in nanoseconds of CLOCK_MONOTONIC.
 */
struct patience {
    pid_t helper;
    uint64_t budget_ns;
    uint64_t longest_ns;
    uint64_t began_ns;
    uint64_t expected_ns; /* look again then; what comes later than that is not charged */
    struct meter meter;
    struct tree tree; /* of the helper; empty until it is first looked at */
};

/** The usual bound, as a multiple of the budget. */
enum { PATIENCE_TIMES = 10 };

/** Begins to wait for `helper`, a child of the caller that is not collected, at `now_ns`. */
void patience_start(struct patience *patience, pid_t helper, uint64_t budget_ns,
                    uint64_t longest_ns, uint64_t now_ns);

/**
 * Charges the time up to `now_ns` when it is time to look (`expected_ns`), and says whether the
 * wait is over. `table` is scanned if it is empty.
 */
bool patience_is_over(struct patience *patience, uint64_t now_ns, struct process_table *table);

/** Waits until `fd` can be read, or it is time to look. Returns false when the wait is over. */
bool patience_poll(struct patience *patience, int fd);

/** Why a wait is over, for a person: the file system was silent, or too slow. */
void patience_describe(const struct patience *patience, char *out, size_t size);

/** Frees what the wait needed; a zeroed one is allowed, and it may be called twice. */
void patience_release(struct patience *patience);

#endif
