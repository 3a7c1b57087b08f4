/* SPDX-License-Identifier: MIT */
#ifndef RO_NEAREST_H
#define RO_NEAREST_H

#include <stddef.h>

/**
 * The one place that guesses what a misspelt word was meant to be: a command, an option, a shape, a
 * target, a key. Starts as `{.word = WORD}`; the names that there are get offered one by one.
 */
struct nearest {
    const char *word; /* borrowed */
    size_t cost;      /* of the name in the hint */
    char hint[96];    /* "; did you mean NAME?", or empty where nothing is near */
};

/** Offers a name: the hint becomes its, if it is near and nearer than all before. A name is near
 * when a third of the word's characters, at most, are wrong, missing, too many or swapped with
 * their neighbour, or when it begins with the word. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
