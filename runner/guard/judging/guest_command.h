/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_COMMAND_H
#define RO_GUEST_COMMAND_H

#include "base/error.h"
#include "guard/string_list.h"

#include <stdbool.h>
#include <stddef.h>

/** One program that Nanvix would start in a guest, after nanvixd's own taking apart. */
struct guest_command {
    char *program;                  /* its path, never NULL */
    char *name;                     /* ARGV0 of an image entry, or NULL */
    struct string_list arguments;   /* without the program's name */
    struct string_list environment; /* "K=V" */
    struct string_list dropped;     /* elements that nanvixd would not pass on */
};

/**
 * What nanvixd makes of the elements behind its "--": the first is the program, the rest are split
 * at spaces (there is no quoting); the environment is what follows the first ';' that has no '\'
 * before it, split at spaces; the elements behind the one with that ';' are dropped. `\;` becomes
 * ';'. In the environment a bare ';' ends a value, which can only take protection away.
 *
 * `count` is at least 1. The result is the caller's, to be freed with guest_command_free. Returns
 * 0, or -1 with ERROR_MEMORY.
 */
int guest_command_from_elements(size_t count, const char *const *elements,
                                struct guest_command *out, struct error *error);

/**
 * What mkimage puts into an image for one entry `PATH;ARGV0 ARG...[;ENV...]`. An entry without a
 * ';' is a path alone. Ownership and errors as above.
 */
int guest_command_from_image_entry(const char *entry, struct guest_command *out,
                                   struct error *error);

/** Frees what the command holds and clears it. */
void guest_command_free(struct guest_command *command);

#endif
