/* SPDX-License-Identifier: MIT */
#ifndef RO_STANDARD_OUTPUT_H
#define RO_STANDARD_OUTPUT_H

#include "base/error.h"

#include <jansson.h>

/**
 * What a command prints is (part of) its answer, and an answer that did not arrive is none: no
 * command ends with 0 or 1 then. Commands print and go on; this is asked once, at the end.
 */

/** Opens, in a way that refuses, standard files that are closed, lest another file gets their
 * number and what is printed. To be called before anything is opened. */
void standard_files_occupy(void);

/** Prints a document and a newline. Returns 0, or -1 with ERROR_MEMORY. */
int standard_output_json(const json_t *document, struct error *error);

/** The exit code of a program that would end with `code`: argp_err_exit_status, after a line on
 * standard error, where something that it printed could not be written. A reader that went away had
 * enough. */
int standard_output_finish(int code);

#endif
