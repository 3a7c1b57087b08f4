/* SPDX-License-Identifier: MIT */
#include "report/model/timeline.h"
#include "base/json_access.h"

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
    char *word = *line;
    char *blank = strchr(word, ' ');
    if (blank == NULL) {
        *line = word + strlen(word);
        return word;
    }
    *blank = '\0';
    *line = blank + 1;
    return word;
}

/* The line behind its sequence number, which it may begin with. */
static char *behind_number(char *line)
{
    size_t digits = strspn(line, "0123456789");
    return digits > 0 && line[digits] == ' ' ? line + digits + 1 : line;
}

static bool has_form(const char *line)
{
    static const char *const events[] = {"begin", "fs", "enter", "leave", "check", "note", "end"};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        size_t length = strlen(events[i]);
        if (strncmp(line, events[i], length) == 0 && line[length] == ' ')
            return line[length + 1] != '\0' && line[length + 1] != ' ';
    }
    return false;
}

static struct timeline_row split(char *line, double ms)
{
    struct timeline_row row = {.kind = ROW_OTHER,
                               .ms = ms,
                               .returned = true,
                               .event = "",
                               .subject = "",
                               .arguments = line,
                               .result = ""};
    line = behind_number(line);
    if (!has_form(line))
        return row;
    row.event = take_word(&line);
    row.subject = take_word(&line);
    row.arguments = line;
    row.kind = ROW_FACT;
    if (strcmp(row.event, "enter") == 0) {
        row.kind = ROW_CALL;
        row.returned = false;
    } else if (strcmp(row.event, "check") == 0) {
        row.kind = ROW_CHECK;
        row.adverse = strstr(row.arguments, "result=held") == NULL;
    } else if (strcmp(row.event, "leave") == 0) {
        row.kind = ROW_OTHER;
    }
    return row;
}

/* Joins a `leave` with the `enter` that stands right before it in the calls; false if none fits. */
static bool join(struct timeline *timeline, const struct timeline_row *leave)
{
    for (size_t i = timeline->count; i > 0; i--) {
        struct timeline_row *row = &timeline->rows[i - 1];
        if (row->kind != ROW_CALL)
            continue;
        if (row->returned || row->subject == NULL || leave->subject == NULL ||
            strcmp(row->subject, leave->subject) != 0)
            return false;
        row->returned = true;
        row->took_ms = leave->ms > row->ms ? leave->ms - row->ms : 0;
        row->result = leave->arguments;
        /* a stat that fails is how a probe sees that a name is gone; its checks say if it may be */
        row->adverse =
            strstr(leave->arguments, "error=") != NULL && strcmp(row->subject, "stat") != 0;
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
        if (strcmp(row.event, "leave") != 0 || !join(timeline, &row))
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
