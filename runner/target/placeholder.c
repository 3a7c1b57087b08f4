/* SPDX-License-Identifier: MIT */
#include "target/placeholder.h"

#include "base/cleanup.h"
#include "base/data_dir.h"
#include "base/text.h"
#include "target/extend.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const char *const known_names[] = {
    "cell",         "cell_name", "shared", "root",      "probe",      "probe_name",
    "probes",       "nonce",     "work",   "shape",     "sysroot",    "python",
    "python_flags", "release",   "pid",    "arguments", "filesystem",
};

enum { NAME_MAX_LENGTH = 255, POINTER_MAX = 1024 };

/* One piece of a text: literal bytes, or the name of a placeholder. */
struct piece {
    const char *start;
    size_t length;
    bool is_placeholder;
};

/* Takes the next piece off *text. Returns false at the end, and sets *broken for "{abc" and "}". */
static bool next_piece(const char **text, struct piece *piece, bool *broken)
{
    const char *here = *text;
    if (*here == '\0')
        return false;
    if (here[0] == '{' && here[1] == '{') {
        *piece = (struct piece){here, 1, false};
        *text = here + 2;
        return true;
    }
    if (here[0] == '{') {
        size_t length = strcspn(here + 1, "{}");
        *piece = (struct piece){here + 1, length, true};
        *broken = here[1 + length] != '}' || length == 0 || length > NAME_MAX_LENGTH;
        *text = here + 1 + length + (*broken ? 0 : 1);
        return !*broken;
    }
    size_t length = strcspn(here, "{");
    *piece = (struct piece){here, length, false};
    *text = here + length;
    return true;
}

/* Whether one of the objects in an array has this name under `key`. */
static bool is_among(const json_t *array, const char *key, const char *name, size_t length)
{
    size_t index;
    const json_t *item;
    json_array_foreach(array, index, item) {
        const char *text = json_string_value(json_object_get(item, key));
        if (text != NULL && strlen(text) == length && strncmp(text, name, length) == 0)
            return true;
    }
    return false;
}

static bool is_known(const json_t *descriptor, const struct piece *piece)
{
    const json_t *interpreter = json_object_get(descriptor, "interpreter");
    if (piece->length > 8 && strncmp(piece->start, "program:", 8) == 0)
        return is_among(json_object_get(descriptor, "requires"), "program", piece->start + 8,
                        piece->length - 8) ||
               is_among(json_object_get(interpreter, "requires"), "program", piece->start + 8,
                        piece->length - 8);
    if (piece->length > 5 && strncmp(piece->start, "data:", 5) == 0)
        return true;
    if (piece->length > 4 && strncmp(piece->start, "end:", 4) == 0)
        return is_among(json_object_get(descriptor, "connections"), "name", piece->start + 4,
                        piece->length - 4);
    for (size_t i = 0; i < sizeof known_names / sizeof known_names[0]; i++)
        if (strlen(known_names[i]) == piece->length &&
            strncmp(known_names[i], piece->start, piece->length) == 0)
            return true;
    return false;
}

/* A whole word may stand for the words of a list. */
static bool is_known_list(const json_t *descriptor, const char *text)
{
    char name[LIST_NAME_SIZE];
    return descriptor_list_name(text, name) &&
           json_object_get(json_object_get(descriptor, "lists"), name) != NULL;
}

static int check_text(const struct json_source *descriptor, const char *pointer, const char *text,
                      struct error *error)
{
    struct piece piece;
    bool broken = false;
    if (is_known_list(descriptor->root, text))
        return 0;
    while (next_piece(&text, &piece, &broken))
        if (piece.is_placeholder && !is_known(descriptor->root, &piece))
            return json_source_fail(descriptor, pointer, error,
                                    "unknown placeholder {%.*s}; docs/target-descriptor.md lists "
                                    "them, programs must stand under requires",
                                    (int)piece.length, piece.start);
    if (broken)
        return json_source_fail(descriptor, pointer, error,
                                "a '{' without its '}'; write '{{' for a brace");
    return 0;
}

static int check_value(const struct json_source *descriptor, const char *pointer, json_t *value,
                       struct error *error)
{
    char below[POINTER_MAX];
    if (json_is_string(value))
        return check_text(descriptor, pointer, json_string_value(value), error);
    size_t index;
    json_t *item;
    json_array_foreach(value, index, item) {
        (void)snprintf(below, sizeof below, "%s/%zu", pointer, index);
        if (check_value(descriptor, below, item, error) != 0)
            return -1;
    }
    const char *key;
    json_t *member;
    json_object_foreach(value, key, member) {
        (void)snprintf(below, sizeof below, "%s/%s", pointer, key);
        if (check_value(descriptor, below, member, error) != 0)
            return -1;
    }
    return 0;
}

int placeholders_check(const struct json_source *descriptor, struct error *error)
{
    return check_value(descriptor, "", descriptor->root, error);
}

