/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"
#include "run/state.h"

#include <stdio.h>
#include <string.h>

static bool is_wanted(const struct run_options *options, const struct shape *shape)
{
    if (shape_is_script(shape) && options->scenario != NULL &&
        strcmp(shape->scenario, options->scenario) == 0)
        return true;
    if (options->shape_count == 0)
        return shape->group == SHAPE_GATING ||
               (options->extended && shape->group == SHAPE_EXTENDED && !shape_is_script(shape));
    for (size_t i = 0; i < options->shape_count; i++)
        if (strcmp(options->shapes[i], shape->name) == 0)
            return true;
    return false;
}

static int check_scenario(const char *name, struct error *error)
{
    struct nearest nearest = {.word = name};
    for (size_t i = 0; i < shape_count; i++) {
        if (!shape_is_script(&shapes[i]))
            continue;
        if (strcmp(shapes[i].scenario, name) == 0)
            return 0;
        nearest_offer(&nearest, shapes[i].scenario);
    }
    return error_set(error, ERROR_USAGE, "--scenario",
                     "no such scenario: %s%s; 'rename-oracle list' shows all", name, nearest.hint);
}

static int refuse_shape(const char *name, struct error *error)
{
    struct nearest nearest = {.word = name};
    for (size_t i = 0; i < shape_count; i++)
        if (shapes[i].group != SHAPE_CONTROL)
            nearest_offer(&nearest, shapes[i].name);
    return error_set(error, ERROR_USAGE, "--shape",
                     "no such shape: %s%s; 'rename-oracle list' shows all", name, nearest.hint);
}

int run_choose_shapes(struct run *run, struct error *error)
{
    const struct run_options *options = run->options;
    if (options->scenario != NULL && check_scenario(options->scenario, error) != 0)
        return -1;
    for (size_t i = 0; i < options->shape_count; i++) {
        const struct shape *shape = shape_find(options->shapes[i]);
        if (shape == NULL || shape->group == SHAPE_CONTROL)
            return refuse_shape(options->shapes[i], error);
    }
    for (size_t i = 0; i < shape_count && run->shape_count < RUN_SHAPES_MAX; i++)
        if (is_wanted(options, &shapes[i])) {
            progress_shape(run->progress, shapes[i].name);
            run->shapes[run->shape_count++] = &shapes[i];
        }
    return 0;
}

static unsigned count_controls(void)
{
    unsigned count = 0;
    for (size_t i = 0; i < shape_count; i++)
        count += shapes[i].group == SHAPE_CONTROL ? 1 : 0;
    return count;
}

const char *run_skip_reason(const struct run_target *target, const struct shape *shape)
{
    const struct target_setup *setup = &target->setup;
    if (setup->skipped)
        return setup->skip_reason;
    return shape_is_script(shape) && setup->scenario_missing[0] != '\0' ? setup->scenario_missing
                                                                        : NULL;
}

unsigned run_count_planned(const struct run *run)
{
    unsigned controls = run->options->no_controls ? 0 : count_controls();
    unsigned planned = 0;
    for (size_t i = 0; i < run->target_count; i++) {
        planned += run->targets[i].setup.skipped ? 0 : controls;
        for (size_t j = 0; j < run->shape_count; j++)
            if (run_skip_reason(&run->targets[i], run->shapes[j]) == NULL)
                planned += run->attempts;
    }
    return planned;
}

/* Moves on to the next control of the next target; false when all have been taken. */
static bool next_control(struct run *run)
{
    struct plan *plan = &run->plan;
    for (; plan->shape < shape_count; plan->shape++, plan->target = 0)
        if (shapes[plan->shape].group == SHAPE_CONTROL && plan->target < run->target_count)
            return true;
    return false;
}

static bool next_cell(struct run *run)
{
    struct plan *plan = &run->plan;
    if (plan->target == run->target_count) {
        plan->target = 0;
        plan->shape++;
    }
    if (plan->shape == run->shape_count) {
        plan->shape = 0;
        plan->attempt++;
    }
    return run->target_count > 0 && run->shape_count > 0 && plan->attempt <= run->attempts;
}

/* From the controls to the cells that may run side by side, to those that may not, to the end. */
static void end_part(struct run *run)
{
    struct plan *plan = &run->plan;
    run->planned_out = plan->exhausting;
    *plan = (struct plan){.exhausting = !plan->controls, .attempt = 1};
}

bool run_take_next(struct run *run, bool idle, const struct shape **shape,
                   struct run_target **target, unsigned *attempt)
{
    struct plan *plan = &run->plan;
    while (!run->planned_out && (idle || !plan->exhausting)) {
        if (!(plan->controls ? next_control(run) : next_cell(run))) {
            end_part(run);
            continue;
        }
        *target = &run->targets[plan->target++];
        *shape = plan->controls ? &shapes[plan->shape] : run->shapes[plan->shape];
        if (run_skip_reason(*target, *shape) != NULL)
            continue;
        bool exhausting = (*shape)->exhausts && !(*target)->setup.target.own_file_system;
        if (exhausting != plan->exhausting)
            continue;
        *attempt = plan->controls ? 1 : plan->attempt;
        return true;
    }
    return false;
}
