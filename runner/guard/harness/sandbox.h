/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_SANDBOX_H
#define RO_GUARD_SANDBOX_H

#include "base/error.h"
#include "guard/harness/confinement.h"
#include "guard/harness/exec_policy.h"
#include "guard/harness/record_call.h"

#include <stddef.h>
#include <stdint.h>

/** What to run, and within which bounds. All pointers are borrowed for the call. */
struct sandbox_request {
    char *const *argv; /* argv[0] holds a slash */
    char *const *environment;
    const char *directory;
    const struct exec_policy *policy;
    const struct confinement *confinement;
    unsigned behaviour;   /* of the tools, see guard/recording_format.h */
    uint64_t timeout_ns;  /* for the harness and everything that it started */
    uint64_t grace_ns;    /* between TERM and KILL */
    unsigned tools_limit; /* more starts of recorders than this are too many */
    int interrupt_fd;     /* readable means: end now; -1 for none */
};

enum sandbox_end {
    SANDBOX_ENDED,   /* by itself, and so did everything that it had started */
    SANDBOX_STOPPED, /* we had to: `reason` says why */
};

struct sandbox_outcome {
    enum sandbox_end end;
    int status;                 /* of the harness, as wait(2) gives it; 0 when it never ended */
    bool endless;               /* stopped because it would not have ended by itself */
    char reason[1024];          /* "hangs: ...", "tries the network (...)" */
    unsigned tools;             /* how often a recorder was started */
    struct record_sink records; /* how, as they said themselves */
    unsigned left_alive;        /* processes that survived KILL and were left behind */
    uint64_t duration_ns;
    char *output; /* the last of what it wrote to its standard output and error; NUL at end */
    size_t output_size;
};

/**
 * Runs a harness in a session of its own: without network, with nothing on standard input, watched
 * by guard/harness/filter.h, until all that it started has ended or must be stopped: then TERM,
 * grace, KILL to all of it, also to what called setsid or lost its parent (the caller becomes a
 * child subreaper for the time of the call and must have no children of its own).
 *
 * Returns 0 with the outcome, to be freed with sandbox_outcome_free; or -1 with ERROR_ENVIRONMENT
 * (no seccomp, the program does not start), ERROR_INTERRUPTED, ERROR_DEADLINE or ERROR_MEMORY.
 * Nothing is left running then either, but what survives KILL.
 */
int sandbox_run(const struct sandbox_request *request, struct sandbox_outcome *outcome,
                struct error *error);

/** Frees the output and the records and clears the outcome. */
void sandbox_outcome_free(struct sandbox_outcome *outcome);

#endif
