/* SPDX-License-Identifier: MIT */
#ifndef RO_DIGEST_H
#define RO_DIGEST_H

#include "base/error.h"

#include <jansson.h>
#include <stddef.h>

/** Room for "sha256:", 64 lower-case hex digits and a NUL. */
#define DIGEST_SIZE 72

/**
 * How documents are serialized before they are digested (results/schema/README.md has it in words):
 * no white space, keys sorted by their bytes, ASCII only, reals with up to 15 significant digits,
 * which is what a decimal fraction survives a double with.
 */
#define JSON_CANONICAL_FLAGS                                                                       \
    (JSON_COMPACT | JSON_SORT_KEYS | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15))

/** SHA-256 (FIPS 180-4) of `length` bytes, as "sha256:HEX". Cannot fail. */
void digest_bytes(const void *bytes, size_t length, char out[DIGEST_SIZE]);

/**
 * The same of a regular file's bytes. Returns 0, or -1 with `where` = the path; anything but a
 * regular file is refused without waiting for it.
 */
int digest_file(const char *path, char out[DIGEST_SIZE], struct error *error);

/**
 * The canonical text of a value (objects and arrays, and also single values), to be freed by the
 * caller; NULL when memory ran out.
 */
char *json_canonical_dump(const json_t *value);

/**
 * The digest that a document carries under the key `digest`: SHA-256 over the canonical text of
 * the document without that key. The document is not changed. Returns 0, or -1 with ERROR_INTERNAL
 * if `document` is not an object, ERROR_MEMORY if memory ran out.
 */
int document_digest(json_t *document, char out[DIGEST_SIZE], struct error *error);

/** Sets the key `digest` to what document_digest says; the same errors. */
int document_seal(json_t *document, struct error *error);

#endif
