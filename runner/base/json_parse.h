/* SPDX-License-Identifier: MIT */
#ifndef RO_JSON_PARSE_H
#define RO_JSON_PARSE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * json_loadb for texts that something is decided from. jansson's lexer takes no notice when the
 * buffer of a token can't grow: it goes on with a byte less, and a document comes out that nobody
 * wrote. Here every allocation of jansson is watched while it parses, and a failed one makes the
 * whole text fail.
 *
 * Returns a new reference, or NULL with `problem` filled, and with `out_of_memory` saying whether
 * it was that. Sets jansson's allocation functions (to malloc and free, which they are anyway).
 */
json_t *json_parse(const char *text, size_t length, size_t flags, json_error_t *problem,
                   bool *out_of_memory);

#endif
