/* SPDX-License-Identifier: MIT */
#ifndef RO_SPAWN_H
#define RO_SPAWN_H

#include "base/error.h"

#include <stdbool.h>
#include <sys/types.h>

/** What a child is to be. Pointers are borrowed for the call. */
struct spawn_request {
    char *const *argv;        /* argv[0] is looked up nowhere: it must hold a slash */
    char *const *environment; /* whole environment of the child */
    const char *directory;    /* working directory, or NULL for the runner's own */
    int stdin_fd;
    int stdout_fd;
    int stderr_fd;
    int cgroup_fd; /* directory of a cgroup v2 to be born into, or -1 */

    /* Called in the child as its last deed before exec, to confine it; NULL for nothing. Returns 0,
     * or -1 with errno set, and then the child never becomes the program. Such a child is a copy of
     * its parent; any other shares its memory until exec, which is much faster. */
    int (*confine)(void *data);
    void *confine_data;
};

/**
 * Where a child tells how far it got before exec, in memory that it shares with the runner, so
 * that nobody has to wait for the exec: a program or a directory on a file system that does not
 * answer may never get that far.
 */
struct spawn_report {
    int failed_errno;        /* 0 while nothing failed */
    const char *failed_step; /* "chdir", "execve", ...; a string constant */
};

/**
 * Starts a process in a session of its own, so that it has no terminal and never gets the
 * runner's; with default signal handling, no core files, and KILL as its parent-death signal.
 * Returns its pid, or -1 with what error_set_errno makes of EAGAIN, ENOMEM and the like. `report`
 * receives memory that stays valid until spawn_report_free; its fields say after the child's end
 * whether it ever became the program.
 */
pid_t spawn_process(const struct spawn_request *request, struct spawn_report **report,
                    struct error *error);

/** Frees a report; NULL is allowed. The child must have ended or have been given up; the memory of
 * one that is still on its way to exec, and may be for ever, is left to it. */
void spawn_report_free(struct spawn_report *report);

#endif
