/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_HISTORY_H
#define RO_REPORT_HISTORY_H

#include "report/model/model.h"

/**
 * What a cell was before: the same cell in the newest older release in which it ran at all, or
 * NULL. `release` counts from 0, the oldest; `shape` is the model's number of it.
 */
const struct report_cell *history_before(const struct report_target *target, size_t release,
                                         size_t shape);

/** Whether two cells say different things: other standings, or hangs of another kind. */
bool history_differs(const struct report_cell *before, const struct report_cell *now);

/**
 * Whether a cell is another than it was before. A cell that did not run has changed nothing, and
 * neither has the first one that did.
 */
bool history_changed(const struct report_target *target, size_t release, size_t shape);

#endif
