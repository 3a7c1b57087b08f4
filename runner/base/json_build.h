/* SPDX-License-Identifier: MIT */
#ifndef RO_JSON_BUILD_H
#define RO_JSON_BUILD_H

#include <jansson.h>
#include <stdbool.h>

/**
 * Building a document without asking after every step whether there was memory: a failure is
 * remembered, and whoever finishes the document asks once.
 *
 * This is also the one place where bytes become a document's text. Whatever a guest, a file system
 * or a tool has said may be given to the functions that take a text: they store what
 * text_sanitize() makes of it, whole. Until then it stays bytes, for whoever has to compare it.
 */
struct builder {
    bool failed;
};

/** A new object or array that stands in nothing yet; owned by the caller. NULL after a failure. */
json_t *build_object(struct builder *builder);
json_t *build_array(struct builder *builder);

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

/** The same with a value that stays the caller's; NULL becomes null. */
void build_share(struct builder *builder, json_t *object, const char *key, json_t *value);

/** The same with a text; NULL becomes null. */
void build_text(struct builder *builder, json_t *object, const char *key, const char *text);

/** The same with a whole number, a number or a truth. */
void build_number(struct builder *builder, json_t *object, const char *key, long long number);
void build_real(struct builder *builder, json_t *object, const char *key, double number);
void build_truth(struct builder *builder, json_t *object, const char *key, bool truth);

/** Appends a text to an array. */
void build_next_text(struct builder *builder, json_t *array, const char *text);

/** Hands over what was built: `root`, or NULL, `root` freed, when anything of it has failed. */
json_t *build_finish(const struct builder *builder, json_t *root);

#endif
