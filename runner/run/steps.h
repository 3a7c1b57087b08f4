/* SPDX-License-Identifier: MIT */
#ifndef RO_STEPS_H
#define RO_STEPS_H

#include "base/error.h"

#include <jansson.h>

/**
 * Executes the steps of a target's `setup`, `prepare` or `cleanup`, placeholders already replaced,
 * in order, until one fails:
 *   {"make_directory": PATH}          parents are made too; an existing directory is fine
 *   {"copy": FROM, "to": PATH}        a file with its mode, or a directory with all in it
 *   {"write": PATH, "text": TEXT}
 *   {"run": [ARGV...], "deadline": S} status 0 wanted; what it printed goes into the error
 *   {"remove": PATH}                  a file or a directory with all in it; missing is fine
 * Returns 0, or -1 with an error that names the step's object. For use in a deputy: it waits.
 */
int steps_execute(const json_t *steps, struct error *error);

/** Removes a file or a directory tree; follows no symbolic link, crosses no mount point; missing
 * is fine. Returns 0, or -1 with ERROR_ENVIRONMENT. */
int remove_tree(const char *path, struct error *error);

#endif
