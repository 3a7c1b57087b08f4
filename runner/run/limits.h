/* SPDX-License-Identifier: MIT */
#ifndef RO_LIMITS_H
#define RO_LIMITS_H

#include "base/error.h"
#include "run/state.h"

#include <stdint.h>

/**
 * Whether this process may use CPU time for as long as a cell may take, as whatever it starts
 * inherits the limit: a guest that spins would be killed by it and look like one that crashed.
 * Returns 0, or -1 with ERROR_ENVIRONMENT.
 */
int limits_allow(uint64_t longest_cell_ns, struct error *error);

/**
 * How many cells run at a time: as many as were asked for or as there are CPUs, but no more than
 * are planned, than fit into four fifths of the free memory, and than may have their files open.
 * The soft limit of open files is raised as far as needed first, within the hard one. The user is
 * told of every other number than asked for. Returns 0 with ERROR_ENVIRONMENT when not even one
 * cell could have its files open.
 */
unsigned job_count_choose(const struct run *run, struct error *error);

#endif
