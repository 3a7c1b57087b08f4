/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_INSIDE_H
#define RO_GUEST_INSIDE_H

#include <sys/types.h>

/**
 * waitpid(-1), but for a probe that lives longer than probes do: every half second, a number of
 * times, the console is told where in the kernel it is, and who else sleeps where nothing but an
 * answer wakes it. One line each:
 *
 *     RIN1 NONCE COMMAND STATE FUNCTION FUNCTION ...
 *
 * innermost function first. A guest that has stopped as a whole says nothing.
 */
pid_t inside_wait(pid_t probe, const char *nonce, int *status);

#endif
