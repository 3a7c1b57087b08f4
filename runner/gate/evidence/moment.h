/* SPDX-License-Identifier: MIT */
#ifndef RO_MOMENT_H
#define RO_MOMENT_H

#include <stdbool.h>
#include <stdint.h>

/** Seconds since 1970 in UTC; signed, so that differences are plain. */
typedef int64_t moment;

/** Reads "2026-11-22T21:00:00Z". False for anything else, days that do not exist included. */
bool moment_parse(const char *text, moment *out);

#endif
