/* SPDX-License-Identifier: MIT */
#include "run/helper/silence.h"

#include <stdio.h>
#include <string.h>

struct silence *silence_of(struct silences *silences, const char *device)
{
    for (size_t i = 0; i < silences->count; i++)
        if (strcmp(silences->all[i].device, device) == 0)
            return &silences->all[i];
    if (silences->count == SILENCES_MAX)
        return &silences->all[SILENCES_MAX - 1];
    struct silence *silence = &silences->all[silences->count++];
    (void)snprintf(silence->device, sizeof silence->device, "%s", device);
    return silence;
}

static unsigned count_lost(const struct silence *silence)
{
    unsigned count = 0;
    for (size_t work = 0; work < WORK_COUNT; work++)
        count += silence->lost[work];
    return count;
}

void silence_note(struct silence *silence, enum helper_work work, const char *cell)
{
    unsigned lost = count_lost(silence);
    if (lost < SILENCE_ENOUGH)
        (void)snprintf(silence->cells[lost], SILENCE_NAME_SIZE, "%s", cell);
    silence->lost[work]++;
}

bool silence_refuses(const struct silence *silence, enum helper_work work, char *why, size_t size)
{
    if (count_lost(silence) < SILENCE_ENOUGH || silence->lost[work] == 0)
        return false;
    (void)snprintf(why, size, "the file system did not answer the helpers of %s and %s",
                   silence->cells[0], silence->cells[1]);
    return true;
}

bool silence_holds(const struct silence *silence)
{
    unsigned lost = count_lost(silence);
    bool perhaps_silent = silence->doubted || silence->waiting + lost > 0;
    return silence->out > 0 && perhaps_silent && silence->out + lost >= SILENCE_ENOUGH;
}
