/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_WORKER_H
#define RO_GUARD_WORKER_H

#include "guard/harness/sandbox.h"

#include <stdint.h>
#include <sys/types.h>

/**
 * A run of the harness in a process of its own, so that several can go on at once: sandbox_run
 * takes whatever its process inherits for a part of the one harness that it watches.
 */
struct worker {
    pid_t pid;
    int pidfd;       /* readable when the run is over */
    int result;      /* a file in memory */
    uint64_t due_ns; /* by when it has to be over */
};

/**
 * Starts a run; `interrupt_fd` of the request does not count, see worker_stop. It has a copy of all
 * that the request points to. Returns 0, or -1 with ERROR_ENVIRONMENT or ERROR_MEMORY.
 */
int worker_start(struct worker *worker, const struct sandbox_request *request, struct error *error);

/** Asks a run to end now: it will be ERROR_INTERRUPTED. */
void worker_stop(const struct worker *worker);

/**
 * Waits for the end of a run and takes its outcome over, as sandbox_run returns it. ERROR_INTERNAL
 * when the process died, or had to be killed as it was not over in time.
 */
int worker_collect(struct worker *worker, struct sandbox_outcome *outcome, struct error *error);

#endif
