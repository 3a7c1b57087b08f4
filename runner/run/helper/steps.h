/* SPDX-License-Identifier: MIT */
#ifndef RO_STEPS_H
#define RO_STEPS_H

#include "base/error.h"

#include <jansson.h>
#include <stdint.h>

/**
 * Executes the steps of a target's `setup`, `prepare` or `cleanup`, placeholders already replaced,
 * in order, until one fails:
 *   {"make_directory": PATH}          parents are made too; an existing directory is fine
 *   {"copy": FROM, "to": PATH}        a file with its mode, or a directory with all in it; with
 *                                     "only", a list of patterns, the files that match one
 *   {"write": PATH, "text": TEXT}
 *   {"run": [ARGV...], "deadline": S} status 0 wanted; what it printed goes into the error
 *   {"remove": PATH}                  a file or a directory with all in it; missing is fine
 * What is made or removed has to be of this run: somewhere in its path stands one of the names in
 * the array `own` (or that with a suffix, ".more"), and from there on no link is followed and, to
 * remove, no mount crossed. A program that is run may do anything. Returns 0, or -1 with an error
 * that names the step's object. For use in a deputy: it waits.
 */
int steps_execute(const json_t *steps, const json_t *own, struct error *error);

/** The question to a deputy that has it execute `steps`, which is stolen; own are the name of the
 * run's scratch directory and of the cell, which may be NULL. A new reference, or NULL. */
json_t *steps_request(json_t *steps, const char *scratch, const char *cell_name);

/** The longest time that the programs of these steps may take one by one, in nanoseconds. */
uint64_t steps_longest_tool_ns(const json_t *steps);

#endif
