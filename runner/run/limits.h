/* SPDX-License-Identifier: MIT */
#ifndef RO_LIMITS_H
#define RO_LIMITS_H

#include "base/error.h"

#include <stdint.h>

/**
 * Whether this process may use CPU time for as long as a cell may take, as whatever it starts
 * inherits the limit: a guest that spins would be killed by it and look like one that crashed.
 * Returns 0, or -1 with ERROR_ENVIRONMENT.
 */
int limits_allow(uint64_t longest_cell_ns, struct error *error);

#endif
