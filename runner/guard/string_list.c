/* SPDX-License-Identifier: MIT */
#include "guard/string_list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appends `text` itself, which is freed when there is no room for it. */
static int add_owned(struct string_list *list, char *text)
{
    if (text == NULL)
        return -1;
    if (list->count + 1 >= list->capacity) {
        size_t capacity = list->capacity == 0 ? 8 : list->capacity * 2;
        char **items = reallocarray(list->items, capacity, sizeof *items);
        if (items == NULL) {
            free(text);
            return -1;
        }
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = text;
    list->items[list->count] = NULL;
    return 0;
}

int string_list_add(struct string_list *list, const char *text)
{
    return add_owned(list, strdup(text));
}

int string_list_add_format(struct string_list *list, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        text = NULL;
    va_end(arguments);
    return add_owned(list, text);
}

bool string_list_has(const struct string_list *list, const char *text)
{
    for (size_t i = 0; i < list->count; i++)
        if (strcmp(list->items[i], text) == 0)
            return true;
    return false;
}

char *string_list_take_first(struct string_list *list)
{
    if (list->count == 0)
        return NULL;
    char *first = list->items[0];
    memmove(&list->items[0], &list->items[1], list->count * sizeof list->items[0]);
    list->count--;
    return first;
}

void string_list_free(struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        free(list->items[i]);
    free(list->items);
    *list = (struct string_list){0};
}
