/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_FILTER_H
#define RO_GUARD_FILTER_H

#include "base/error.h"

/**
 * The seccomp filter around a harness (seccomp_unotify(2)): programs that are started, sockets that
 * are made, connections, messages with an address and what our recorders say are reported to us,
 * and wait for our answer. Chosen over a network namespace because it needs no privilege, works for
 * root and for users alike, and names the attempt. A process that outlives us gets ENOSYS from the
 * reported calls. io_uring, which could make sockets unseen, sendmmsg, what is shared with
 * strangers and no file (System V's and POSIX's queues, shared memory and semaphores, keyrings) and
 * system calls of a foreign architecture answer ENOSYS; a change of how another process runs
 * (priority, processors, limits) answers EPERM.
 */
struct filter {
    void *context;  /* a scmp_filter_ctx */
    int channel[2]; /* [0] ours, [1] the child's; the listener comes through it */
};

/** Builds the filter and the channel. Returns 0, or -1 with ERROR_ENVIRONMENT. */
int filter_prepare(struct filter *filter, struct error *error);

/**
 * Runs in the child, as `confine` of a spawn_request: closes inherited descriptors at exec, puts
 * the filter on and waits until the listener has been taken over. Returns 0, or -1 with errno set.
 */
int filter_confine_child(void *filter);

/**
 * Takes the listener over from the child of this pidfd within `timeout_ms`. Returns the descriptor;
 * or -1 when the child ended before (no error is set: the child's report has the reason), or with
 * ERROR_DEADLINE or ERROR_ENVIRONMENT.
 */
int filter_receive_listener(struct filter *filter, int pidfd, int timeout_ms, struct error *error);

/** Frees what filter_prepare made. */
void filter_release(struct filter *filter);

#endif
