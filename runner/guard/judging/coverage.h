/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_COVERAGE_H
#define RO_GUARD_COVERAGE_H

#include "guard/guard.h"
#include "guard/survey/survey.h"

/**
 * Fills the report's gaps: what the runs of a finished check did not show, so that "protected" says
 * no more than was seen. Returns 0, or -1 with ERROR_MEMORY.
 */
int coverage_collect(struct guard_report *report, const struct guard_options *options,
                     const struct harness_survey *survey, struct error *error);

#endif
