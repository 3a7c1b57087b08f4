/* SPDX-License-Identifier: MIT */
#ifndef RO_LEFTOVERS_H
#define RO_LEFTOVERS_H

#include "base/error.h"
#include "base/json_build.h"

#include <limits.h>
#include <stdbool.h>

/**
 * What a run makes beside its documents, and who clears it away when the run was killed. While a
 * run lives, one of its processes holds a lock (flock(2)) on a file in each of its directories; it
 * ends with that process, whatever that ended by, and says the same in every pid namespace and, on
 * a network file system, on every host. A directory whose lock is free is a dead run's.
 *
 * All of this touches file systems that may never answer: it is for helper processes.
 */

/** In the scratch directory of a run that does not keep it, and in the directory of its documents
 * until all of them are written or none will be. */
#define SCRATCH_LOCK ".lock"
#define OUTPUT_LOCK ".running"
/** In a scratch directory of --keep, so that it is never empty: those are swept. */
#define SCRATCH_KEPT ".kept"

/**
 * Makes a scratch directory below `base` and, unless `keep`, locks it. Returns 0 with its path and
 * the lock (-1 with `keep`), or -1 with ERROR_ENVIRONMENT.
 */
int leftovers_make_scratch(const char *base, bool keep, char out[PATH_MAX], int *lock,
                           struct error *error);

/** Locks the directory of the documents, which was just made. Returns the lock, or -1 with errno
 * set; a sweep may have taken the directory by then. */
int leftovers_lock_output(int directory);

/** Removes a scratch directory, its lock last. Returns 0, or -1 with ERROR_ENVIRONMENT. */
int leftovers_remove_scratch(const char *path, struct error *error);

/**
 * Removes the control groups of dead runs with what is still in them, the scratch directories of
 * dead runs below `base`, and the spools (document.h) of dead runs below `output`, whose artifacts
 * stay; of runs that are over only spools with nothing in them. Appends what is gone now to
 * `swept`, an array; NULL for nobody to be told. What can't be removed stays for the next one.
 */
void leftovers_sweep(const char *base, const char *output, struct builder *builder, json_t *swept);

#endif
