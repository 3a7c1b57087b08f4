/* SPDX-License-Identifier: MIT */
#include "target/changes.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What a step changes stands under one of these. */
static const char *const changing[] = {"make_directory", "to", "write", "remove"};

static bool is_of_the_run(const char *path)
{
    static const char *const own[] = {"{cell}", "{cell_name}", "{shared}", "{work}"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strstr(path, own[i]) != NULL)
            return true;
    return false;
}

static int check_step(const struct json_source *descriptor, const char *pointer, const json_t *step,
                      struct error *error)
{
    for (size_t i = 0; i < sizeof changing / sizeof changing[0]; i++) {
        char place[128];
        const char *path = json_string_value(json_object_get(step, changing[i]));
        if (path == NULL || is_of_the_run(path))
            continue;
        (void)snprintf(place, sizeof place, "%s/%s", pointer, changing[i]);
        return json_source_fail(descriptor, place, error,
                                "%s is not of the run: a step changes only what is below {cell}, "
                                "{shared} or {root}/{cell_name}",
                                path);
    }
    return 0;
}

/* The steps of one object of the descriptor, which stands at `place`. */
static int check_lists(const struct json_source *descriptor, const char *place,
                       const json_t *holder, struct error *error)
{
    static const char *const keys[] = {"setup", "prepare", "cleanup"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        size_t index;
        const json_t *step;
        json_array_foreach(json_object_get(holder, keys[i]), index, step) {
            char pointer[128];
            (void)snprintf(pointer, sizeof pointer, "%s/%s/%zu", place, keys[i], index);
            if (check_step(descriptor, pointer, step, error) != 0)
                return -1;
        }
    }
    return 0;
}

int changes_check(const struct json_source *descriptor, struct error *error)
{
    const json_t *root = descriptor->root;
    const char *need;
    json_t *offer;
    if (check_lists(descriptor, "", root, error) != 0 ||
        check_lists(descriptor, "/interpreter", json_object_get(root, "interpreter"), error) != 0)
        return -1;
    json_object_foreach(json_object_get(root, "offers"), need, offer) {
        char place[64];
        (void)snprintf(place, sizeof place, "/offers/%s", need);
        if (check_lists(descriptor, place, offer, error) != 0)
            return -1;
    }
    return 0;
}
