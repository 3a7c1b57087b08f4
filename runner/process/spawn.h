/* SPDX-License-Identifier: MIT */
#ifndef RO_SPAWN_H
#define RO_SPAWN_H

#include "base/error.h"

#include <stddef.h>
#include <sys/types.h>

/** What a child is to be. Pointers are borrowed for the call. */
struct spawn_request {
    char *const *argv;        /* argv[0] is looked up nowhere: it must hold a slash */
    char *const *environment; /* whole environment of the child */
    const char *directory;    /* working directory, or NULL for the parent's own */
    int stdin_fd;
    int stdout_fd;
    int stderr_fd;
    const int *more_fds; /* what it gets besides, as descriptors 3, 4... */
    size_t more_count;   /* at most SPAWN_MORE_MAX */
    int cgroup_fd;       /* directory of a cgroup v2 to be born into, or -1 */

    /* Called in the child as its last deed before exec, to confine it; NULL for nothing. Returns 0,
     * or -1 with errno set, and then the child never becomes the program. */
    int (*confine)(void *data);
    void *confine_data;
};

enum { SPAWN_MORE_MAX = 16 };

/**
 * A small process that starts others for this one, whose children they become at once (clone(2),
 * CLONE_PARENT). A fork copies page tables, and makes every page fault that its parent writes to
 * afterwards; for a runner that is as much as all the rest of a native cell.
 */
struct spawner {
    pid_t pid;
    int fd;
};

/** Starts a spawner; it ends with this process, or when its `fd` is closed. Returns 0, or -1 with
 * ERROR_ENVIRONMENT. */
int spawner_start(struct spawner *spawner, struct error *error);

/**
 * Starts a process in a session of its own, so that it has no terminal and never gets the parent's;
 * with default signal handling, no core files, and KILL as its parent-death signal. `spawner`
 * may be NULL or gone: then the child is a copy of the caller, as it always is for one to confine.
 * Returns its pid, or -1 with what error_set_errno makes of EAGAIN, ENOMEM and the like. Nobody
 * waits for the exec: a program or a directory on a file system that does not answer may never get
 * so far. `*report` receives a descriptor, for spawn_failure and to be closed.
 */
pid_t spawn_process(struct spawner *spawner, const struct spawn_request *request, int *report,
                    struct error *error);

/**
 * Why a child never became the program: an errno, and in `*step` what failed ("chdir", "execve"...,
 * a string constant). 0 while nothing has failed. `report` may be -1. To be asked once.
 */
int spawn_failure(int report, const char **step);

#endif
