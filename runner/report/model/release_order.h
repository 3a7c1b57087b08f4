/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_RELEASE_ORDER_H
#define RO_REPORT_RELEASE_ORDER_H

#include "report/model/model.h"

/**
 * Puts a target's releases in order, the oldest first, and says in `ordered_by_version` how: by
 * version when each can be compared with each other one (see gate/evidence/release.h), otherwise
 * all of them by the time of the first run. Builds of the same release stand in the order of time.
 * A bisection runs older releases later, so time is the second choice.
 */
void report_order_releases(struct report_target *target);

#endif
