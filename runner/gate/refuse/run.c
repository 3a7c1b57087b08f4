/* SPDX-License-Identifier: MIT */
#include "gate/refuse/clock_skew.h"
#include "gate/refuse/refuse.h"

static int refuse_interrupted(const struct refusal_context *context, struct document *document,
                              struct error *error)
{
    (void)context;
    const json_t *run = json_object_get(document->source.root, "run");
    if (!json_truth(run, "interrupted"))
        return 0;
    return reason_add(&document->refusals, error, REASON_INTERRUPTED, "run %s", document->run);
}

static int refuse_too_old(const struct refusal_context *context, struct document *document,
                          struct error *error)
{
    if (context->now - document->finished <= context->criteria->maximum_age_s)
        return 0;
    return reason_add(&document->refusals, error, REASON_TOO_OLD, "finished %s",
                      json_text(json_object_get(document->source.root, "run"), "finished"));
}

static int refuse_future(const struct refusal_context *context, struct document *document,
                         struct error *error)
{
    if (document->finished <= context->now + CLOCK_SKEW_S)
        return 0;
    return reason_add(&document->refusals, error, REASON_FROM_THE_FUTURE, "finished %s",
                      json_text(json_object_get(document->source.root, "run"), "finished"));
}

static int refuse_early_waits(const struct refusal_context *context, struct document *document,
                              struct error *error)
{
    const json_t *budgets = json_object_get(document->source.root, "budgets");
    if (context->criteria->accept_early_waits || !json_truth(budgets, "early"))
        return 0;
    return reason_add(&document->refusals, error, REASON_EARLY_WAITS, "run %s", document->run);
}

/* What the runner takes: a thousandth of a second to a day. */
#define BUDGET_MIN_MS 1
#define BUDGET_MAX_MS 86400000

/** What is given an hour to return is not told from what never does, nor what is given a moment. */
static int refuse_odd_budget(const struct refusal_context *context, struct document *document,
                             struct error *error)
{
    const struct criteria *criteria = context->criteria;
    const struct {
        const char *name;
        long minimum_ms;
        long maximum_ms;
    } limits[] = {
        {"step_ms", criteria->minimum_step_budget_ms, criteria->maximum_step_budget_ms},
        {"control_step_ms", criteria->minimum_step_budget_ms, criteria->maximum_step_budget_ms},
        {"total_ms", BUDGET_MIN_MS, criteria->maximum_total_budget_ms},
        {"boot_ms", BUDGET_MIN_MS, BUDGET_MAX_MS},
        {"exit_ms", BUDGET_MIN_MS, BUDGET_MAX_MS},
        {"grace_ms", BUDGET_MIN_MS, BUDGET_MAX_MS},
    };
    const json_t *budgets = json_object_get(document->source.root, "budgets");
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        double ms = json_number_value(json_object_get(budgets, limits[i].name));
        if (ms > (double)limits[i].maximum_ms &&
            reason_add(&document->refusals, error, REASON_BUDGET_TOO_LONG,
                       "%s is %.0f, at most %ld", limits[i].name, ms, limits[i].maximum_ms) != 0)
            return -1;
        if (ms < (double)limits[i].minimum_ms &&
            reason_add(&document->refusals, error, REASON_BUDGET_TOO_SHORT,
                       "%s is %.3f, at least %ld", limits[i].name, ms, limits[i].minimum_ms) != 0)
            return -1;
    }
    return 0;
}

/**
 * A control that was called hanging sooner than a rename came back shows no hang. What came back
 * too late for the criteria does not count anyway.
 */
static int refuse_outlasted_control(const struct refusal_context *context,
                                    struct document *document, struct error *error)
{
    double maximum_ms = (double)context->criteria->maximum_rename_ms;
    const json_t *budgets = json_object_get(document->source.root, "budgets");
    double control_ms = json_number_value(json_object_get(budgets, "control_step_ms"));
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(document->cells, index, cell) {
        double ms = json_number_value(json_object_get(cell, "rename_ms"));
        if (ms > control_ms && ms <= maximum_ms)
            return reason_add(&document->refusals, error, REASON_BUDGET_TOO_SHORT,
                              "control_step_ms is %.3f, and a rename of %s came back after %.3f",
                              control_ms, json_text(cell, "shape"), ms);
    }
    return 0;
}

static int refuse_backward_time(const struct refusal_context *context, struct document *document,
                                struct error *error)
{
    (void)context;
    if (document->started <= document->finished)
        return 0;
    return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                      "the run finished before it started");
}

refusal_check *const run_checks[] = {
    refuse_interrupted, refuse_too_old,           refuse_future,        refuse_early_waits,
    refuse_odd_budget,  refuse_outlasted_control, refuse_backward_time, NULL,
};
