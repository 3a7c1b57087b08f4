/* SPDX-License-Identifier: MIT */
#include "run/cell/commands.h"

#include "base/cleanup.h"
#include "base/json_access.h"
#include "base/text.h"
#include "run/cell/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put_word(FILE *out, const char *word)
{
    text_quote_for_shell(out, word);
    (void)fputc(' ', out);
}

/* What is copied by patterns keeps its directories. */
static void put_chosen(FILE *out, const json_t *step)
{
    size_t index;
    const json_t *pattern;
    (void)fputs("mkdir -p ", out);
    put_word(out, json_text(step, "to"));
    (void)fputs("&& (cd ", out);
    put_word(out, json_text(step, "copy"));
    (void)fputs("&& cp --parents ", out);
    json_array_foreach(json_object_get(step, "only"), index, pattern)
        (void)fprintf(out, "%s ", json_string_value(pattern)); /* for the shell to expand */
    put_word(out, json_text(step, "to"));
    (void)fputs(")\n", out);
}

static void put_step(FILE *out, const json_t *step)
{
    static const char *const forms[][2] = {{"make_directory", "mkdir -p "},
                                           {"copy", "cp -R "},
                                           {"write", "printf %s "},
                                           {"remove", "rm -rf "}};
    size_t index;
    const json_t *word;
    if (json_object_get(step, "only") != NULL) {
        put_chosen(out, step);
        return;
    }
    json_array_foreach(json_object_get(step, "run"), index, word)
        put_word(out, json_string_value(word));
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        const char *path = json_string_value(json_object_get(step, forms[i][0]));
        const char *text = json_text(step, "text");
        const char *to = json_text(step, "to");
        if (path == NULL)
            continue;
        (void)fputs(forms[i][1], out);
        if (text != NULL) {
            put_word(out, text);
            (void)fputc('>', out);
        }
        put_word(out, path);
        if (to != NULL)
            put_word(out, to);
    }
    (void)fputc('\n', out);
}

static int put_program(FILE *out, const struct cell *cell, const struct cell_program *program,
                       const char *lead, struct error *error)
{
    CLEANUP(cell_words_release) struct cell_words argv = {.count = 0};
    CLEANUP(cell_words_release) struct cell_words environment = {.count = 0};
    if (cell_words_argv(cell, program, &argv, error) != 0 ||
        cell_words_environment(cell, program, &environment, error) != 0)
        return -1;
    if (program->directory != NULL) {
        CLEANUP_FREE char *directory =
            target_expand_text(&cell->setup->target, program->directory, cell->bindings, error);
        if (directory == NULL)
            return -1;
        (void)fprintf(out, "%scd ", lead);
        put_word(out, directory);
        (void)fputs("|| exit\n", out);
    }
    (void)fprintf(out, "%sexec env -i ", lead);
    for (size_t i = 0; i < environment.count; i++)
        put_word(out, environment.list[i]);
    for (size_t i = 0; i < argv.count; i++)
        put_word(out, argv.list[i]);
    (void)fputc('\n', out);
    return 0;
}

/* A shell can't make the connections, so these are only shown. */
static int put_companions(FILE *out, const struct cell *cell, struct error *error)
{
    size_t index;
    const json_t *companion;
    json_array_foreach(cell->setup->target.companions, index, companion) {
        const struct cell_program program = companion_program(companion);
        (void)fprintf(out, "# Before it, beside it, the companion %s:\n",
                      json_text(companion, "name"));
        if (put_program(out, cell, &program, "#   ", error) != 0)
            return -1;
    }
    return 0;
}

char *cell_commands(const struct cell *cell, const json_t *steps, struct error *error)
{
    char *text = NULL;
    size_t size = 0;
    size_t index;
    const json_t *step;
    FILE *out = open_memstream(&text, &size);
    if (out == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
        return NULL;
    }
    (void)fprintf(out,
                  "# %s, %s, attempt %u: what was run. To run it again, remove what it left: the\n"
                  "# work directory has to be empty.\n",
                  cell->setup->target.name, cell->shape->name, cell->attempt);
    json_array_foreach(steps, index, step)
        put_step(out, step);
    const struct cell_program program = cell_launched_program(cell);
    int failed = put_companions(out, cell, error);
    if (failed == 0)
        failed = put_program(out, cell, &program, "", error);
    bool whole = ferror(out) == 0;
    if (fclose(out) != 0 || !whole)
        failed = error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    if (failed == 0)
        return text;
    free(text);
    return NULL;
}
