/* SPDX-License-Identifier: MIT */
#ifndef RO_RUN_TERMINAL_H
#define RO_RUN_TERMINAL_H

#include "verdict/verdict.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/** Where a person reads, or a log: how wide it is, and what fits into a line of it. */
struct terminal {
    FILE *out; /* NULL: nobody reads */
    bool is_terminal;
    bool colour;     /* never without is_terminal */
    bool line_shown; /* a status line, which has no end */
};

/** Readies it for `out`. Honours NO_COLOR and TERM=dumb. */
void terminal_start(struct terminal *terminal, FILE *out);

/** How many columns a line may have; lines are cut and broken nowhere but on a terminal, so
 * SIZE_MAX elsewhere. Asked for each line, as a window changes. */
size_t terminal_width(const struct terminal *terminal);

/** Prints a label and a text, which may be hostile, from column `indent` on. On a terminal it is
 * broken between words, and goes on below its own beginning. */
void terminal_wrap(const struct terminal *terminal, size_t indent, const char *label,
                   const char *text);

/** Prints a word in `width` columns, in a verdict's colour where there are colours. */
void terminal_word(const struct terminal *terminal, const char *word, enum verdict verdict,
                   size_t width);

/** Shows a line, cut to the width, that the next one takes the place of; only on a terminal. */
void terminal_status(struct terminal *terminal, const char *text);

/** Takes the status line away before something else is printed. */
void terminal_clear(struct terminal *terminal);

/** Writes "[####----]" in `columns` columns (3 to 100). */
void terminal_bar(char *out, size_t size, size_t columns, unsigned done, unsigned all);

#endif
