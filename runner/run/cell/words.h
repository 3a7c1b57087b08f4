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

/** A program as the descriptor tells it: with placeholders, borrowed. */
struct cell_program {
    json_t *argv;
    json_t *environment;   /* or NULL */
    const char *directory; /* or NULL */
};

/** What the cell launches. */
struct cell_program cell_launched_program(const struct cell *cell);

/** A program's command line, and its environment as NAME=VALUE. Both return 0, or -1 with
 * ERROR_INPUT or ERROR_MEMORY; what was made until then is there all the same, for the caller to
 * release. */
int cell_words_argv(const struct cell *cell, const struct cell_program *program,
                    struct cell_words *argv, struct error *error);
int cell_words_environment(const struct cell *cell, const struct cell_program *program,
                           struct cell_words *environment, struct error *error);

/** Where a program's standard streams go; borrowed. */
struct cell_ends {
    int in, out, error;
};

/** Starts a program of the cell with its ends of the connections. Returns its pid, or -1 with an
 * error; `report` as spawn_process has it. */
pid_t cell_spawn(struct cell *cell, const struct cell_program *program,
                 const struct cell_ends *streams, int *report, struct error *error);

#endif
