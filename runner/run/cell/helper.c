/* SPDX-License-Identifier: MIT */
/* A cell's talk with its deputy. */
#include "run/cell/stages.h"

#include "run/helper/work.h"

#include <stdio.h>

int cell_ask_deputy(struct cell *cell, json_t *request, struct error *error)
{
    if (cell->deputy->pid == 0 &&
        deputy_start(cell->deputy, work_carry_out, NULL, NULL, error) != 0) {
        json_decref(request);
        return -1;
    }
    return deputy_ask(cell->deputy, request, NULL, error);
}

/* Why a deputy did not answer: a process that was left behind may hold what it waits for. */
static void describe_loss(const struct cell *cell, const struct process_table *table, char *why,
                          size_t size)
{
    const struct cell_settings *settings = cell->settings;
    struct bystander ahead;
    if (behind_find(&cell->patience.tree, cell->setup->device, table, settings->knows,
                    settings->knows_context, &ahead))
        (void)snprintf(why, size, "behind %s (pid %d), which holds a lock of the kernel",
                       ahead.name, (int)ahead.pid);
    else
        patience_describe(&cell->patience, why, size);
}

static void lose_deputy(struct cell *cell)
{
    static const enum helper_work works[] = {
        [CELL_PREPARING] = WORK_PREPARE, [CELL_VIEWING] = WORK_LOOK, [CELL_CLEANING] = WORK_CLEAN};
    char name[SILENCE_NAME_SIZE];
    cell_describe(cell, name, sizeof name);
    silence_note(cell->setup->silence, works[cell->stage], name);
    cell->deputy_lost = true;
}

json_t *cell_hear_deputy(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    struct error failed = ERROR_INIT;
    char why[256];
    json_t *answer = deputy_answer(cell->deputy, &failed);
    bool lost = answer == NULL && failed.code == ERROR_NONE;
    if (lost && !patience_is_over(&cell->patience, now_ns, table))
        return NULL;
    if (answer == NULL) {
        describe_loss(cell, table, why, sizeof why);
        answer = deputy_no_answer(lost ? why : failed.what);
        deputy_abandon(cell->deputy);
        cell->cleaning_asked = false; /* with that deputy, its next question is gone, too */
    }
    if (lost)
        lose_deputy(cell);
    else
        cell->setup->silence->doubted = false;
    return answer;
}
