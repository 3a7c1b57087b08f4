/* SPDX-License-Identifier: MIT */
#ifndef RO_CELL_DOUBT_H
#define RO_CELL_DOUBT_H

#include "gate/evidence/document.h"
#include "verdict/classify.h"

/**
 * A verdict is one word, and one word is easily wrong. A cell also carries what the verdict was
 * made from, so the gate reads that again and believes a word only where all of it agrees.
 */
struct doubt {
    const char *what; /* what contradicts the verdict, or NULL */
    char text[sizeof((struct classification *)NULL)->reason + 64]; /* room for it */
};

/**
 * Looks for doubts about a cell with the verdict pass or, of a control, fail or hang. Returns 0, or
 * -1 with ERROR_MEMORY.
 */
int cell_doubt(const struct document *document, const json_t *cell, struct doubt *doubt,
               struct error *error);

#endif
