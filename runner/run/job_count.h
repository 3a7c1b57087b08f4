/* SPDX-License-Identifier: MIT */
#ifndef RO_JOB_COUNT_H
#define RO_JOB_COUNT_H

#include "run/state.h"

/**
 * How many cells run at a time: as many as were asked for or as there are CPUs, but no more than
 * are planned, than fit into four fifths of the free memory, and than may have their files open.
 * The soft limit of open files is raised as far as needed first, within the hard one. The user is
 * told of every other number than asked for. Returns 0 with ERROR_ENVIRONMENT when not even one
 * cell could have its files open.
 */
unsigned job_count_choose(const struct run *run, struct error *error);

#endif
