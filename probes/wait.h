/* SPDX-License-Identifier: MIT */
#ifndef RO_WAIT_H
#define RO_WAIT_H

/**
 * Time for a second look. A guest may have no way to let time pass; on Nanvix nothing that the
 * probes may call does. Programs for such a guest are built without PROBE_CAN_WAIT and look once.
 */

enum {
    WAIT_TICK_MS = 100, /* shorter than any step budget: a line follows each */
    WAIT_TICKS = 30,    /* after one rename, over all checks */
};

/** Lets one tick pass. Returns whether it did: 0 where the guest can't. */
int wait_a_tick(void);

#endif
