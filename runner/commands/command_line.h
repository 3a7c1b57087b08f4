/* SPDX-License-Identifier: MIT */
#ifndef RO_COMMAND_LINE_H
#define RO_COMMAND_LINE_H

#include <argp.h>
#include <stdbool.h>

/**
 * The last options of every command's table. argp's own would end with 0 wherever they stand, and
 * an exit code of 0 is an answer.
 */
#define COMMAND_LINE_HELP                                                                          \
    {"help", COMMAND_LINE_KEY_HELP, NULL, 0, "Print this help and end; takes nothing beside it",   \
     -1},                                                                                          \
    {                                                                                              \
        "usage", COMMAND_LINE_KEY_USAGE, NULL, 0, "Print the options in short and end", -1         \
    }

enum { COMMAND_LINE_KEY_HELP = 0x7f01, COMMAND_LINE_KEY_USAGE };

/**
 * Parses a subcommand's arguments into `input`, as argp does, and takes nothing that could have
 * been meant otherwise:
 * - an option is written whole (argp would complete "--us"), and is one of the table;
 * - --help, --usage and the option called `alone` (NULL: none) are the only argument;
 * - what looks like an option and is the name of a file, which a `*` of a shell may have put there,
 *   is refused, and so are empty words and values.
 * Returns 0, or argp_err_exit_status after a line on standard error. Ends the program after --help
 * and --usage with 0, or 2 where they could not be printed, and on all that argp itself finds wrong
 * with argp_err_exit_status.
 */
int command_line_parse(const struct argp *parser, const char *alone, int argc, char **argv,
                       void *input);

/** Ends the program as argp_error does, with the name of the option that has this key before the
 * reason. */
__attribute__((format(printf, 3, 4))) void command_line_refuse(const struct argp_state *state,
                                                               int key, const char *format, ...);

/** Whether a word could be an option and is the name of a file in its place. */
bool command_line_is_file(const char *word);

#endif
