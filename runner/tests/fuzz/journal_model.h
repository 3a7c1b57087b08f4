/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_MODEL_H
#define RO_JOURNAL_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * What docs/journal.md says about where lines stand in console text, told a second time, without
 * any care for memory, time or pieces: it has the whole text and may go over it as often as it
 * likes. What a single line has to be is left to journal_line_read().
 */

#define MODEL_LINES 512

struct model_line {
    uint32_t sequence;
    bool repaired;
    char text[480];
};

struct model {
    size_t count;
    size_t repaired;
    struct model_line lines[MODEL_LINES]; /* those of the nonce, in their order */
};

/**
 * Reads `text`, which holds no NUL. Returns false where it has nothing to say: where lines, or
 * parts of them that wait for the rest, are so long that the reader gives them up.
 */
bool model_read(struct model *model, const char *nonce, const char *text, size_t length);

#endif
