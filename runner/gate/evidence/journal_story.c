/* SPDX-License-Identifier: MIT */
#include "gate/evidence/journal_story.h"

#include "verdict/shapes.h"

#include <ctype.h>
#include <math.h>
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
    const char *text; /* of the line that is read */
    double ms;        /* ... and its time */
    double entered_ms;
    const char *work; /* the directory of the renames, not terminated */
    size_t work_length;
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

/**
 * The value of a field, up to the next space; NULL where there is none of that name. `text` is a
 * line, or begins with the space in front of its fields.
 */
static const char *find_field_in(const char *text, const char *key, size_t *length)
{
    size_t key_length = strlen(key);
    for (const char *at = text + strcspn(text, " "); *at == ' '; at += strcspn(at, " ")) {
        at++;
        if (strncmp(at, key, key_length) != 0 || at[key_length] != '=')
            continue;
        *length = strcspn(at + key_length + 1, " ");
        return at + key_length + 1;
    }
    return NULL;
}

static const char *find_field(const struct line *line, const char *key, size_t *length)
{
    return find_field_in(line->fields, key, length);
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
    size_t digits = 0;
    const char *bits = find_field(line, "bits", &digits);
    story->bits = bits == NULL || digits > 3 ? 0 : strtol(bits, NULL, 10);
    return story->build == NULL ? "its journal names no probe build" : NULL;
}

/** Whether a field's value is `path` below the directory that all renames of the journal are in. */
static bool field_is_in_work(struct reading *reading, const struct line *line, const char *key,
                             const char *path)
{
    size_t length = 0;
    size_t wanted = strlen(path);
    const char *found = find_field(line, key, &length);
    if (found == NULL || length <= wanted || found[length - wanted - 1] != '/' ||
        memcmp(found + (length - wanted), path, wanted) != 0)
        return false;
    if (reading->work == NULL) {
        reading->work = found;
        reading->work_length = length - wanted;
    }
    return reading->work_length == length - wanted &&
           memcmp(reading->work, found, reading->work_length) == 0;
}

/** `nth` counts from 0; the one behind the last is not right, and ends the reading. */
static bool rename_is_right(struct reading *reading, size_t nth, const struct line *line)
{
    const struct shape *table = reading->table;
    if (table == NULL)
        return true;
    return table->renames[nth].from != NULL &&
           field_is_in_work(reading, line, "from", table->renames[nth].from) &&
           field_is_in_work(reading, line, "to", table->renames[nth].to);
}

static const char *read_filesystem(struct reading *reading, const struct line *line)
{
    reading->story->filesystem = line->subject;
    reading->story->filesystem_length = line->subject_length;
    reading->story->filesystem_line = reading->text;
    return NULL;
}

static const char *read_enter(struct reading *reading, const struct line *line)
{
    struct journal_story *story = reading->story;
    if (story->call_out)
        return "its journal enters a call while another one is out";
    story->call_out = true;
    story->rename_out = word_is(line->subject, line->subject_length, "rename");
    if (story->rename_out && !rename_is_right(reading, story->renames_entered, line))
        return "its journal has a rename that is not its shape's";
    story->renames_entered += story->rename_out;
    story->last_enter_line = reading->text;
    story->last_enter = reading->index;
    reading->entered_ms = reading->ms;
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
    size_t length = 0;
    bool succeeded = field_is(line, "ret", "0");
    if (succeeded && find_field(line, "errno", &length) != NULL)
        return "its journal has a call that succeeded with an errno";
    story->renames_returned += story->rename_out && succeeded;
    if (story->rename_out) {
        story->rename_timed = true;
        story->longest_rename_ms =
            fmax(story->longest_rename_ms, reading->ms - reading->entered_ms);
    }
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
    char broken[32];
    (void)snprintf(count, sizeof count, "%zu", story->checks_held + story->checks_broken);
    (void)snprintf(broken, sizeof broken, "%zu", story->checks_broken);
    bool counts = field_is(line, "checks", count) && field_is(line, "broken", broken);
    story->ended = true;
    story->ended_pass =
        word_is(line->subject, line->subject_length, "pass") && counts && story->checks_broken == 0;
    story->ended_fail = word_is(line->subject, line->subject_length, "fail") && counts;
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
    struct line line;
    reading->text = text;
    reading->ms = json_number_value(json_object_get(entry, "ms"));
    if (!cut_line(text, reading->index, &line))
        return "its journal has a line that is out of its form or order";
    if (reading->ms < reading->story->last_ms)
        return "its journal goes back in time";
    if (reading->story->ended)
        return "its journal goes on after its end";
    if (reading->index == 0 && !word_is(line.event, line.event_length, "begin"))
        return "its journal does not begin with its beginning";
    reading->story->last_ms = reading->ms;
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

/** Takes one byte of a value, which may be encoded as %XX. */
static char take_byte(const char **cursor)
{
    char byte = *(*cursor)++;
    if (byte != '%' || !isxdigit((unsigned char)(*cursor)[0]) ||
        !isxdigit((unsigned char)(*cursor)[1]))
        return byte;
    const char digits[] = {(*cursor)[0], (*cursor)[1], '\0'};
    *cursor += 2;
    return (char)strtol(digits, NULL, 16);
}

bool journal_line_field_is(const char *line, const char *key, const char *value)
{
    size_t length = 0;
    const char *found = find_field_in(line, key, &length);
    if (found == NULL || value == NULL)
        return found == NULL && value == NULL;
    /* A value that was too long ends in "%+", which is no part of it. */
    bool clipped = length >= 2 && memcmp(found + length - 2, "%+", 2) == 0;
    const char *end = found + length - (clipped ? 2 : 0);
    while (found < end && *value != '\0')
        if (take_byte(&found) != *value++)
            return false;
    return found == end && *value == '\0';
}

size_t journal_line_fields(const char *line)
{
    size_t count = 0;
    for (const char *at = strchr(line, '='); at != NULL; at = strchr(at + 1, '='))
        count++;
    return count;
}
