/* SPDX-License-Identifier: MIT */
#include "probe.h"

#include "wait.h"

#ifdef PROBE_CAN_WAIT

#include <time.h>

int wait_a_tick(void)
{
    const struct timespec tick = {.tv_nsec = WAIT_TICK_MS * 1000000L};
    return nanosleep(&tick, NULL) == 0;
}

#else

int wait_a_tick(void)
{
    return 0;
}

#endif
