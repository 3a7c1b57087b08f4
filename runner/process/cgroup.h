/* SPDX-License-Identifier: MIT */
#ifndef RO_CGROUP_H
#define RO_CGROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/**
 * Cgroup v2 as the exact answer to "whose process is this?": one group for the run and one below
 * it for each job, made where the machine lets us and done without where it does not (then the
 * child subreaper and the process tree have to do). No controller is switched on: the groups only
 * hold processes together. libcgroup is not used, because it can only move a process that is
 * already running, which makes the kernel wait out a grace period, and cannot write cgroup.kill.
 */
struct cgroup {
    int fd;          /* directory of the group, or -1 where there is none */
    bool killed;     /* cgroup_kill was used: see cgroup_renew */
    char path[4096]; /* its path, for removal */
};

/**
 * Makes a group for the whole run below the runner's own, under a name of its own, and locks it
 * (flock(2) on `fd`) for as long as the run lasts: by that other runs know that it is in use,
 * whichever pid namespace they are in. Returns false, and leaves fd at -1, where there is no cgroup
 * v2 that we may write to or the kernel has no cgroup.kill (before 5.14).
 */
bool cgroup_make_for_run(struct cgroup *run);

/**
 * Ends what is still in the groups of dead runs beside our own, and removes those groups; what is
 * in an uninterruptible sleep keeps its group until the next call after its end. Calls `ended`,
 * which may be NULL, with the path of each group that is gone and was not empty.
 */
void cgroup_sweep(void (*ended)(void *context, const char *path), void *context);

/** Makes a group for a job below `run`. Returns false where that fails; fd is then -1. */
bool cgroup_make_for_job(const struct cgroup *run, unsigned job, struct cgroup *out);

/**
 * Writes up to `capacity` pids of the group to `pids`. Returns how many there are (which may be
 * more than `capacity`), or 0 where there is no group.
 */
size_t cgroup_list(const struct cgroup *group, pid_t *pids, size_t capacity);

/**
 * Whether the process is in the group, or was to its end: a zombie is in no group's list, but says
 * itself where it was. False where there is no group.
 */
bool cgroup_has(const struct cgroup *group, pid_t pid);

/** Sends KILL to every process in the group at once (cgroup.kill). */
void cgroup_kill(struct cgroup *group);

/**
 * Puts a fresh group into the place of one that was killed, under another name: some kernels (6.18
 * is one) kill whatever is later born into a group that cgroup.kill was once written to. Does
 * nothing for a group that was not killed. Without a fresh group fd becomes -1.
 */
void cgroup_renew(struct cgroup *group);

/**
 * Removes the group if it is empty. Returns false while processes (an unkillable one, say) are
 * still in it; the directory then stays behind.
 */
bool cgroup_remove(struct cgroup *group);

#endif
