/* SPDX-License-Identifier: MIT */
#ifndef RO_BOOT_TURN_H
#define RO_BOOT_TURN_H

#include <stdbool.h>
#include <stdint.h>

/**
 * The right to boot, for targets whose boot keeps every core busy: several at once give no more
 * boots a second, but make each of them slow. It is held from the launch to the guest's first
 * line, so a guest that hangs later holds up nobody. One for all cells of a run; zeroed, it is
 * free.
 */
struct boot_turn {
    const void *holder; /* compared only, never followed; NULL: free */
    uint64_t until_ns;  /* a boot that takes longer no longer keeps others waiting */
};

/** Takes the turn for `holder` if it is free, or was held for a second. Returns whether it did. */
bool boot_turn_take(struct boot_turn *turn, const void *holder, uint64_t now_ns);

/** Gives the turn back; does nothing when `holder` does not have it. */
void boot_turn_give(struct boot_turn *turn, const void *holder);

/** When it is worth while to ask again, on CLOCK_MONOTONIC: 0, at once, when the turn is free. */
uint64_t boot_turn_next(const struct boot_turn *turn);

#endif
