/* SPDX-License-Identifier: MIT */
#include "report/model/timeline.h"
#include "base/json_access.h"
#include "verdict/line.h"

#include <stdlib.h>
#include <string.h>

void timeline_release(struct timeline *timeline)
{
    free(timeline->rows);
    free(timeline->text);
    *timeline = (struct timeline){0};
}

/* Cuts the next word off a line; "" when there is none left. */
static const char *take_word(char **line)
{
    char *word = strsep(line, " ");
    return word == NULL ? "" : word;
}

/* A row of a line, whose copy is cut into what the row shows. */
static struct timeline_row split(char *text, double ms)
{
    struct timeline_row row = {.kind = ROW_OTHER,
                               .ms = ms,
                               .returned = true,
                               .event = "",
                               .subject = "",
                               .arguments = text,
                               .result = ""};
    struct journal_line line;
    if (journal_line_read_text(&line, text, 0) != JOURNAL_LINE_VALID)
        return row;
    const struct journal_event *event = &line.event;
    char *rest = text + (event->text - line.text);
    row.event = take_word(&rest);
    row.subject = take_word(&rest);
    row.arguments = rest == NULL ? "" : rest;
    row.kind = event->kind == JOURNAL_ENTER   ? ROW_CALL
               : event->kind == JOURNAL_CHECK ? ROW_CHECK
               : event->kind == JOURNAL_LEAVE ? ROW_RETURN
                                              : ROW_FACT;
    row.returned = event->kind != JOURNAL_ENTER;
    const char *result = journal_event_field(event, "result");
    row.adverse = journal_event_field(event, "errno") != NULL ||
                  (row.kind == ROW_CHECK && strcmp(result, "held") != 0);
    return row;
}

/* Joins a `leave` with the `enter` that stands right before it in the calls; false if none fits. */
static bool join(struct timeline *timeline, const struct timeline_row *leave)
{
    for (size_t i = timeline->count; i > 0; i--) {
        struct timeline_row *row = &timeline->rows[i - 1];
        if (row->kind != ROW_CALL)
            continue;
        if (row->returned || strcmp(row->subject, leave->subject) != 0)
            return false;
        row->returned = true;
        row->took_ms = leave->ms > row->ms ? leave->ms - row->ms : 0;
        row->result = leave->arguments;
        /* a stat that fails is how a probe sees that a name is gone; its checks say if it may be */
        row->adverse = leave->adverse && strcmp(row->subject, "stat") != 0;
        return true;
    }
    return false;
}

int timeline_read(struct timeline *timeline, const json_t *cell, struct error *error)
{
    const json_t *lines = json_object_get(json_object_get(cell, "journal"), "timeline");
    size_t size = 1;
    size_t index;
    json_t *item;

    *timeline = (struct timeline){0};
    json_array_foreach(lines, index, item) {
        size += strlen(member_text(item, "line")) + 1;
    }
    timeline->text = malloc(size);
    timeline->rows = calloc(json_array_size(lines) + 1, sizeof *timeline->rows);
    if (timeline->text == NULL || timeline->rows == NULL) {
        timeline_release(timeline);
        return error_set(error, ERROR_MEMORY, NULL, "out of memory while reading a journal");
    }
    char *end = timeline->text;
    json_array_foreach(lines, index, item) {
        const char *line = member_text(item, "line");
        size_t length = strlen(line) + 1;
        memcpy(end, line, length);
        struct timeline_row row = split(end, member_number(item, "ms", 0));
        end += length;
        if (row.kind != ROW_RETURN || !join(timeline, &row))
            timeline->rows[timeline->count++] = row;
    }
    return 0;
}

const struct timeline_row *timeline_stuck(const struct timeline *timeline)
{
    for (size_t i = timeline->count; i > 0; i--)
        if (!timeline->rows[i - 1].returned)
            return &timeline->rows[i - 1];
    return NULL;
}

static const struct timeline_row *next_event(const struct timeline *timeline, size_t *index)
{
    while (*index < timeline->count) {
        const struct timeline_row *row = &timeline->rows[(*index)++];
        bool fact = strcmp(row->event, "note") == 0 || strcmp(row->event, "fs") == 0;
        if (!fact)
            return row;
    }
    return NULL;
}

bool timeline_same(const struct timeline *left, const struct timeline *right)
{
    size_t i = 0;
    size_t j = 0;
    for (;;) {
        const struct timeline_row *a = next_event(left, &i);
        const struct timeline_row *b = next_event(right, &j);
        if (a == NULL || b == NULL)
            return a == b;
        if (a->returned != b->returned || strcmp(a->event, b->event) != 0 ||
            strcmp(a->subject, b->subject) != 0 || strcmp(a->arguments, b->arguments) != 0 ||
            strcmp(a->result, b->result) != 0)
            return false;
    }
}
