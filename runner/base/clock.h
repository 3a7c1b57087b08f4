/* SPDX-License-Identifier: MIT */
#ifndef RO_CLOCK_H
#define RO_CLOCK_H

#include <stdint.h>
#include <time.h>

#define NS_PER_US UINT64_C(1000)
#define NS_PER_MS UINT64_C(1000000)
#define NS_PER_S UINT64_C(1000000000)

/** Nanoseconds on CLOCK_MONOTONIC, which a change of the wall clock does not touch. */
static inline uint64_t clock_now_ns(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/** Nanoseconds as milliseconds, rounded to the microsecond that documents store. */
static inline double clock_ns_to_ms(uint64_t ns)
{
    uint64_t whole_us = ns / NS_PER_US;
    return (double)whole_us / 1000.0;
}

/** Writes the wall clock in UTC as "2026-11-22T21:00:00Z". */
static inline void clock_write_utc(time_t when, char out[static 32])
{
    struct tm parts;
    (void)gmtime_r(&when, &parts);
    (void)strftime(out, 32, "%Y-%m-%dT%H:%M:%SZ", &parts);
}

#endif
