/* SPDX-License-Identifier: MIT */
#ifndef RO_WATCHED_CALL_H
#define RO_WATCHED_CALL_H

#include "guard/harness/exec_policy.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct seccomp_notif;

/** What to answer to a system call that the filter reported. */
struct call_answer {
    int error_number;    /* 0: the call goes on; else it fails with this errno */
    bool starts_tool;    /* the call starts a recorder */
    bool violates;       /* the harness is to be stopped */
    bool withdrawn;      /* the caller is gone, nobody waits for an answer */
    char what[PATH_MAX]; /* for a violation: "calls ...", "tries the network (...)" */
};

/**
 * Judges a reported call: an execve or execveat by the policy; a socket of any family but AF_UNIX
 * is a try of the network (AF_NETLINK, which only asks the kernel, is refused quietly); a
 * connection or a message to a service outside the scratch directory is one, too, when there is
 * such a service. Reads the caller's memory, and checks with `listener` that it is still the
 * caller's.
 */
void watched_call_judge(const struct seccomp_notif *call, int listener,
                        const struct exec_policy *policy, struct call_answer *answer);

/** Reads up to `size` bytes from another process's memory. Returns how many could be read. */
size_t caller_memory_read(pid_t pid, uint64_t address, void *out, size_t size);

#endif
