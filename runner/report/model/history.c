/* SPDX-License-Identifier: MIT */
#include "report/model/model.h"
#include "report/words.h"

#include <string.h>

static bool ran(const struct report_cell *cell)
{
    return cell->verdict != VERDICT_MISSING && cell->verdict != VERDICT_SKIP;
}

const struct report_cell *history_before(const struct report_target *target, size_t release,
                                         size_t shape)
{
    while (release > 0) {
        release--;
        if (ran(&target->releases[release].cells[shape]))
            return &target->releases[release].cells[shape];
    }
    return NULL;
}

bool history_differs(const struct report_cell *before, const struct report_cell *now)
{
    return before->verdict != now->verdict || strcmp(words_state(before), words_state(now)) != 0;
}

bool history_changed(const struct report_target *target, size_t release, size_t shape)
{
    const struct report_cell *now = &target->releases[release].cells[shape];
    const struct report_cell *before = history_before(target, release, shape);
    return before != NULL && ran(now) && history_differs(before, now);
}
