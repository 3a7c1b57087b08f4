/* SPDX-License-Identifier: MIT */
#ifndef RO_PLACEHOLDER_H
#define RO_PLACEHOLDER_H

#include "base/error.h"
#include "base/json_file.h"

/**
 * Placeholders are {NAME} in any string of a descriptor; {{ is a literal brace. The names are in
 * docs/target-descriptor.md; {program:NAME} is the path of a required program and {data:PATH} a
 * file that rename-oracle ships.
 */

/** Refuses unknown and unclosed placeholders, and programs that `requires` does not name; the
 * error has PATH:LINE:COLUMN. Returns 0 or -1. */
int placeholders_check(const struct json_source *descriptor, struct error *error);

/** Gives each {data:PATH} in the strings of a value its own, the path of that file. Returns 0, or
 * -1 with an error for a file that is not there. */
int placeholders_bind_data(json_t *value, json_t *bindings, struct error *error);

/** Gives `{name}` its value. Returns 0, or -1 with ERROR_INPUT for a value that is no UTF-8, which
 * no descriptor and no document can hold, or ERROR_MEMORY. */
int placeholders_bind(json_t *bindings, const char *name, const char *value, struct error *error);

/** Replaces the placeholders in one text; `where` names it in errors. The caller frees the result;
 * NULL with ERROR_INPUT (no binding) or ERROR_MEMORY. */
char *placeholders_replace(const char *text, const json_t *bindings, const char *where,
                           struct error *error);

/** The same for all strings of a JSON value (not for keys); a new reference or NULL. */
json_t *placeholders_replace_all(json_t *value, const json_t *bindings, const char *where,
                                 struct error *error);

#endif
