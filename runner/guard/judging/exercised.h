/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_EXERCISED_H
#define RO_GUARD_EXERCISED_H

#include "guard/judging/judge.h"

/**
 * Why a run did not show what its scenario is for, a string constant; NULL if it did. Whoever never
 * asks a tool for help, for example, is not hurt by getting none.
 */
const char *exercised_idleness(const struct guard_run *run, const struct run_evidence *evidence);

/** What of the mode's kind was missing in all that was booted, likewise. */
const char *exercised_missing_kind(const struct guard_mode_report *report);

#endif
