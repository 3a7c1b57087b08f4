/* SPDX-License-Identifier: MIT */
#ifndef RO_JSON_FILE_H
#define RO_JSON_FILE_H

#include "base/cleanup.h"
#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** How deep arrays and objects may be nested; our own documents stay below 12. */
#define JSON_DEPTH_LIMIT 64

/**
 * A JSON text that somebody gave us: kept together with what was parsed from it, so that every
 * later complaint about a value can say where in the file it stands. Release with
 * `json_source_release` or declare it as `CLEANUP_JSON_SOURCE struct json_source s = {0};`.
 */
struct json_source {
    char *path; /* as the user wrote it; the name of the text where there is no file */
    char *text; /* `length` bytes and a NUL */
    size_t length;
    json_t *root;             /* an object or an array */
    struct json_source *base; /* whose values `root` has as well, or NULL; owned */
};

#define CLEANUP_JSON_SOURCE CLEANUP(json_source_release)

/** Frees what the source owns and leaves it empty. */
void json_source_release(struct json_source *source);

/**
 * Reads and parses the regular file `path` of at most `byte_limit` bytes. Directories, FIFOs and
 * devices are refused without waiting for them; so are empty files, NUL bytes, invalid UTF-8, a
 * byte order mark, syntax errors, duplicate keys, numbers out of range and nesting beyond
 * JSON_DEPTH_LIMIT. Returns 0, or -1 with `where` = PATH or PATH:LINE:COLUMN.
 */
int json_source_load(struct json_source *source, const char *path, size_t byte_limit,
                     struct error *error);

/** The same for a text that is already in memory (copied); `name` takes the place of the path. */
int json_source_parse(struct json_source *source, const char *name, const char *text, size_t length,
                      struct error *error);

/**
 * Sets ERROR_INPUT with `where` = PATH:LINE:COLUMN of the value that `pointer` (RFC 6901) names or,
 * where it is missing, of the object that should have it; in `base` for what only that text has.
 * Always returns -1.
 */
int json_source_fail(const struct json_source *source, const char *pointer, struct error *error,
                     const char *format, ...) __attribute__((format(printf, 4, 5)));

/** The same, but points at the member's key: for keys that should not be there. */
int json_source_fail_at_key(const struct json_source *source, const char *pointer,
                            struct error *error, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

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
