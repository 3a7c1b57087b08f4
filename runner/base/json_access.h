/* SPDX-License-Identifier: MIT */
#ifndef RO_JSON_ACCESS_H
#define RO_JSON_ACCESS_H

#include <jansson.h>
#include <stdbool.h>

/**
 * Reading members of JSON values, each of which may be missing or NULL: what is not there, or of
 * another type, reads as nothing, so that an optional member needs no branch. Nothing can fail.
 */

/** The text under `key`, or NULL where there is none. */
static inline const char *json_text(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

/** Whether `true` stands under `key`; a key that is missing is no `true`. */
static inline bool json_truth(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

/** The text under `key`; "" where there is none. */
static inline const char *member_text(const json_t *object, const char *key)
{
    const char *text = json_text(object, key);
    return text == NULL ? "" : text;
}

/** A number, integer or real; `otherwise` where there is none. */
static inline double member_number(const json_t *object, const char *key, double otherwise)
{
    const json_t *value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

/** The text of an array's item; "" where it is no text. */
static inline const char *item_text(const json_t *array, size_t index)
{
    const char *text = json_string_value(json_array_get(array, index));
    return text == NULL ? "" : text;
}

/**
 * The same object for json_object_foreach, which only reads but, unlike the rest of jansson, does
 * not take a pointer to const.
 */
static inline json_t *iterable(const json_t *object)
{
    union {
        const json_t *readable;
        json_t *iterable;
    } same = {.readable = object};
    return same.iterable;
}

#endif
