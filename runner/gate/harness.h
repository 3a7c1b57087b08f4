/* SPDX-License-Identifier: MIT */
#ifndef RO_GATE_HARNESS_H
#define RO_GATE_HARNESS_H

#include "base/error.h"
#include "gate/gate.h"

#include <jansson.h>

/** What the guard (guard/guard.h) found out about the harness that the decision is about. */
enum harness_status {
    HARNESS_NOT_CHECKED,
    HARNESS_PROTECTED,     /* every guest Python that was seen has -B or its variable */
    HARNESS_UNPROTECTED,   /* somewhere it is missing */
    HARNESS_NOT_EXERCISED, /* too little was started to say anything */
    HARNESS_UNKNOWN,       /* nobody can tell */
};

struct harness_options {
    const char *path;         /* NULL: there is no harness to check */
    const char *command;      /* as for guard; NULL for the usual one */
    const char *const *modes; /* as for guard; none means all */
    size_t mode_count;
    int interrupt_fd; /* readable means: end now; -1 for none */
};

/**
 * Runs the guard, unless there is no harness, and describes what it found under the decision's key
 * `harness`. Returns 0 with a status, or -1 with the guard's errors.
 */
int harness_check(const struct harness_options *options, json_t *decision,
                  enum harness_status *status, struct error *error);

/**
 * The exit code of the two answers together: 0 may be removed, 1 keep, 2 can't decide, 3 keep but
 * missing. A harness that was not exercised or can't be judged while -B has to stay leaves the
 * whole undecided.
 */
int harness_exit_code(enum gate_answer answer, enum harness_status status);

#endif
