/* SPDX-License-Identifier: MIT */
#ifndef RO_PRESSURE_H
#define RO_PRESSURE_H

#include <stdint.h>

/**
 * For how long, since the machine started, some process wanted a CPU and had none, in nanoseconds:
 * "some" of /proc/pressure/cpu (Linux, Documentation/accounting/psi.rst). 0 where the kernel does
 * not tell.
 */
uint64_t pressure_stalled_ns(void);

/** How much that has become since an earlier reading: how far what happened since then may have
 * been slowed down by other work. */
uint64_t pressure_stalled_since(uint64_t earlier_ns);

/** Reads that figure from a text in that file's format; 0 if it is not there. */
uint64_t pressure_parse(const char *text);

#endif
