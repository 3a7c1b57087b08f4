/* SPDX-License-Identifier: MIT */
#include "run/cell/boot_turn.h"

#include "base/clock.h"

#include <stddef.h>

/* Several times an ordinary boot. A guest that never comes up has the whole boot budget for that,
 * but the others do not wait for it. */
#define LONGEST_NS NS_PER_S

bool boot_turn_take(struct boot_turn *turn, const void *holder, uint64_t now_ns)
{
    if (turn->holder != NULL && now_ns < turn->until_ns)
        return false;
    *turn = (struct boot_turn){.holder = holder, .until_ns = now_ns + LONGEST_NS};
    return true;
}

void boot_turn_give(struct boot_turn *turn, const void *holder)
{
    if (turn->holder == holder)
        *turn = (struct boot_turn){0};
}

uint64_t boot_turn_next(const struct boot_turn *turn)
{
    return turn->holder == NULL ? 0 : turn->until_ns;
}
