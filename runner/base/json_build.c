/* SPDX-License-Identifier: MIT */
#include "base/json_build.h"

#include "base/cleanup.h"
#include "base/text.h"

#include <stdlib.h>
#include <string.h>

static json_t *note(struct builder *builder, json_t *made)
{
    if (made == NULL)
        builder->failed = true;
    return made;
}

json_t *build_object(struct builder *builder)
{
    return note(builder, json_object());
}

json_t *build_array(struct builder *builder)
{
    return note(builder, json_array());
}

void build_set(struct builder *builder, json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, value) != 0)
        builder->failed = true;
}

/** jansson gives up a value that it could not put somewhere, so a failed one is gone. */
static json_t *put(struct builder *builder, json_t *parent, const char *key, json_t *value)
{
    if (json_object_set_new(parent, key, value) == 0)
        return value;
    builder->failed = true;
    return NULL;
}

json_t *build_object_in(struct builder *builder, json_t *parent, const char *key)
{
    return put(builder, parent, key, json_object());
}

json_t *build_array_in(struct builder *builder, json_t *parent, const char *key)
{
    return put(builder, parent, key, json_array());
}

json_t *build_next_object(struct builder *builder, json_t *array)
{
    json_t *object = json_object();
    if (json_array_append_new(array, object) == 0)
        return object;
    builder->failed = true;
    return NULL;
}

void build_share(struct builder *builder, json_t *object, const char *key, json_t *value)
{
    build_set(builder, object, key, value == NULL ? json_null() : json_incref(value));
}

/** NULL when there is no memory. */
static json_t *new_text(const char *text)
{
    if (text == NULL)
        return json_null();
    size_t length = strlen(text);
    size_t room = length * TEXT_GROWTH + 1;
    CLEANUP_FREE char *shown = malloc(room);
    if (shown == NULL)
        return NULL;
    return json_stringn(shown, text_sanitize(text, length, shown, room));
}

void build_text(struct builder *builder, json_t *object, const char *key, const char *text)
{
    build_set(builder, object, key, new_text(text));
}

void build_number(struct builder *builder, json_t *object, const char *key, long long number)
{
    build_set(builder, object, key, json_integer(number));
}

void build_real(struct builder *builder, json_t *object, const char *key, double number)
{
    build_set(builder, object, key, json_real(number));
}

void build_truth(struct builder *builder, json_t *object, const char *key, bool truth)
{
    build_set(builder, object, key, json_boolean(truth));
}

void build_next_text(struct builder *builder, json_t *array, const char *text)
{
    if (json_array_append_new(array, new_text(text)) != 0)
        builder->failed = true;
}

json_t *build_finish(const struct builder *builder, json_t *root)
{
    if (!builder->failed)
        return root;
    json_decref(root);
    return NULL;
}
