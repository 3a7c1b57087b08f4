/* SPDX-License-Identifier: MIT */
#include "gate/evidence/release.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

enum { NUMBERS_MAX = 8, DIGITS_MAX = 9 };

struct release {
    unsigned long numbers[NUMBERS_MAX]; /* those that are missing are 0 */
    size_t count;
    const char *suffix;
};

static bool parse_number(const char **cursor, unsigned long *out)
{
    size_t digits = strspn(*cursor, "0123456789");
    if (digits == 0 || digits > DIGITS_MAX)
        return false;
    for (*out = 0; digits > 0; digits--, ++*cursor)
        *out = *out * 10 + (unsigned long)(**cursor - '0');
    return true;
}

static bool parse(const char *text, struct release *out)
{
    const char *cursor = *text == 'v' ? text + 1 : text;
    *out = (struct release){0};
    for (;;) {
        if (out->count == NUMBERS_MAX || !parse_number(&cursor, &out->numbers[out->count]))
            return false;
        out->count++;
        if (*cursor != '.')
            break;
        cursor++;
    }
    out->suffix = cursor;
    return out->count >= 2 && (*cursor == '\0' || strchr("-+~", *cursor) != NULL);
}

enum release_order release_order(const char *left, const char *right)
{
    struct release a;
    struct release b;
    if (strcmp(left, right) == 0)
        return RELEASE_SAME;
    if (!parse(left, &a) || !parse(right, &b))
        return RELEASE_INCOMPARABLE;
    for (size_t i = 0; i < NUMBERS_MAX; i++)
        if (a.numbers[i] != b.numbers[i])
            return a.numbers[i] < b.numbers[i] ? RELEASE_OLDER : RELEASE_NEWER;
    return strcmp(a.suffix, b.suffix) == 0 ? RELEASE_SAME : RELEASE_INCOMPARABLE;
}
