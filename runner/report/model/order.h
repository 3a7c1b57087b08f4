/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_MODEL_ORDER_H
#define RO_REPORT_MODEL_ORDER_H

#include "report/model/model.h"

/**
 * The order of things in a report. It depends on the documents only, never on the order in which
 * they were given, so that the same set always makes the same report.
 */

/** By the time they were started, then by run and digest. */
void report_order_documents(struct report_model *model);

/** The six gating shapes as the design lists them, then other gating ones, then the informing. */
void report_order_shapes(struct report_model *model);

/** Nanvix, then doubles, then reference targets; by mode, then by name. */
void report_order_targets(struct report_model *model);

#endif
