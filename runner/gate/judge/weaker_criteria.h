/* SPDX-License-Identifier: MIT */
#ifndef RO_DEPARTURES_H
#define RO_DEPARTURES_H

#include "gate/evidence/criteria.h"
#include "gate/evidence/reason.h"

/**
 * Lists each point in which `criteria` ask for less than `written` do: an issue, mode, shape or
 * subject file that is missing, fewer attempts, older evidence, anomalies or early waits that are
 * accepted, longer budgets or renames. Asking for more is no departure; waivers have rules of their
 * own. Each is added to `found` as REASON_WEAKER_CRITERIA. Returns 0, or -1 with ERROR_MEMORY.
 */
int weaker_criteria_list(const struct criteria *criteria, const struct criteria *written,
                         struct reason_list *found, struct error *error);

#endif
