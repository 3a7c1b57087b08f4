/* SPDX-License-Identifier: MIT */
/* Evidence from inside, for a call that is out: what the guest tells of itself (inside.h), and what
 * the descriptor's `inspect` commands print, one after the other. No verdict follows from either,
 * and none waits for them. */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "base/json_access.h"

#include <stdio.h>

/* A call that is out for so long, or for so much of its budget, is looked into. */
#define LOOK_AFTER_NS NS_PER_S
enum { LOOK_SHARE = 4 };
#define LIMIT_NS (3 * NS_PER_S)
/* How much longer its helper is waited for. */
#define HELPER_NS NS_PER_S
/* A guest that tells of itself has done so by then. */
#define TOLD_BY_NS (2500 * NS_PER_MS)

static const json_t *command_at(const struct cell *cell)
{
    return json_array_get(cell->setup->target.inspect, cell->inspected);
}

static uint64_t limit_of(const json_t *command)
{
    const json_t *deadline = json_object_get(command, "deadline");
    return deadline == NULL ? LIMIT_NS : (uint64_t)(json_number_value(deadline) * (double)NS_PER_S);
}

/* What came of the command that is next; the one behind it is next then. */
static void note_result(struct cell *cell, const char *status, json_t *output)
{
    struct builder *builder = &cell->builder;
    if (cell->inspections == NULL)
        cell->inspections = build_array(builder);
    json_t *result = build_next_object(builder, cell->inspections);
    build_text(builder, result, "name", json_text(command_at(cell), "name"));
    build_text(builder, result, "status", status);
    build_set(builder, result, "output",
              output == NULL ? build_array(builder) : json_incref(output));
    cell->inspected++;
}

static void ask(struct cell *cell, uint64_t now_ns)
{
    struct error failed = ERROR_INIT;
    const json_t *command = command_at(cell);
    char pid[16];
    (void)snprintf(pid, sizeof pid, "%d", (int)cell->pid);
    CLEANUP_JSON json_t *bindings = json_copy(cell->bindings);
    json_t *argv = NULL;
    if (json_object_set_new(bindings, "pid", json_string(pid)) == 0)
        argv =
            target_expand(&cell->setup->target, json_object_get(command, "run"), bindings, &failed);
    json_t *request = json_pack("{s:s, s:o, s:f}", "do", "inspect", "run", argv, "deadline",
                                (double)limit_of(command) / (double)NS_PER_S);
    if (cell_ask_deputy(cell, request, &failed) != 0)
        note_result(cell, failed.what, NULL);
    else
        cell->inspect_until_ns = now_ns + limit_of(command) + HELPER_NS;
}

static void give_up(struct cell *cell, const char *why)
{
    deputy_abandon(cell->deputy);
    note_result(cell, why, NULL);
}

void cell_inspect(struct cell *cell, uint64_t now_ns, uint64_t budget_ns)
{
    struct error failed = ERROR_INIT;
    uint64_t after_ns =
        budget_ns / LOOK_SHARE < LOOK_AFTER_NS ? budget_ns / LOOK_SHARE : LOOK_AFTER_NS;
    if (cell->deputy->asked) {
        CLEANUP_JSON json_t *answer = deputy_answer(cell->deputy, &failed);
        if (answer == NULL && failed.code == ERROR_NONE) {
            if (now_ns >= cell->inspect_until_ns)
                give_up(cell, "did not end within its limit");
            return;
        }
        note_result(cell, answer == NULL ? failed.what : member_text(answer, "status"),
                    json_object_get(answer, "output"));
    }
    if (command_at(cell) != NULL && cell->account.call_is_out &&
        cell->meter.charged_ns >= after_ns && !cell->deputy_lost)
        ask(cell, now_ns);
}

void cell_end_inspection(struct cell *cell, uint64_t now_ns)
{
    if (command_at(cell) == NULL || !cell->deputy->asked)
        return;
    cell_inspect(cell, now_ns, 0); /* it may just have come */
    if (cell->deputy->asked)
        give_up(cell, "had not ended when the verdict was due");
}

void cell_add_inside(struct cell *cell, uint64_t now_ns)
{
    struct builder *builder = &cell->builder;
    const struct target *target = &cell->setup->target;
    if (!cell->account.call_is_out || (!target->tells_of_itself && cell->inspections == NULL))
        return;
    json_t *inside = build_object_in(builder, cell->evidence, "inside");
    if (target->tells_of_itself) {
        json_t *tasks = inside_tell(&cell->streams.inside, cell->phase_start_ns, builder);
        bool silent = json_array_size(tasks) == 0 && now_ns - cell->phase_start_ns >= TOLD_BY_NS;
        build_set(builder, inside, "tasks", tasks);
        build_truth(builder, inside, "silent", silent);
    }
    if (cell->inspections != NULL)
        build_share(builder, inside, "inspections", cell->inspections);
}
