/* SPDX-License-Identifier: MIT */
/* Preloaded: a wall clock that somebody sets back by an hour after it was looked at once. */
#include <time.h>

time_t time(time_t *out)
{
    static time_t set_back_by;
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    now.tv_sec -= set_back_by;
    set_back_by = 3600;
    if (out != NULL)
        *out = now.tv_sec;
    return now.tv_sec;
}
