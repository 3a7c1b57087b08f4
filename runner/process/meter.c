/* SPDX-License-Identifier: MIT */
#include "process/meter.h"

#include "base/clock.h"
#include "process/evidence.h"

#include <stdlib.h>

/* Waking is never exact; what is later than this was not the kernel's timer. */
#define LATE_NS (50 * NS_PER_MS)
/* A tree that used less CPU than this share of the time did nothing but wait. */
enum { QUIET_SHARE = 500 };

void meter_start(struct meter *meter, uint64_t now_ns, bool count_io)
{
    *meter = (struct meter){.last_ns = now_ns, .count_io = count_io};
}

void meter_release(struct meter *meter)
{
    free(meter->samples);
    meter->samples = NULL;
}

void meter_reset(struct meter *meter, uint64_t now_ns)
{
    /* Only forward: the clock of a tick may be a little ahead of an event's. */
    meter->last_ns = now_ns > meter->last_ns ? now_ns : meter->last_ns;
    meter->charged_ns = 0;
    meter->excused_ns = 0;
    meter->starved_ns = 0;
    meter->quiet_ns = 0;
    /* Evidence must tell of the call that is out, not of the time before it. */
    if (meter->samples != NULL) {
        meter->samples->recent.taken_ns = 0;
        meter->samples->anchor.taken_ns = 0;
    }
}

/* Whether the tree did nothing at all between two samples. What can't be known is no proof. */
static bool nothing_moves(const struct activity *activity, const struct tree_sample *before,
                          const struct tree_sample *sample)
{
    if (!activity->all_asleep || activity->stopped || sample->cut ||
        activity->ran_ns * QUIET_SHARE > activity->elapsed_ns)
        return false;
    struct io_activity io = sample_compare_io(before, sample);
    if (!io.counted || io.moved)
        return false;
    for (size_t i = 0; i < sample->count; i++)
        if (thread_waits_for_disk(&sample->threads[i]))
            return false;
    return true;
}

/* Keeps a fresh sample as the newest, and older ones as far apart as evidence needs them. */
static void keep_sample(struct meter_samples *samples)
{
    const struct tree_sample *fresh = &samples->fresh;
    if (samples->anchor.taken_ns == 0)
        sample_copy(&samples->anchor, fresh);
    if (samples->recent.taken_ns == 0) {
        sample_copy(&samples->recent, fresh);
    } else if (fresh->taken_ns - samples->recent.taken_ns >= NS_PER_S) {
        sample_copy(&samples->anchor, &samples->recent);
        sample_copy(&samples->recent, fresh);
    }
    sample_copy(&samples->newest, fresh);
}

/* Samples the tree and returns how long it was kept from running since the last sample. Without
 * memory for samples all of the time is excused: what can't be judged is not charged. */
static uint64_t look_at(struct meter *meter, const struct tree *tree, uint64_t now_ns)
{
    if (meter->samples == NULL)
        meter->samples = calloc(1, sizeof *meter->samples);
    struct meter_samples *samples = meter->samples;
    if (samples == NULL)
        return UINT64_MAX;
    uint64_t starved_ns = 0;
    meter->ran = false;
    sample_take(&samples->fresh, tree, now_ns);
    if (meter->count_io)
        sample_take_io(&samples->fresh, tree);
    if (samples->newest.taken_ns != 0) {
        struct activity activity = sample_compare(&samples->newest, &samples->fresh);
        starved_ns = activity.starved_ns;
        meter->stopped = activity.stopped;
        meter->ran = activity.ran_ns > 0;
        meter->quiet_ns = nothing_moves(&activity, &samples->newest, &samples->fresh)
                              ? meter->quiet_ns + activity.elapsed_ns
                              : 0;
    }
    keep_sample(samples);
    return starved_ns;
}

void meter_charge(struct meter *meter, uint64_t now_ns, uint64_t expected_ns,
                  const struct tree *tree)
{
    if (now_ns <= meter->last_ns)
        return;
    uint64_t elapsed_ns = now_ns - meter->last_ns;
    uint64_t absent_ns = 0;
    if (now_ns > expected_ns + LATE_NS) {
        absent_ns = now_ns - expected_ns;
        absent_ns = absent_ns < elapsed_ns ? absent_ns : elapsed_ns;
    }
    uint64_t starved_ns = tree == NULL ? 0 : look_at(meter, tree, now_ns);
    uint64_t present_ns = elapsed_ns - absent_ns;
    starved_ns = starved_ns < present_ns ? starved_ns : present_ns;
    meter->last_ns = now_ns;
    meter->absent_ns += absent_ns;
    meter->excused_ns += absent_ns;
    meter->starved_ns += starved_ns;
    meter->charged_ns += present_ns - starved_ns;
}

enum activity_state meter_sees(const struct meter *meter)
{
    const struct meter_samples *samples = meter->samples;
    if (samples == NULL || samples->anchor.taken_ns == 0)
        return ACTIVITY_UNKNOWN;
    struct activity activity = sample_compare(&samples->anchor, &samples->newest);
    return activity_judge(&activity);
}

bool meter_sees_starved(const struct meter *meter)
{
    return meter_sees(meter) == ACTIVITY_STARVED;
}
