/* SPDX-License-Identifier: MIT */
#include "base/json_parse.h"

#include "base/cleanup.h"

static _Thread_local bool allocation_failed;

static void *watched_malloc(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        allocation_failed = true;
    return memory;
}

json_t *json_parse(const char *text, size_t length, size_t flags, json_error_t *problem,
                   bool *out_of_memory)
{
    *problem = (json_error_t){0};
    json_set_alloc_funcs(watched_malloc, free);
    allocation_failed = false;
    CLEANUP_JSON json_t *root = json_loadb(text, length, flags, problem);
    *out_of_memory = allocation_failed;
    return allocation_failed ? NULL : steal_pointer(&root);
}
