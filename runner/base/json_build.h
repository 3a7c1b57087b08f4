/* SPDX-License-Identifier: MIT */
#ifndef RO_JSON_BUILD_H
#define RO_JSON_BUILD_H

#include <jansson.h>
#include <stdbool.h>

/**
 * Building JSON without asking after every step whether there was memory: a failure is remembered,
 * and whoever finishes the document asks once.
 */
struct builder {
    bool failed;
};

/**
 * A new object or array that stands in its parent at once and is filled there. Borrowed; NULL after
 * a failure, and everything below does nothing to a NULL but remember the failure.
 */
json_t *build_object_in(struct builder *builder, json_t *parent, const char *key);
json_t *build_array_in(struct builder *builder, json_t *parent, const char *key);

/** The same, as a new last element of an array. */
json_t *build_next_object(struct builder *builder, json_t *array);

/** Sets `key` of an object; `value` is stolen and not to be used any more. */
void build_set(struct builder *builder, json_t *object, const char *key, json_t *value);

/** The same with a text, which has to be UTF-8; NULL becomes null. */
void build_text(struct builder *builder, json_t *object, const char *key, const char *text);

/** The same with a number, or a truth. */
void build_number(struct builder *builder, json_t *object, const char *key, long long number);
void build_truth(struct builder *builder, json_t *object, const char *key, bool truth);

/** Appends a text to an array. */
void build_next_text(struct builder *builder, json_t *array, const char *text);

#endif
