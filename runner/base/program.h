/* SPDX-License-Identifier: MIT */
#ifndef RO_PROGRAM_H
#define RO_PROGRAM_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * The one look-up of programs by name, for what is only asked for and for what is then started:
 * PATH, or without one /usr/bin and /bin, and behind it the places of administration tools, which
 * an ordinary user's PATH often lacks (mkfs.fat on Debian). A name with a '/' is a path. Writes the
 * path to `out`; returns 0, or -1 with ERROR_ENVIRONMENT.
 */
int program_find(const char *name, char *out, size_t size, struct error *error);

/** The same in a list of directories such as PATH alone; false where it is not. NULL is an empty
 * list, and an empty entry of it is none. */
bool program_find_in(const char *directories, const char *name, char *out, size_t size);

/** Whether a path leads to a regular file that may be executed. */
bool program_is_at(const char *path);

#endif
