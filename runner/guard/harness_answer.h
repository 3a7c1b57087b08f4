/* SPDX-License-Identifier: MIT */
#ifndef RO_HARNESS_ANSWER_H
#define RO_HARNESS_ANSWER_H

#include "base/error.h"

#include <jansson.h>

/** What was found out about the harness that a decision is about (guard/guard.h). */
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

#endif
