/* SPDX-License-Identifier: MIT */
#include "target/connections.h"

#include "base/json_access.h"
#include "target/placeholder.h"

#include <stdio.h>
#include <string.h>

enum { USERS = 2 };

static const char *name_of(const json_t *item)
{
    return json_text(item, "name");
}

static bool mentions(json_t *value, const char *placeholder)
{
    size_t index;
    json_t *item;
    const char *key;
    json_t *member;
    if (json_is_string(value))
        return strstr(json_string_value(value), placeholder) != NULL;
    json_array_foreach(value, index, item)
        if (mentions(item, placeholder))
            return true;
    json_object_foreach(value, key, member)
        if (mentions(member, placeholder))
            return true;
    return false;
}

bool connection_is_used(json_t *words, const char *connection)
{
    char placeholder[64];
    (void)snprintf(placeholder, sizeof placeholder, "{end:%s}", connection);
    return mentions(words, placeholder);
}

static int check_names(const struct target *target, const char *key, struct error *error)
{
    const json_t *items = json_object_get(target->source.root, key);
    char pointer[64];
    for (size_t i = 0; i < json_array_size(items); i++)
        for (size_t before = 0; before < i; before++) {
            const char *name = name_of(json_array_get(items, i));
            if (strcmp(name, name_of(json_array_get(items, before))) != 0)
                continue;
            (void)snprintf(pointer, sizeof pointer, "/%s/%zu/name", key, i);
            return json_source_fail(&target->source, pointer, error, "there is a '%s' already",
                                    name);
        }
    return 0;
}

static int check_users(const struct target *target, json_t *argv, const char *connection,
                       const char *pointer, struct error *error)
{
    unsigned users =
        connection_is_used(argv, connection) || connection_is_used(target->environment, connection)
            ? 1
            : 0;
    size_t index;
    json_t *companion;
    json_array_foreach(target->companions, index, companion)
        users += connection_is_used(companion, connection) ? 1 : 0;
    if (users == USERS)
        return 0;
    return json_source_fail(&target->source, pointer, error,
                            "has %u users; two of the companions and the launched program must "
                            "have {end:%s} among their words",
                            users, connection);
}

int connections_check(const struct target *target, struct error *error)
{
    const json_t *connections = target->connections;
    char pointer[64];
    if (check_names(target, "connections", error) != 0 ||
        check_names(target, "companions", error) != 0)
        return -1;
    for (size_t i = 0; i < json_array_size(connections); i++) {
        const char *name = name_of(json_array_get(connections, i));
        (void)snprintf(pointer, sizeof pointer, "/connections/%zu", i);
        if (check_users(target, target->argv, name, pointer, error) != 0 ||
            check_users(target, target->script_argv, name, pointer, error) != 0)
            return -1;
    }
    return 0;
}

int connections_bind(const struct target *target, json_t *bindings, struct error *error)
{
    size_t index;
    const json_t *connection;
    json_array_foreach(target->connections, index, connection) {
        char name[64];
        char number[16];
        (void)snprintf(name, sizeof name, "end:%s", name_of(connection));
        (void)snprintf(number, sizeof number, "%zu", 3 + index);
        if (placeholders_bind(bindings, name, number, error) != 0)
            return -1;
    }
    return 0;
}
