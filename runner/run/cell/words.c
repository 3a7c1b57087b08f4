/* SPDX-License-Identifier: MIT */
#include "run/cell/words.h"

#include "base/cleanup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What a child gets from our own environment; all else would make runs differ by accident. */
static const char *const inherited[] = {"PATH", "HOME", "USER", "LOGNAME", "TMPDIR", "LANG"};

void cell_words_release(struct cell_words *words)
{
    for (size_t i = 0; i < words->count; i++)
        free(words->list[i]);
}

static int add_word(struct cell_words *words, char *owned, struct error *error)
{
    if (owned == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a command line");
    if (words->count == CELL_WORDS_MAX) {
        free(owned);
        return error_set(error, ERROR_INPUT, NULL, "a command line of more than %d words",
                         (int)CELL_WORDS_MAX);
    }
    words->list[words->count++] = owned;
    return 0;
}

static char *join(const char *name, const char *value)
{
    char *text = NULL;
    return asprintf(&text, "%s=%s", name, value) < 0 ? NULL : text;
}

/* Borrowed: the descriptor's command line for what this cell runs, unexpanded. */
json_t *cell_argv(const struct cell *cell)
{
    const struct target *target = &cell->setup->target;
    if (cell->shape->needs != NULL)
        return json_object_get(target->offered_argv, cell->shape->needs);
    return shape_is_script(cell->shape) ? target->script_argv : target->argv;
}

struct cell_program cell_launched_program(const struct cell *cell)
{
    const struct target *target = &cell->setup->target;
    return (struct cell_program){.argv = cell_argv(cell),
                                 .environment = target->environment,
                                 .directory = target->launch_directory};
}

int cell_words_argv(const struct cell *cell, const struct cell_program *program,
                    struct cell_words *argv, struct error *error)
{
    const struct target *target = &cell->setup->target;
    size_t index;
    const json_t *word;
    json_array_foreach(program->argv, index, word) {
        struct error failed = ERROR_INIT;
        char *text = target_expand_text(target, json_string_value(word), cell->bindings, &failed);
        if (text == NULL)
            return error_set(error, failed.code, failed.where, "%s", failed.what);
        if (add_word(argv, text, error) != 0)
            return -1;
    }
    if (argv->count > 0 && strchr(argv->list[0], '/') == NULL)
        return error_set(error, ERROR_INPUT, target->source.path,
                         "the launched program '%s' is no path; use {program:NAME}", argv->list[0]);
    return 0;
}

int cell_words_environment(const struct cell *cell, const struct cell_program *program,
                           struct cell_words *environment, struct error *error)
{
    const struct target *target = &cell->setup->target;
    for (size_t i = 0; i < sizeof inherited / sizeof inherited[0]; i++) {
        const char *value = getenv(inherited[i]);
        if (value != NULL && json_object_get(program->environment, inherited[i]) == NULL &&
            add_word(environment, join(inherited[i], value), error) != 0)
            return -1;
    }
    const char *name;
    json_t *template;
    json_object_foreach(program->environment, name, template) {
        CLEANUP_FREE char *value =
            target_expand_text(target, json_string_value(template), cell->bindings, error);
        if (value == NULL || add_word(environment, join(name, value), error) != 0)
            return -1;
    }
    return 0;
}

pid_t cell_spawn(struct cell *cell, const struct cell_program *program,
                 const struct cell_ends *streams, int *report, struct error *error)
{
    CLEANUP(cell_words_release) struct cell_words argv = {.count = 0};
    CLEANUP(cell_words_release) struct cell_words environment = {.count = 0};
    CLEANUP_FREE char *directory = NULL;
    int given[CONNECTIONS_MAX];
    int more[CONNECTIONS_MAX];
    if (cell_words_argv(cell, program, &argv, error) != 0 ||
        cell_words_environment(cell, program, &environment, error) != 0)
        return -1;
    if (program->directory != NULL &&
        (directory = target_expand_text(&cell->setup->target, program->directory, cell->bindings,
                                        error)) == NULL)
        return -1;
    size_t count = companions_take_ends(cell, program, given);
    for (size_t i = 0; i < count; i++) /* a number that is not its own has what it has already */
        more[i] = given[i] >= 0 ? given[i] : streams->in;
    const struct spawn_request request = {
        .argv = argv.list,
        .environment = environment.list,
        .directory = directory,
        .stdin_fd = streams->in,
        .stdout_fd = streams->out,
        .stderr_fd = streams->error,
        .more_fds = more,
        .more_count = count,
        .cgroup_fd = cell->group->fd,
    };
    pid_t pid = spawn_process(cell->settings->spawner, &request, report, error);
    /* Who has an end must be the only one: the other side learns of its end by that. */
    for (size_t i = 0; i < count; i++)
        cleanup_fd(&given[i]);
    return pid;
}
