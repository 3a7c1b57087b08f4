/* SPDX-License-Identifier: MIT */
#include "base/json_build.h"

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

static json_t *new_string(const char *text)
{
    return text == NULL ? json_null() : json_string(text);
}

void build_text(struct builder *builder, json_t *object, const char *key, const char *text)
{
    build_set(builder, object, key, new_string(text));
}

void build_number(struct builder *builder, json_t *object, const char *key, long long number)
{
    build_set(builder, object, key, json_integer(number));
}

void build_truth(struct builder *builder, json_t *object, const char *key, bool truth)
{
    build_set(builder, object, key, json_boolean(truth));
}

void build_next_text(struct builder *builder, json_t *array, const char *text)
{
    if (json_array_append_new(array, new_string(text)) != 0)
        builder->failed = true;
}
