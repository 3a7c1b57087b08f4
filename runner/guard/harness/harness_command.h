/* SPDX-License-Identifier: MIT */
#ifndef RO_HARNESS_COMMAND_H
#define RO_HARNESS_COMMAND_H

#include "base/error.h"
#include "guard/string_list.h"

#include <limits.h>
#include <stdbool.h>

/** How a harness is called. */
struct harness_command {
    char harness[PATH_MAX];   /* canonical path of the harness */
    char program[PATH_MAX];   /* path of argv[0], absolute */
    struct string_list words; /* argv with {harness} and {module} in it */
    bool takes_modules;       /* {module} is in it */
};

/**
 * Prepares the call of the harness at `path`. `command` is split at spaces ('...', "..." and \
 * quote); {harness} in a word is replaced by the harness, a word with {module} in it is repeated
 * once for each module. NULL means: the harness itself if it is executable, python3 for a .py and
 * sh for a .sh file, each followed by {module}. argv[0] is looked up along `search_path`.
 *
 * Returns 0 with a command to be freed with harness_command_free; or -1 with ERROR_INPUT (no such
 * file, not a regular one), ERROR_USAGE (a bad `command`, or none although one is needed) or
 * ERROR_MEMORY.
 */
int harness_command_prepare(const char *path, const char *command, const char *search_path,
                            struct harness_command *out, struct error *error);

/** Builds argv for these modules. Returns 0, or -1 with ERROR_MEMORY. */
int harness_command_build(const struct harness_command *command, size_t module_count,
                          const char *const *modules, struct string_list *argv,
                          struct error *error);

/** Frees the words and clears the command. */
void harness_command_free(struct harness_command *command);

#endif
