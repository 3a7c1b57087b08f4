/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/nearest.h"
#include "run/last_run.h"
#include "run/state.h"

#include <stdio.h>
#include <string.h>

#define LAST_RUN_NS (30 * NS_PER_S)

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
        if (is_wanted(options, &shapes[i]))
            run->shapes[run->shape_count++] = &shapes[i];
    return 0;
}

static json_t *look_for_failures(void *context)
{
    const struct run *run = context;
    struct error error = ERROR_INIT;
    struct builder builder = {0};
    char directory[PATH_MAX];
    const char *output = run->options->output == NULL ? "results" : run->options->output;
    json_t *failures = NULL;
    if (last_run_find(output, directory, &error) == 0)
        failures = last_run_failures(directory, &error);
    if (failures != NULL && json_object_size(failures) == 0)
        (void)error_set(&error, ERROR_INPUT, directory, "nothing failed in this run");
    if (error.code != ERROR_NONE) {
        json_decref(failures);
        return deputy_failure(&error);
    }
    json_t *answer = build_object(&builder);
    build_truth(&builder, answer, "ok", true);
    build_set(&builder, answer, "failures", failures);
    return build_finish(&builder, answer);
}

int run_find_last_failed(struct run *run, struct error *error)
{
    struct error failed = ERROR_INIT;
    struct deputy deputy = {.fd = -1};
    if (!run->options->last_failed)
        return 0;
    CLEANUP_JSON json_t *answer =
        run_do_apart(run, &deputy, look_for_failures, LAST_RUN_NS, &failed);
    deputy_abandon(&deputy);
    const char *why = answer == NULL ? failed.what : deputy_refusal(answer);
    if (why != NULL)
        return error_set(error, ERROR_INPUT, "--last-failed", "%s", why);
    run->last_failed = json_incref(json_object_get(answer, "failures"));
    return 0;
}

uint64_t run_choose_wanted(const struct run *run, const char *target)
{
    uint64_t wanted = 0;
    size_t index;
    const json_t *name;
    if (run->last_failed == NULL)
        return UINT64_MAX;
    json_array_foreach(json_object_get(run->last_failed, target), index, name)
        for (size_t i = 0; i < run->shape_count; i++)
            if (strcmp(run->shapes[i]->name, json_string_value(name)) == 0)
                wanted |= UINT64_C(1) << i;
    return wanted;
}

bool run_wants(const struct run_target *target, size_t shape)
{
    return (target->wanted >> shape & 1U) != 0;
}

unsigned run_count_wanted(const struct run *run, const struct run_target *target)
{
    unsigned count = 0;
    for (size_t i = 0; i < run->shape_count; i++)
        count += run_wants(target, i) ? 1 : 0;
    return count;
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
    if (shape->needs != NULL && json_object_get(setup->target.offers, shape->needs) == NULL)
        return shape_missing_need(shape);
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
            if (run_wants(&run->targets[i], j) &&
                run_skip_reason(&run->targets[i], run->shapes[j]) == NULL)
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
        if (!plan->controls && !run_wants(*target, plan->shape))
            continue;
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
