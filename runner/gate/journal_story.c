/* SPDX-License-Identifier: MIT */
#include "gate/journal_story.h"

#include "run/shapes.h"

#include <stdlib.h>
#include <string.h>

/** A line cut into its first words; the rest are fields. */
struct line {
    const char *event;
    size_t event_length;
    const char *subject;
    size_t subject_length;
    const char *fields; /* begins with a space, or is empty */
};

struct reading {
    struct journal_story *story;
    const struct shape *table; /* of a gating shape, or NULL */
    const char *call;          /* of the last enter line */
    size_t call_length;
    double last_ms;
    size_t index;
};

static bool word_is(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

/** A line may begin with its sequence number; then that has to be its place. */
static bool skip_sequence(const char **text, size_t index)
{
    size_t digits = strspn(*text, "0123456789");
    if (digits == 0)
        return true;
    if (digits > 9 || (*text)[digits] != ' ' || strtoul(*text, NULL, 10) != index)
        return false;
    *text += digits + 1;
    return true;
}

static bool cut_line(const char *text, size_t index, struct line *line)
{
    if (!skip_sequence(&text, index))
        return false;
    line->event = text;
    line->event_length = strcspn(text, " ");
    text += line->event_length;
    if (*text != ' ')
        return false;
    line->subject = text + 1;
    line->subject_length = strcspn(text + 1, " ");
    line->fields = line->subject + line->subject_length;
    return line->event_length > 0 && line->subject_length > 0;
}

/** The value of a field, up to the next space; NULL where the line has none of that name. */
static const char *find_field(const struct line *line, const char *key, size_t *length)
{
    size_t key_length = strlen(key);
    for (const char *at = line->fields; *at == ' '; at += strcspn(at, " ")) {
        at++;
        if (strncmp(at, key, key_length) != 0 || at[key_length] != '=')
            continue;
        *length = strcspn(at + key_length + 1, " ");
        return at + key_length + 1;
    }
    return NULL;
}

static bool field_is(const struct line *line, const char *key, const char *value)
{
    size_t length = 0;
    const char *found = find_field(line, key, &length);
    return found != NULL && word_is(found, length, value);
}

static const char *read_begin(struct reading *reading, const struct line *line)
{
    struct journal_story *story = reading->story;
    if (reading->index != 0)
        return "its journal begins twice";
    story->shape = line->subject;
    story->shape_length = line->subject_length;
    story->build = find_field(line, "build", &story->build_length);
    return story->build == NULL ? "its journal names no probe build" : NULL;
}

/** Whether a field's value is `path` below some directory. */
static bool field_ends_in(const struct line *line, const char *key, const char *path)
{
    size_t length = 0;
    size_t wanted = strlen(path);
    const char *found = find_field(line, key, &length);
    return found != NULL && length > wanted && found[length - wanted - 1] == '/' &&
           memcmp(found + (length - wanted), path, wanted) == 0;
}

/** `nth` counts from 0; the one behind the last is not right, and ends the reading. */
static bool rename_is_right(const struct shape *table, size_t nth, const struct line *line)
{
    if (table == NULL)
        return true;
    return table->renames[nth].from != NULL &&
           field_ends_in(line, "from", table->renames[nth].from) &&
           field_ends_in(line, "to", table->renames[nth].to);
}

static const char *read_filesystem(struct reading *reading, const struct line *line)
{
    reading->story->filesystem = line->subject;
    reading->story->filesystem_length = line->subject_length;
    return NULL;
}

static const char *read_enter(struct reading *reading, const struct line *line)
{
    struct journal_story *story = reading->story;
    if (story->call_out)
        return "its journal enters a call while another one is out";
    story->call_out = true;
    story->rename_out = word_is(line->subject, line->subject_length, "rename");
    if (story->rename_out && !rename_is_right(reading->table, story->renames_entered, line))
        return "its journal has a rename that is not its shape's";
    story->renames_entered += story->rename_out;
    reading->call = line->subject;
    reading->call_length = line->subject_length;
    return NULL;
}

static const char *read_leave(struct reading *reading, const struct line *line)
{
    struct journal_story *story = reading->story;
    if (!story->call_out || reading->call_length != line->subject_length ||
        memcmp(reading->call, line->subject, line->subject_length) != 0)
        return "its journal leaves a call that it did not enter";
    story->renames_returned += story->rename_out && field_is(line, "ret", "0");
    story->call_out = false;
    story->rename_out = false;
    return NULL;
}

static const char *read_check(struct reading *reading, const struct line *line)
{
    if (field_is(line, "result", "held"))
        reading->story->checks_held++;
    else
        reading->story->checks_broken++;
    return NULL;
}

static const char *read_end(struct reading *reading, const struct line *line)
{
    struct journal_story *story = reading->story;
    char count[32];
    (void)snprintf(count, sizeof count, "%zu", story->checks_held + story->checks_broken);
    story->ended = true;
    story->ended_pass = word_is(line->subject, line->subject_length, "pass") &&
                        field_is(line, "checks", count) && field_is(line, "broken", "0");
    story->ended_fail = word_is(line->subject, line->subject_length, "fail");
    return NULL;
}

static const char *read_nothing(struct reading *reading, const struct line *line)
{
    (void)reading;
    (void)line;
    return NULL;
}

static const struct {
    const char *name;
    const char *(*read)(struct reading *reading, const struct line *line);
} events[] = {
    {"begin", read_begin}, {"fs", read_filesystem}, {"enter", read_enter},  {"leave", read_leave},
    {"check", read_check}, {"end", read_end},       {"note", read_nothing},
};

/** Returns what is odd about the line, or NULL. */
static const char *read_line(struct reading *reading, const json_t *entry)
{
    const char *text = json_string_value(json_object_get(entry, "line"));
    double ms = json_number_value(json_object_get(entry, "ms"));
    struct line line;
    if (!cut_line(text, reading->index, &line))
        return "its journal has a line that is out of its form or order";
    if (ms < reading->last_ms)
        return "its journal goes back in time";
    if (reading->story->ended)
        return "its journal goes on after its end";
    if (reading->index == 0 && !word_is(line.event, line.event_length, "begin"))
        return "its journal does not begin with its beginning";
    reading->last_ms = ms;
    for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
        if (word_is(line.event, line.event_length, events[i].name))
            // What comes back is a literal; cppcheck takes it for a part of the line.
            // cppcheck-suppress returnDanglingLifetime
            return events[i].read(reading, &line);
    return "its journal has an event that does not exist";
}

void journal_story_read(const json_t *cell, struct journal_story *story)
{
    const json_t *journal = json_object_get(cell, "journal");
    const json_t *timeline = json_object_get(journal, "timeline");
    *story = (struct journal_story){0};
    const struct shape *table = shape_find(json_string_value(json_object_get(cell, "shape")));
    struct reading reading = {
        .story = story,
        .table = table != NULL && table->group == SHAPE_GATING ? table : NULL,
    };
    const json_t *entry = NULL;
    json_array_foreach(timeline, reading.index, entry) {
        story->odd = read_line(&reading, entry);
        if (story->odd != NULL)
            return;
    }
    json_int_t lines = json_integer_value(json_object_get(journal, "lines"));
    if (reading.index == 0)
        story->odd = "its journal is empty";
    else if (lines < 0 || (size_t)lines != reading.index)
        story->odd = "its journal does not have as many lines as were counted";
}
