/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "run/cell/commands.h"
#include "run/helper/steps.h"

#include <string.h>

/* How long a deputy that prepares may be silent, besides what its tools may take: longer than any
 * disk needs to spin up, and a file system that is silent for longer would only cost time. */
#define PREPARE_NS (20 * NS_PER_S)
#define HELD_TICK_NS (100 * NS_PER_MS)

/* For --keep: how to do by hand what follows. Beside the cell's directory, which may be the one
 * that the probe works in. */
static int add_commands(const struct cell *cell, json_t *all, struct error *error)
{
    char path[PATH_MAX];
    CLEANUP_FREE char *text = cell_commands(cell, all, error);
    if (text == NULL || path_format(path, sizeof path, error, "%s.commands", cell->directory) != 0)
        return -1;
    if (!text_is_utf8(text, strlen(text)))
        return error_set(
            error, ERROR_ENVIRONMENT, "--keep",
            "what a cell inherits from the environment is no UTF-8; set PATH, HOME and "
            "TMPDIR to other words");
    if (json_array_insert_new(all, 0, json_pack("{s:s, s:s}", "write", path, "text", text)) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    return 0;
}

int cell_add_steps(const struct cell *cell, json_t *steps, json_t *all, struct error *error)
{
    if (steps == NULL)
        return 0;
    CLEANUP_JSON json_t *expanded =
        target_expand(&cell->setup->target, steps, cell->bindings, error);
    if (expanded == NULL)
        return -1;
    if (json_array_extend(all, expanded) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    return 0;
}

/* The steps of the descriptor behind a first one that makes the cell's own directory. */
static json_t *expand_preparation(const struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    json_t *own =
        shape_is_script(cell->shape) ? json_object_get(target->interpreter, "prepare") : NULL;
    json_t *steps = own != NULL ? own : target_steps(target, "prepare");
    CLEANUP_JSON json_t *all = json_pack("[{s:s}]", "make_directory", cell->directory);
    if (cell_add_steps(cell, steps, all, error) != 0 ||
        cell_add_steps(cell, target_offered_steps(target, cell->shape->needs, "prepare"), all,
                       error) != 0)
        return NULL;
    if (cell->settings->keep && add_commands(cell, all, error) != 0)
        return NULL;
    return json_incref(all);
}

static int ask_for_preparation(struct cell *cell, uint64_t now_ns, struct error *error)
{
    json_t *steps = expand_preparation(cell, error);
    if (steps == NULL)
        return -1;
    uint64_t silence_ns = PREPARE_NS + steps_longest_tool_ns(steps);
    if (cell_ask_deputy(cell, steps_request(steps, cell->settings->scratch, cell->name), error) !=
        0)
        return -1;
    cell->stage = CELL_PREPARING;
    patience_start(&cell->patience, cell->deputy->pid, silence_ns, silence_ns * PATIENCE_TIMES,
                   now_ns);
    return 0;
}

void cell_prepare(struct cell *cell, uint64_t now_ns)
{
    struct silence *silence = cell->setup->silence;
    struct error failed = ERROR_INIT;
    char why[320];
    cell->stage = CELL_HELD;
    cell->expected_ns = now_ns + HELD_TICK_NS;
    if (silence_refuses(silence, WORK_PREPARE, why, sizeof why)) {
        (void)error_set(&failed, ERROR_ENVIRONMENT, NULL, "not tried: %s", why);
    } else if (silence_holds(silence)) {
        return;
    } else if (ask_for_preparation(cell, now_ns, &failed) == 0) {
        silence->out++; /* for those that start in the same turn */
        return;
    }
    cell_fail(cell, &failed);
    cell->ended_ns = now_ns;
    cell->stage = CELL_DONE;
}

void cell_take_preparation(struct cell *cell, const json_t *answer, uint64_t now_ns)
{
    const char *why = deputy_refusal(answer);
    if (why == NULL) {
        cell_start_companions(cell, now_ns);
        return;
    }
    (void)error_set(&cell->failure, ERROR_ENVIRONMENT, NULL, "preparing the cell failed: %s", why);
    cell_clean(cell, now_ns);
}
