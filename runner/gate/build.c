/* SPDX-License-Identifier: MIT */
#include "gate/build.h"

#include "base/cleanup.h"

#include <stdarg.h>
#include <string.h>

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

/** A path, or a text that was cut in the middle of a character, need not be UTF-8. */
static json_t *string_of_bytes(const char *text)
{
    CLEANUP_FREE char *copy = strdup(text);
    if (copy == NULL)
        return NULL;
    for (unsigned char *byte = (unsigned char *)copy; *byte != '\0'; byte++)
        if (*byte >= 0x80)
            *byte = '?';
    return json_string(copy);
}

static json_t *new_string(const char *text)
{
    if (text == NULL)
        return json_null();
    json_t *string = json_string(text);
    return string != NULL ? string : string_of_bytes(text);
}

void build_text(struct builder *builder, json_t *object, const char *key, const char *text)
{
    build_set(builder, object, key, new_string(text));
}

void build_format(struct builder *builder, json_t *object, const char *key, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        builder->failed = true;
        return;
    }
    build_text(builder, object, key, text);
    free(text);
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
