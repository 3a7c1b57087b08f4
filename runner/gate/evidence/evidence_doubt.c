/* SPDX-License-Identifier: MIT */
#include "gate/evidence/evidence_doubt.h"

#include <math.h>
#include <string.h>

/** Each time was rounded by itself. */
#define ROUNDING_MS 0.002
/* Two samples are at least this far apart in a wait of a second: the runner takes them from its
 * first 50 ms on. Some kernels count CPU time in ticks. */
#define WINDOW_MIN_MS 100
#define TICK_MS 20
/* How late the runner may see that a budget is spent. */
#define LATE_MS 1000

static double number_of(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

/** What the threads did within the window: CPU time and, at most, waiting for a CPU. */
struct cpu {
    double all_ms;
    double most_ms;
    double waited_ms;
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
        cpu.waited_ms = fmax(cpu.waited_ms, number_of(thread, "waited_ms"));
    }
    return cpu;
}

/** The same bounds as where the runner finds the state (process/sample.c): 5 % of the window. */
static const char *state_doubt(const json_t *evidence)
{
    const json_t *threads = json_object_get(evidence, "threads");
    const char *state = json_text(evidence, "state");
    double window_ms = number_of(evidence, "window_ms");
    double share_ms = window_ms / 20;
    struct cpu cpu = add_up(threads);
    if (window_ms < WINDOW_MIN_MS)
        return "its evidence was taken over too short a time to tell";
    if (cpu.most_ms > window_ms + TICK_MS)
        return "its evidence has a thread that used more CPU than there was time";
    if (json_array_size(threads) == 0)
        return "its evidence has no thread";
    if (json_truth(evidence, "threads_cut"))
        return "its evidence does not have all threads";
    if (strcmp(state, "blocked") == 0 && cpu.all_ms > share_ms + ROUNDING_MS)
        return "its evidence is blocked, and used the CPU";
    if (strcmp(state, "blocked") == 0 && cpu.waited_ms * 2 > window_ms + ROUNDING_MS)
        return "its evidence is blocked, and went without a CPU";
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
        if (strchr("RSDTtIPKW", json_text(thread, "state")[0]) == NULL)
            return "its evidence has a thread in a state that does not exist";
        for (size_t i = 0; i < index; i++)
            if (json_integer_value(json_object_get(json_array_get(threads, i), "tid")) == tid)
                return "its evidence has a thread twice";
    }
    return NULL;
}

/** The runner's rule for an end before the budget (run/cell/watch.c); only such runs count io. */
static const char *early_doubt(const struct document *document, const json_t *evidence)
{
    const json_t *early = json_object_get(evidence, "early");
    const json_t *io = json_object_get(evidence, "io");
    double quiet_ms = number_of(early, "quiet_ms");
    bool counted = json_is_object(io);
    if (counted != json_truth(json_object_get(document->source.root, "budgets"), "early"))
        return "its evidence counts what only a run counts whose waits may end early";
    if (json_is_null(early))
        return NULL;
    if (!counted)
        return "it ended early in a run whose waits could not";
    if (strcmp(json_text(evidence, "state"), "blocked") != 0 || !json_truth(io, "counted"))
        return "it ended early, and not because nothing moved";
    if (quiet_ms < 1000 || quiet_ms < 8 * number_of(early, "longest_gap_ms") - ROUNDING_MS ||
        quiet_ms > number_of(evidence, "out_ms") + ROUNDING_MS)
        return "it ended earlier than its silence allows";
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
    if (!early && charged_ms < number_of(budgets, "control_step_ms") - ROUNDING_MS)
        return "it was ended before its budget";
    if (entered_ms + out_ms > number_of(cell, "duration_ms") + ROUNDING_MS)
        return "its call was out for longer than the attempt took";
    if (number_of(evidence, "window_ms") > out_ms + ROUNDING_MS)
        return "its evidence was taken over more than its call was out";
    if (charged_ms > number_of(budgets, "total_ms") + LATE_MS)
        return "its call was out for longer than the whole attempt may take";
    if (add_up(json_object_get(evidence, "threads")).waited_ms >
        number_of(cell, "duration_ms") + ROUNDING_MS)
        return "its evidence has a thread that waited for longer than the attempt took";
    size_t index = 0;
    const json_t *ended = NULL;
    json_array_foreach(json_object_get(evidence, "ended"), index, ended)
        if (number_of(ended, "after_ms") > number_of(cell, "duration_ms") + ROUNDING_MS)
            return "its evidence has a process that ended after the attempt";
    return NULL;
}

const char *evidence_doubt(const struct document *document, const json_t *cell, double entered_ms)
{
    const json_t *evidence = json_object_get(cell, "evidence");
    const char *doubt = state_doubt(evidence);
    if (doubt == NULL)
        doubt = threads_doubt(json_object_get(evidence, "threads"));
    if (doubt == NULL)
        doubt = early_doubt(document, evidence);
    return doubt != NULL ? doubt : times_doubt(document, cell, evidence, entered_ms);
}
