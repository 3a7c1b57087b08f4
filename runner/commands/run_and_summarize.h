/* SPDX-License-Identifier: MIT */
#ifndef RO_RUN_AND_SUMMARIZE_H
#define RO_RUN_AND_SUMMARIZE_H

#include "run/run.h"

/**
 * Does what `rename-oracle run` does with these arguments, fills `summary` and returns the exit
 * code of `run`. `text` is what --help says before and, behind a \v, after the options (argp).
 * A mistyped command line ends the program with argp_err_exit_status.
 */
int run_and_summarize(int argc, char **argv, const char *text, struct run_summary *summary);

#endif
