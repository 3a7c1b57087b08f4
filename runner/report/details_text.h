/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_DETAILS_TEXT_H
#define RO_REPORT_DETAILS_TEXT_H

#include "base/error.h"
#include "report/model/model.h"

#include <stdio.h>

/**
 * Writes what is known about one attempt as plain text of several lines: the reason, the last
 * events with the call that did not come back, threads, ended and unkillable processes, the host's
 * view, anomalies, artifacts and the console's end. Foreign text is made visible (escape.h), so
 * every line feed is ours; escaping for a language is left to the caller. Returns 0, or -1 with
 * ERROR_MEMORY.
 */
int details_text_write(FILE *out, const struct attempt *attempt, struct error *error);

#endif
