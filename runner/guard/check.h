/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_CHECK_H
#define RO_GUARD_CHECK_H

/* What the parts of guard_check share: check.c prepares it, schedule.c runs the modes, and
 * scenario_run.c one scenario in one of them. */

#include "guard/guard.h"
#include "guard/harness/harness_command.h"
#include "guard/harness/worker.h"
#include "guard/survey/survey.h"
#include "guard/sysroot.h"

/* How far a mode has come. */
struct progress {
    struct guard_mode_report *report;
    const struct guard_scenario *next;
    const struct guard_scenario *current; /* NULL while none runs */
    struct sysroot sysroot;
    struct string_list environment;
    struct string_list modules;
    struct worker worker;
    bool left_out; /* a scenario was not asked for */
    bool over;
};

/* A check in progress. */
struct check {
    const struct guard_options *options;
    struct guard_report *report;
    struct error *error;
    struct scratch scratch;
    struct harness_command command;
    struct harness_survey survey;
    struct string_list allowed;
    struct string_list writable;
    struct string_list executable; /* what the kernel lets be started, but for the room */
    struct progress *progress;     /* of each mode of the report */
    size_t running;
    size_t asleep;  /* those of them that only wait for guests that do not end */
    unsigned rooms; /* made so far */
    bool given_up;  /* the harness does not end by itself: no more runs */
    bool no_limit;  /* its time limit can't be made short: no more tries */
};

/** Runs every selected mode, several at once, and ends their reports. */
int schedule_modes(struct check *check);

/** Starts the next scenario of a mode. */
int scenario_run_start(struct check *check, struct progress *progress);

/** Collects and judges the scenario that runs, and removes its room. */
int scenario_run_end(struct check *check, struct progress *progress);

#endif
