/* SPDX-License-Identifier: MIT */
#include "gate/evidence/evidence_doubt.h"

#include <math.h>
#include <string.h>

/** Each time was rounded by itself. */
#define ROUNDING_MS 0.002

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/** The CPU time of all threads, and of the one with the most, within the window. */
struct cpu {
    double all_ms;
    double most_ms;
};

static struct cpu add_up(const json_t *threads)
{
    struct cpu cpu = {0};
    size_t index = 0;
    const json_t *thread = NULL;
    json_array_foreach(threads, index, thread) {
        double ms = number_of(thread, "cpu_ms");
        cpu.all_ms += ms;
        cpu.most_ms = fmax(cpu.most_ms, ms);
    }
    return cpu;
}

/** The same bounds as where the runner finds the state (process/sample.c): 5 % of the window. */
static const char *state_doubt(const json_t *evidence)
{
    const json_t *threads = json_object_get(evidence, "threads");
    const char *state = json_text(evidence, "state");
    double share_ms = number_of(evidence, "window_ms") / 20;
    struct cpu cpu = add_up(threads);
    if (json_array_size(threads) == 0)
        return "its evidence has no thread";
    if (strcmp(state, "blocked") == 0 && cpu.all_ms > share_ms + ROUNDING_MS)
        return "its evidence is blocked, and used the CPU";
    if (strcmp(state, "spinning") == 0 && cpu.most_ms < share_ms - ROUNDING_MS)
        return "its evidence is spinning, and used no CPU";
    return NULL;
}

static const char *threads_doubt(const json_t *threads)
{
    size_t index = 0;
    const json_t *thread = NULL;
    json_array_foreach(threads, index, thread) {
        json_int_t tid = json_integer_value(json_object_get(thread, "tid"));
        if (tid <= 0 || json_integer_value(json_object_get(thread, "pid")) <= 0)
            return "its evidence has a process without a number";
        for (size_t i = 0; i < index; i++)
            if (json_integer_value(json_object_get(json_array_get(threads, i), "tid")) == tid)
                return "its evidence has a thread twice";
    }
    return NULL;
}

static const char *times_doubt(const struct document *document, const json_t *cell,
                               const json_t *evidence, double entered_ms)
{
    const json_t *budgets = json_object_get(document->source.root, "budgets");
    bool early = !json_is_null(json_object_get(evidence, "early"));
    double out_ms = number_of(evidence, "out_ms");
    double charged_ms = number_of(evidence, "charged_ms");
    if (charged_ms > out_ms + ROUNDING_MS)
        return "its evidence charges more than the call was out";
    if (early && !json_truth(budgets, "early"))
        return "it ended early in a run whose waits could not";
    if (!early && charged_ms < number_of(budgets, "control_step_ms") - ROUNDING_MS)
        return "it was ended before its budget";
    if (entered_ms + out_ms > number_of(cell, "duration_ms") + ROUNDING_MS)
        return "its call was out for longer than the attempt took";
    if (number_of(evidence, "window_ms") > number_of(cell, "duration_ms") + ROUNDING_MS)
        return "its evidence was taken over more than the attempt";
    return NULL;
}

const char *evidence_doubt(const struct document *document, const json_t *cell, double entered_ms)
{
    const json_t *evidence = json_object_get(cell, "evidence");
    const char *doubt = state_doubt(evidence);
    if (doubt == NULL)
        doubt = threads_doubt(json_object_get(evidence, "threads"));
    return doubt != NULL ? doubt : times_doubt(document, cell, evidence, entered_ms);
}
