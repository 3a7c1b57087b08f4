/* SPDX-License-Identifier: MIT */
#ifndef RO_PRESSURE_H
#define RO_PRESSURE_H

#include <stdint.h>

/**
 * For how long, since the machine started, some process wanted a CPU, the disk or memory and had to
 * wait, in nanoseconds: "some" of the files in /proc/pressure (Linux,
 * Documentation/accounting/psi.rst), added up. What the kernel does not tell counts as 0.
 */
uint64_t pressure_stalled_ns(void);

/** How much that has become since an earlier reading, but no more than `most_ns`: how far what
 * happened since then may have been slowed down by other work. As two may wait at once, it can be
 * longer than the time itself. */
uint64_t pressure_stalled_since(uint64_t earlier_ns, uint64_t most_ns);

/** Reads that figure from a text in that file's format; 0 if it is not there. */
uint64_t pressure_parse(const char *text);

#endif
