/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_JUDGE_H
#define RO_GUARD_JUDGE_H

#include "guard/guard.h"
#include "guard/harness/sandbox.h"
#include "guard/judging/guest_start.h"

/** All that is known about one run of the harness; borrowed. */
struct run_evidence {
    const struct guard_scenario *scenario;
    const struct sysroot *sysroot;
    const struct sandbox_outcome *outcome;
    const struct recording *recording;
    const struct guest_start_list *starts;
    const char *const *modules;
    size_t modules_given;
    bool confined;      /* it could not write elsewhere */
    const char *damage; /* why there is no recording, or NULL */
};

/** Starts the report of a mode. */
void judge_begin(struct guard_mode_report *report, const struct guard_mode *mode);

/** Adds what a run shows to the report of its mode. Returns 0, or -1 with ERROR_MEMORY. */
int judge_run(struct guard_mode_report *report, const struct run_evidence *evidence,
              struct error *error);

/**
 * Says that a mode's runs were cut short, so that at best nobody can tell. Returns 0, or -1 with
 * ERROR_MEMORY.
 */
int judge_cut_short(struct guard_mode_report *report, const char *reason, struct error *error);

/** Ends the report of a mode: a protected one gets its reason. Returns 0, or -1 with
 * ERROR_MEMORY. */
int judge_end(struct guard_mode_report *report, struct error *error);

#endif
