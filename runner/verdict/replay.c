/* SPDX-License-Identifier: MIT */
#include "verdict/replay.h"

#include "base/clock.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Of a time in a document; some thirty years. */
#define LONGEST_MS 1e12

/* The runner knew its work directory; here it is what the first rename's source shows. */
static void learn_directory(struct replay *replay, const struct journal_event *event)
{
    const char *wanted = replay->account.shape->renames[0].from;
    const char *from = journal_event_field(event, "from");
    if (replay->account.renames_entered > 0 || wanted == NULL || from == NULL)
        return;
    size_t length = strlen(from);
    size_t behind = strlen(wanted) + 1;
    if (length >= behind && from[length - behind] == '/' &&
        strcmp(from + length - behind + 1, wanted) == 0)
        (void)snprintf(replay->directory, sizeof replay->directory, "%.*s", (int)(length - behind),
                       from);
}

static void hear_line(struct replay *replay, const json_t *entry, size_t index)
{
    struct journal_account *account = &replay->account;
    struct journal_line line;
    double ms = json_number_value(json_object_get(entry, "ms"));
    const char *text = json_string_value(json_object_get(entry, "line"));
    if (journal_line_read_text(&line, text, (uint32_t)index) != JOURNAL_LINE_VALID) {
        journal_order_refuse(&replay->order, "line %zu is no event: %s", index, line.fault);
        return;
    }
    if (!(ms >= clock_ns_to_ms(account->now_ns)) || ms > LONGEST_MS)
        journal_order_refuse(&replay->order, "line %zu goes back in time", index);
    if (!journal_order_accept(&replay->order, &line.event, 0))
        return;
    account->now_ns = (uint64_t)(ms * (double)NS_PER_MS + 0.5);
    if (line.event.kind == JOURNAL_ENTER && strcmp(line.event.subject, "rename") == 0)
        learn_directory(replay, &line.event);
    account_hear(account, &line.event);
}

static void judge(struct replay *replay, const json_t *cell)
{
    enum verdict recorded = verdict_of(cell);
    struct observation seen = {
        .ending = recorded == VERDICT_HANG || recorded == VERDICT_STALL ? ENDING_STEP_BUDGET
                                                                        : ENDING_AFTER_END,
        .bad_journal = replay->order.bad ? replay->order.reason : NULL,
    };
    account_observe(&replay->account, !cell_has_anomaly(cell, "inode_changed"), &seen);
    classify(&seen, &replay->judged);
}

void replay_cell(struct replay *replay, const json_t *cell)
{
    static const struct shape unknown = {.name = ""};
    const json_t *journal = json_object_get(cell, "journal");
    const char *name = json_string_value(json_object_get(cell, "shape"));
    const struct shape *shape = name == NULL ? NULL : shape_find(name);
    *replay = (struct replay){0};
    account_start(&replay->account, shape == NULL ? &unknown : shape, replay->directory, 0);
    if (shape == NULL)
        journal_order_refuse(&replay->order, "it is of no shape that this tool knows");
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(json_object_get(journal, "timeline"), index, entry)
        hear_line(replay, entry, index);
    json_int_t counted = json_integer_value(json_object_get(journal, "lines"));
    if (counted < 0 || (size_t)counted != index)
        journal_order_refuse(&replay->order, "%" JSON_INTEGER_FORMAT " lines were counted, not %zu",
                             counted, index);
    judge(replay, cell);
}
