/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/json_access.h"
#include "target/placeholder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

static void make_nonce(char out[static 17])
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = clock_now_ns();
    (void)snprintf(out, 17, "%016llx", (unsigned long long)random);
}

void cell_describe(const struct cell *cell, char *out, size_t size)
{
    int used = snprintf(out, size, "%s/%s", cell->setup->target.name, cell->shape->name);
    if (cell->attempt > 1 && used > 0 && (size_t)used < size)
        (void)snprintf(out + used, size - (size_t)used, ", attempt %u", cell->attempt);
}

void cell_release_names(struct cell *cell)
{
    free(cell->directory);
    free(cell->guest_directory);
    json_decref(cell->bindings);
}

static const char *arguments_of(const struct cell *cell)
{
    const struct target *target = &cell->setup->target;
    return shape_is_script(cell->shape) && target->script_arguments != NULL
               ? target->script_arguments
               : target->arguments;
}

int cell_make_bindings(struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    const struct shape *shape = cell->shape;
    char probe[PATH_MAX];
    const char *probes = shape_is_script(shape)
                             ? cell->setup->scripts
                             : json_string_value(json_object_get(cell->setup->bindings, "probes"));
    if (asprintf(&cell->directory, "%s/%s", cell->settings->scratch, cell->name) < 0) {
        cell->directory = NULL;
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    }
    if (path_format(probe, sizeof probe, error, "%s/%s", probes, shape->name) != 0)
        return -1;
    cell->bindings = json_copy(cell->setup->bindings);
    if (cell->bindings == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    const struct {
        const char *name;
        const char *value;
    } texts[] = {
        {"cell", cell->directory},
        {"cell_name", cell->name},
        {"nonce", cell->nonce},
        {"shape", shape->name},
        {"probe", probe},
        {"probe_name", shape->name},
        {"python_flags", shape->python_flags},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].value != NULL &&
            placeholders_bind(cell->bindings, texts[i].name, texts[i].value, error) != 0)
            return -1;
    cell->guest_directory =
        target_expand_text(target, target->guest_directory, cell->bindings, error);
    if (cell->guest_directory == NULL)
        return -1;
    if (placeholders_bind(cell->bindings, "work", cell->guest_directory, error) != 0)
        return -1;
    const char *given = arguments_of(cell);
    CLEANUP_FREE char *arguments =
        given == NULL ? NULL : target_expand_text(target, given, cell->bindings, error);
    return given == NULL       ? 0
           : arguments == NULL ? -1
                               : placeholders_bind(cell->bindings, "arguments", arguments, error);
}

void cell_take_name(struct cell *cell)
{
    make_nonce(cell->nonce);
    (void)snprintf(cell->name, sizeof cell->name, "rename-oracle.%s", cell->nonce);
}

/* Whether the journal can name a file of the shape. */
static int check_path(const struct cell *cell, const char *name, struct error *error)
{
    size_t length =
        journal_encoded_length(cell->guest_directory) + 1 + journal_encoded_length(name);
    if (length <= JOURNAL_VALUE_MAX)
        return 0;
    return error_set(error, ERROR_ENVIRONMENT, cell->setup->target.name,
                     "the journal would need %zu bytes for the name of %s/%s and can carry %d; "
                     "choose a shorter --root, TMPDIR or work directory",
                     length, cell->guest_directory, name, JOURNAL_VALUE_MAX);
}

/* The longest word that is a path, behind its "--dir=" where it has one. */
static void find_longest_path(const char *arguments, char *out, size_t size)
{
    size_t longest = 0;
    for (const char *word = arguments; *word != '\0'; word += strspn(word, " ;")) {
        size_t length = strcspn(word, " ;");
        const char *path = memchr(word, '/', length);
        size_t rest = path == NULL ? 0 : length - (size_t)(path - word);
        if (rest > longest) {
            longest = rest;
            (void)snprintf(out, size, "%.*s", (int)rest, path);
        }
        word += length;
    }
}

/* What is too long would end the launcher with no word of ours. */
static int check_arguments(const struct cell *cell, struct error *error)
{
    char longest[PATH_MAX] = "none";
    bool is_script = shape_is_script(cell->shape);
    const char *arguments = json_text(cell->bindings, "arguments");
    const char *program = json_text(cell->bindings, is_script ? "python" : "probe");
    if (cell->setup->argument_bytes == 0 || arguments == NULL || program == NULL)
        return 0;
    const char *slash = strrchr(program, '/');
    size_t length = strlen(slash == NULL ? program : slash + 1) + 1 + strlen(arguments);
    if (length <= cell->setup->argument_bytes)
        return 0;
    find_longest_path(arguments, longest, sizeof longest);
    return error_set(error, ERROR_ENVIRONMENT, cell->setup->target.name,
                     "%s would get %zu bytes of arguments, and a guest of this release takes %zu; "
                     "the longest path in them is %s: choose a shorter TMPDIR or sysroot",
                     cell->shape->name, length, cell->setup->argument_bytes, longest);
}

int cell_check_paths(const struct cell_settings *settings, struct target_setup *setup,
                     const struct shape *shape, struct error *error)
{
    struct cell cell = {.settings = settings, .setup = setup, .shape = shape};
    cell_take_name(&cell);
    int failed = cell_make_bindings(&cell, error);
    if (failed == 0)
        failed = check_arguments(&cell, error);
    const struct shape_rename *last = shape->renames + sizeof shape->renames / sizeof *last;
    for (const struct shape_rename *rename = shape->renames;
         failed == 0 && rename < last && rename->from != NULL; rename++)
        if (check_path(&cell, rename->from, error) != 0 ||
            check_path(&cell, rename->to, error) != 0)
            failed = -1;
    cell_release_names(&cell);
    return failed;
}
