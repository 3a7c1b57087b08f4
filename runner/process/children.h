/* SPDX-License-Identifier: MIT */
#ifndef RO_CHILDREN_H
#define RO_CHILDREN_H

#include "process/cgroup.h"

#include <stdint.h>

/** Processes by number; borrowed. */
struct pid_span {
    const pid_t *pids;
    size_t count;
};

/**
 * Ends every child of this process, which is a child subreaper, and so all that any of them has
 * started: whatever loses its parent becomes a child of ours before the parent can be collected.
 * KILL goes to each as long as there are new ones, and to all of `group`, if there is one.
 *
 * Waits for what sleeps uninterruptibly for `stuck_ns`, and up to `excused_ns` longer while others
 * want CPUs in vain; for everything at most a minute. `spared` are children that are none of our
 * business, `known` are such as are known not to end, which are not waited for. Returns how many
 * are left alive, the latter not counted. SIGCHLD must be blocked; it is taken off the pending
 * signals.
 */
size_t children_end(struct cgroup *group, struct pid_span spared, struct pid_span known,
                    uint64_t stuck_ns, uint64_t excused_ns);

#endif
