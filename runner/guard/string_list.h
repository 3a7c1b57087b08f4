/* SPDX-License-Identifier: MIT */
#ifndef RO_STRING_LIST_H
#define RO_STRING_LIST_H

#include <stdbool.h>
#include <stddef.h>

/** A list of strings that it owns. All zero is the empty list. `items[count]` is always NULL. */
struct string_list {
    char **items; /* NULL while the list is empty */
    size_t count;
    size_t capacity;
};

/** Appends a copy of `text`. Returns 0, or -1 when memory ran out (the list is then unchanged). */
int string_list_add(struct string_list *list, const char *text);

/** The same for a formatted text. */
int string_list_add_format(struct string_list *list, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Whether `text` is in the list. */
bool string_list_has(const struct string_list *list, const char *text);

/** Removes the first string and hands it to the caller; NULL when the list is empty. */
char *string_list_take_first(struct string_list *list);

/** Frees the strings and leaves an empty list. */
void string_list_free(struct string_list *list);

/** The strings, for a function that takes an array of constant ones. */
static inline const char *const *string_list_view(const struct string_list *list)
{
    return (const char *const *)list->items;
}

#endif
