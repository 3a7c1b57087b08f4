/* SPDX-License-Identifier: MIT */
#ifndef RO_SCHEMA_CHECK_H
#define RO_SCHEMA_CHECK_H

#include "base/error.h"
#include "base/json_file.h"
#include "base/schema_compile.h"

/**
 * Validates `source` against a JSON Schema (draft 2020-12) that this program was built with.
 *
 * Understood are the keywords that our own schemas use: $ref to "#/$defs/NAME", type, const, enum,
 * pattern (the part of the regular expression language that POSIX extended expressions share),
 * minLength, maxLength, minimum, maximum, items, minItems, maxItems, uniqueItems, properties,
 * required, additionalProperties, propertyNames and oneOf; $schema, $id, $comment, $defs, title and
 * description carry no demand. A schema with any other keyword is refused as a whole, so that a
 * demand can never be overlooked. Stricter than the standard in one point: an integer has to be
 * written as one, 3.0 is none.
 *
 * Returns 0, or -1 with the first violation: ERROR_INPUT with `where` = PATH:LINE:COLUMN,
 * ERROR_INTERNAL for a schema that is itself wrong, ERROR_MEMORY.
 */
int json_source_check(const struct json_source *source, const char *schema_text,
                      struct error *error);

/** The same, for many sources and a schema that was compiled once (base/schema_compile.h). */
int json_source_check_compiled(const struct json_source *source, const struct schema *schema,
                               struct error *error);

#endif
