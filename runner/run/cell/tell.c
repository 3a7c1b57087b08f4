/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "process/evidence.h"

/* Calls come back in less, also on a slow host. */
#define SLOW_NS NS_PER_S

/* Controls hang because they must, and nobody waits for their verdicts. */
static bool has_listener(const struct cell *cell)
{
    return cell->settings->tell != NULL && cell->shape->group != SHAPE_CONTROL;
}

void cell_tell_slow(struct cell *cell, uint64_t now_ns)
{
    char summary[512];
    struct builder builder = {0};
    const struct meter *meter = &cell->meter;
    if (cell->slow_told || !has_listener(cell) || !cell->account.call_is_out ||
        meter->charged_ns < SLOW_NS)
        return;
    enum activity_state state = meter_sees(meter);
    if (state != ACTIVITY_BLOCKED && state != ACTIVITY_SPINNING)
        return;
    cell->slow_told = true;
    evidence_summarize(&cell->tree, &meter->samples->anchor, &meter->samples->newest, summary,
                       sizeof summary);
    json_t *so_far = build_object(&builder);
    build_text(&builder, so_far, "shape", cell->shape->name);
    build_number(&builder, so_far, "attempt", cell->attempt);
    build_text(&builder, so_far, "reason", cell->account.call.event.text);
    build_real(&builder, so_far, "duration_ms", clock_ns_to_ms(now_ns - cell->launched_ns));
    build_text(&builder, build_object_in(&builder, so_far, "evidence"), "summary", summary);
    CLEANUP_JSON json_t *whole = build_finish(&builder, so_far);
    if (whole != NULL)
        cell->settings->tell(cell->settings->listener_context, cell, whole, false);
}

void cell_tell_verdict(struct cell *cell, uint64_t now_ns)
{
    if (!has_listener(cell) || cell->aborted)
        return;
    cell->ended_ns = now_ns; /* until it is known */
    CLEANUP_JSON json_t *so_far = cell_result_so_far(cell);
    cell->ended_ns = 0;
    if (so_far == NULL)
        return;
    cell->told = verdict_of(so_far);
    cell->settings->tell(cell->settings->listener_context, cell, so_far, true);
}
