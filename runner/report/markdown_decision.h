/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_MARKDOWN_DECISION_H
#define RO_REPORT_MARKDOWN_DECISION_H

#include "report/report.h"

/** Writes the gate's decision, or that there is none. Returns 0, or -1 with ERROR_MEMORY. */
int markdown_write_decision(FILE *out, const struct report *report, struct error *error);

#endif
