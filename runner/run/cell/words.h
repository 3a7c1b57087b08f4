/* SPDX-License-Identifier: MIT */
#ifndef RO_CELL_WORDS_H
#define RO_CELL_WORDS_H

#include "base/error.h"
#include "run/cell/stages.h"

/** What a cell launches, its placeholders filled in: owned words, and a NULL behind them. */
enum { CELL_WORDS_MAX = 256 };

struct cell_words {
    char *list[CELL_WORDS_MAX + 1];
    size_t count;
};

/** Frees the words; zeroed ones are allowed. */
void cell_words_release(struct cell_words *words);

/** The command line, and the environment as NAME=VALUE. Both return 0, or -1 with ERROR_INPUT or
 * ERROR_MEMORY; what was made until then is there all the same, for the caller to release. */
int cell_words_argv(const struct cell *cell, struct cell_words *argv, struct error *error);
int cell_words_environment(const struct cell *cell, struct cell_words *environment,
                           struct error *error);

#endif
