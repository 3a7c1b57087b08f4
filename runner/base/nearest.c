/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 }; /* of what is worth guessing */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* The edits from one to the other, swaps of neighbours among them (optimal string alignment). */
static size_t count_edits(const char *a, size_t a_length, const char *b, size_t b_length)
{
    size_t rows[3][LONGEST + 1];
    size_t *before = rows[0];
    size_t *last = rows[1];
    size_t *row = rows[2];
    for (size_t j = 0; j <= b_length; j++)
        last[j] = before[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t changed = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = least(changed, 1 + least(last[j], row[j - 1]));
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], before[j - 2] + 1);
        }
        size_t *oldest = before;
        before = last;
        last = row;
        row = oldest;
    }
    return last[b_length];
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t length = strlen(nearest->word);
    size_t name_length = strlen(name);
    if (length == 0 || length > LONGEST || name_length > LONGEST)
        return;
    size_t cost = length > 1 && strncmp(nearest->word, name, length) == 0
                      ? 1
                      : count_edits(nearest->word, length, name, name_length);
    if (cost > length / 3 && cost > 1)
        return;
    if (cost == name_length || (nearest->hint[0] != '\0' && cost >= nearest->cost))
        return; /* nothing of it is right, or another is nearer */
    nearest->cost = cost;
    (void)snprintf(nearest->hint, sizeof nearest->hint, "; did you mean %s?", name);
}
