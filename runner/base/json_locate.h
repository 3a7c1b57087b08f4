/* SPDX-License-Identifier: MIT */
#ifndef RO_JSON_LOCATE_H
#define RO_JSON_LOCATE_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Where things stand in a JSON text. jansson keeps no positions once a text is parsed, so that an
 * error about a value that is well-formed but wrong could not say on which line it stands; this
 * small scanner finds it again. It works on text that jansson has already accepted.
 */
struct json_place {
    size_t key;   /* offset of the member's key, quote included; of the value where there is none */
    size_t value; /* offset of the value's first byte */
};

/**
 * Finds the value that `pointer` (RFC 6901, "" for the whole text) names. Returns true when it is
 * there; otherwise false, and `place` is the deepest value on the way to it, which is the object
 * that lacks the key. Nothing outside `length` bytes is read, whatever the text says.
 */
bool json_locate(const char *text, size_t length, const char *pointer, struct json_place *place);

/** Line and column, both from 1, of a byte offset; a column is a character, not a byte. */
void json_line_and_column(const char *text, size_t length, size_t offset, size_t *line,
                          size_t *column);

/**
 * The deepest nesting of arrays and objects in a text that need not be valid; stops counting at
 * `limit` + 1 and then says in `offset` where the limit was passed.
 */
size_t json_nesting(const char *text, size_t length, size_t limit, size_t *offset);

#endif
