/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "run/helper/steps.h"
#include "run/recorded_files.h"

#include <stdio.h>

/* Removing is waited for while it gets on: a slow file system may answer for each name by itself.
 */
#define CLEAN_NS (5 * NS_PER_S)
#define CLEAN_LONGEST_NS (60 * NS_PER_S)
/* After a hang the file system itself may be stuck; waiting for it would only cost time. */
#define CLEAN_AFTER_HANG_NS NS_PER_S
/* Who interrupts a run wants it to end, and removes what is left himself if he must. */
#define CLEAN_ABORTED_NS (2 * NS_PER_S)

/* The steps that clear everything away that the cell had. */
static int add_cleaning(const struct cell *cell, json_t *steps, struct error *error)
{
    const struct target *target = &cell->setup->target;
    if (cell_add_steps(cell, target_steps(target, "cleanup"), steps, error) != 0 ||
        cell_add_steps(cell, target_offered_steps(target, cell->shape->needs, "cleanup"), steps,
                       error) != 0)
        return -1;
    if (json_array_append_new(steps, json_pack("{s:s}", "remove", cell->directory)) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    return 0;
}

int cell_ask_for_cleaning(struct cell *cell, bool clean, struct error *error)
{
    struct builder builder = {0};
    CLEANUP_JSON json_t *steps = json_array();
    if (clean && add_cleaning(cell, steps, error) != 0)
        return -1;
    json_t *request = steps_request(json_incref(steps), cell->settings->scratch, cell->name);
    build_set(&builder, request, "files", recorded_for(cell->setup->files, cell->shape->name));
    return cell_ask_deputy(cell, build_finish(&builder, request), error);
}

/* Whether a process that was left behind may hold the locks of the directories that it was at work
 * in: whoever is sent there would be stuck as well. */
static bool is_locked_in(const struct cell *cell)
{
    size_t index;
    const json_t *survivor;
    json_array_foreach(cell->survivors, index, survivor) {
        pid_t pid = (pid_t)json_integer_value(json_object_get(survivor, "pid"));
        unsigned set = process_waits_read(pid).set;
        if ((set & (1U << KERNEL_WAIT_FILE_SYSTEM | 1U << KERNEL_WAIT_UNSEEN)) != 0)
            return true;
    }
    return false;
}

/* Whether nobody is to be sent to clear away, and why. */
static bool is_not_to_be_cleaned(const struct cell *cell, char *why, size_t size)
{
    if (cell->deputy_lost)
        (void)snprintf(why, size, "one helper is lost already");
    else if (is_locked_in(cell))
        (void)snprintf(why, size, "a process that could not be ended is still in it");
    else
        return silence_refuses(cell->setup->silence, WORK_CLEAN, why, size);
    return true;
}

void cell_clean(struct cell *cell, uint64_t now_ns)
{
    struct error failed = ERROR_INIT;
    char why[320];
    cell->ended_ns = cell->ended_ns == 0 ? now_ns : cell->ended_ns;
    cell->stage = CELL_DONE;
    bool remove = !cell->settings->keep;
    if (!cell->cleaning_asked && remove && is_not_to_be_cleaned(cell, why, sizeof why)) {
        cell_add_anomaly(cell, "left_behind", "%s: not cleared away: %s", cell->name, why);
        remove = false;
    }
    if (cell->deputy_lost)
        return;
    if (cell->cleaning_asked) {
        cell->deputy->asked = true; /* the answer to come is that one's */
    } else if (cell_ask_for_cleaning(cell, remove, &failed) != 0) {
        cell_add_anomaly(cell, "left_behind", "%s: %s", cell->directory, failed.what);
        return;
    }
    cell->stage = CELL_CLEANING;
    bool stuck = cell_waited_in_vain(cell) || cell->survivors != NULL || cell->hurried;
    patience_start(&cell->patience, cell->deputy->pid, stuck ? CLEAN_AFTER_HANG_NS : CLEAN_NS,
                   cell->hurried ? CLEAN_ABORTED_NS : CLEAN_LONGEST_NS, now_ns);
}

void cell_take_cleaning(struct cell *cell, const json_t *answer)
{
    const char *why = deputy_refusal(answer);
    const char *changed = json_string_value(json_object_get(answer, "changed"));
    if (why != NULL)
        cell_add_anomaly(cell, "left_behind", "%s", why);
    if (changed != NULL)
        (void)error_set(&cell->failure, ERROR_INPUT, NULL, "%s", changed);
    cell->stage = CELL_DONE;
}
