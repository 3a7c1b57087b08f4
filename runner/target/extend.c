/* SPDX-License-Identifier: MIT */
#include "target/extend.h"

#include "base/data_dir.h"
#include "base/files.h"

#include <limits.h>
#include <stdbool.h>
#include <string.h>

static int out_of_memory(const struct json_source *descriptor, struct error *error)
{
    return error_set(error, ERROR_MEMORY, descriptor->path, "out of memory for a descriptor");
}

/* A path beside the descriptor where it looks like one, else a base that is shipped. */
static int find_base(const struct json_source *descriptor, const char *name, char out[PATH_MAX],
                     struct error *error)
{
    static const char *const places[] = {"targets/base", "targets"};
    char relative[256];
    const char *end = strrchr(descriptor->path, '/');
    size_t length = end == NULL ? 0 : (size_t)(end - descriptor->path) + 1;
    if (strchr(name, '/') != NULL)
        return path_format(out, PATH_MAX, error, "%.*s%s", name[0] == '/' ? 0 : (int)length,
                           descriptor->path, name);
    for (size_t i = 0; i < sizeof places / sizeof places[0]; i++)
        if (path_format(relative, sizeof relative, NULL, "%s/%s.json", places[i], name) == 0 &&
            data_path(out, PATH_MAX, relative, NULL) == 0)
            return 0;
    return json_source_fail(descriptor, "/extends", error,
                            "there is no '%s' among the shipped targets and their bases; a path "
                            "has a '/'",
                            name);
}

static bool is_added_to(const char *key)
{
    static const char *const keys[] = {"requires", "setup", "prepare", "cleanup"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(keys[i], key) == 0)
            return true;
    return false;
}

/* Puts the members of `base` that `object` lacks into it. Returns -1 when memory ran out. */
static int put_under(json_t *object, json_t *base, bool top)
{
    const char *key;
    json_t *value;
    json_object_foreach(base, key, value) {
        json_t *own = json_object_get(object, key);
        if (own == NULL) {
            if (json_object_set_new(object, key, json_deep_copy(value)) != 0)
                return -1;
        } else if (json_is_object(own) && json_is_object(value)) {
            if (put_under(own, value, false) != 0)
                return -1;
        } else if (top && is_added_to(key) && json_is_array(own) && json_is_array(value)) {
            CLEANUP_JSON json_t *all = json_deep_copy(value);
            if (json_array_extend(all, own) != 0 || json_object_set(object, key, all) != 0)
                return -1;
        }
    }
    return 0;
}

static int extend(struct json_source *descriptor, unsigned depth, struct error *error)
{
    const char *name = json_string_value(json_object_get(descriptor->root, "extends"));
    char path[PATH_MAX];
    if (name == NULL)
        return 0;
    if (depth == EXTENDS_MAX)
        return json_source_fail(descriptor, "/extends", error,
                                "extends more than %d others; or one of them extends this one",
                                (int)EXTENDS_MAX);
    if (find_base(descriptor, name, path, error) != 0)
        return -1;
    struct json_source *base = calloc(1, sizeof *base);
    if (base == NULL)
        return out_of_memory(descriptor, error);
    descriptor->base = base;
    if (json_source_load(base, path, DESCRIPTOR_LIMIT, error) != 0 ||
        extend(base, depth + 1, error) != 0)
        return -1;
    if (!json_is_object(base->root))
        return json_source_fail(base, "", error, "a base is an object");
    return put_under(descriptor->root, base->root, true) == 0 ? 0
                                                              : out_of_memory(descriptor, error);
}

int descriptor_extend(struct json_source *descriptor, struct error *error)
{
    return extend(descriptor, 0, error);
}

bool descriptor_list_name(const char *word, char name[LIST_NAME_SIZE])
{
    size_t length = strlen(word);
    if (length < 6 || length - 5 >= LIST_NAME_SIZE || strncmp(word, "{...", 4) != 0 ||
        strcspn(word, "}") != length - 1)
        return false;
    memcpy(name, word + 4, length - 5);
    name[length - 5] = '\0';
    return true;
}

/* The list that a word stands for; NULL for any other word. Borrowed. */
static json_t *find_list(const json_t *word, const json_t *own, const json_t *lists)
{
    char name[LIST_NAME_SIZE];
    if (!descriptor_list_name(json_string_value(word), name))
        return NULL;
    json_t *list = json_object_get(own, name);
    return list != NULL ? list : json_object_get(lists, name);
}

json_t *descriptor_splice(const json_t *words, const json_t *own, const json_t *lists)
{
    CLEANUP_JSON json_t *all = json_array();
    size_t index;
    json_t *word;
    json_array_foreach(words, index, word) {
        json_t *list = find_list(word, own, lists);
        if (list != NULL ? json_array_extend(all, list) != 0 : json_array_append(all, word) != 0)
            return NULL;
    }
    return steal_pointer(&all);
}