/* A text as a descriptor can hold it. NULL with ERROR_INPUT or ERROR_MEMORY. */
static json_t *exact_text(const char *text, const char *where, struct error *error)
{
    json_t *string = json_string(text);
    if (string == NULL && !text_is_utf8(text, strlen(text)))
        (void)error_set(error, ERROR_INPUT, where, "'%s' is no UTF-8; use another path", text);
    else if (string == NULL)
        (void)error_set(error, ERROR_MEMORY, where, "out of memory for a placeholder");
    return string;
}

int placeholders_bind(json_t *bindings, const char *name, const char *value, struct error *error)
{
    json_t *text = exact_text(value, name, error);
    if (text == NULL)
        return -1;
    if (json_object_set_new(bindings, name, text) != 0)
        return error_set(error, ERROR_MEMORY, name, "out of memory for a placeholder");
    return 0;
}

static int bind_data_of_text(const char *text, json_t *bindings, struct error *error)
{
    struct piece piece;
    bool broken = false;
    while (next_piece(&text, &piece, &broken)) {
        char name[NAME_MAX_LENGTH + 1];
        char path[PATH_MAX];
        (void)snprintf(name, sizeof name, "%.*s", (int)piece.length, piece.start);
        if (piece.is_placeholder && strncmp(name, "data:", 5) == 0 &&
            (data_path(path, sizeof path, name + 5, error) != 0 ||
             placeholders_bind(bindings, name, path, error) != 0))
            return -1;
    }
    return 0;
}

int placeholders_bind_data(json_t *value, json_t *bindings, struct error *error)
{
    size_t index;
    json_t *item;
    const char *key;
    if (json_is_string(value))
        return bind_data_of_text(json_string_value(value), bindings, error);
    json_array_foreach(value, index, item)
        if (placeholders_bind_data(item, bindings, error) != 0)
            return -1;
    json_object_foreach(value, key, item)
        if (placeholders_bind_data(item, bindings, error) != 0)
            return -1;
    return 0;
}

/* What a placeholder stands for; `data` holds the text of a {data:PATH}. */
static const char *resolve(const struct piece *piece, const json_t *bindings, const char *where,
                           char data[PATH_MAX], struct error *error)
{
    char name[NAME_MAX_LENGTH + 1];
    (void)snprintf(name, sizeof name, "%.*s", (int)piece->length, piece->start);
    if (strncmp(name, "data:", 5) == 0)
        return data_path(data, PATH_MAX, name + 5, error) == 0 ? data : NULL;
    const char *value = json_string_value(json_object_get(bindings, name));
    if (value == NULL)
        (void)error_set(error, ERROR_INPUT, where, "the placeholder {%s} has no meaning here",
                        name);
    return value;
}

char *placeholders_replace(const char *text, const json_t *bindings, const char *where,
                           struct error *error)
{
    CLEANUP_FREE char *out = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&out, &length);
    if (stream == NULL) {
        (void)error_set(error, ERROR_MEMORY, where, "out of memory");
        return NULL;
    }
    struct piece piece;
    bool broken = false;
    bool failed = false;
    while (!failed && next_piece(&text, &piece, &broken)) {
        char data[PATH_MAX];
        const char *value = NULL;
        if (piece.is_placeholder && (value = resolve(&piece, bindings, where, data, error)) != NULL)
            failed = fputs(value, stream) == EOF;
        else if (piece.is_placeholder)
            failed = true;
        else
            failed = fwrite(piece.start, 1, piece.length, stream) != piece.length;
    }
    if (fclose(stream) != 0 || failed || broken) {
        (void)error_set(error, ERROR_MEMORY, where, "out of memory");
        return NULL;
    }
    return steal_pointer(&out);
}

static json_t *replace_in_array(json_t *value, const json_t *bindings, const char *where,
                                struct error *error)
{
    CLEANUP_JSON json_t *copy = json_array();
    size_t index;
    json_t *item;
    json_array_foreach(value, index, item) {
        json_t *replaced = placeholders_replace_all(item, bindings, where, error);
        if (replaced == NULL || json_array_append_new(copy, replaced) != 0)
            return NULL;
    }
    return steal_pointer(&copy);
}

static json_t *replace_in_object(json_t *value, const json_t *bindings, const char *where,
                                 struct error *error)
{
    CLEANUP_JSON json_t *copy = json_copy(value);
    void *next;
    const char *key;
    json_t *item;
    json_object_foreach_safe(copy, next, key, item)
    {
        json_t *replaced = placeholders_replace_all(item, bindings, where, error);
        if (replaced == NULL || json_object_set_new(copy, key, replaced) != 0)
            return NULL;
    }
    return steal_pointer(&copy);
}

json_t *placeholders_replace_all(json_t *value, const json_t *bindings, const char *where,
                                 struct error *error)
{
    if (json_is_array(value))
        return replace_in_array(value, bindings, where, error);
    if (json_is_object(value))
        return replace_in_object(value, bindings, where, error);
    if (!json_is_string(value))
        return json_deep_copy(value);
    CLEANUP_FREE char *text =
        placeholders_replace(json_string_value(value), bindings, where, error);
    return text == NULL ? NULL : exact_text(text, where, error);
}
