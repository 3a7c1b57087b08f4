/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_STORY_H
#define RO_JOURNAL_STORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/** What the lines of a cell's journal say, read once more (docs/journal.md has the format). */
struct journal_story {
    const char *odd;   /* what is wrong with the lines themselves, or NULL */
    const char *shape; /* of the begin line, not terminated: see shape_length */
    size_t shape_length;
    const char *build; /* likewise */
    size_t build_length;
    const char *filesystem; /* of the fs line, likewise; NULL where there is none */
    size_t filesystem_length;
    const char *filesystem_line; /* the whole of it */
    const char *last_enter_line; /* NULL where no call was entered */
    size_t last_enter;           /* its place */
    long bits;                   /* of a pointer, as the begin line has them; 0 for none */
    double last_ms;              /* of the last line */
    double longest_rename_ms;    /* of those that came back */
    bool rename_timed;           /* there is one */
    size_t renames_entered;
    size_t renames_returned; /* with 0 */
    size_t checks_held;
    size_t checks_broken;
    bool call_out;   /* the last call that was entered did not return */
    bool rename_out; /* ... and it is rename */
    bool ended;      /* there is an end line, and it is the last */
    bool ended_pass; /* it says pass, nothing broken, and counts the checks right */
    bool ended_fail; /* it says fail */
};

/**
 * Reads `journal` of a cell that is valid against the schema; texts live in the cell. Every rename
 * of a gating shape has to be the one that the runner's own table (verdict/shapes.h) has in its
 * place.
 */
void journal_story_read(const json_t *cell, struct journal_story *story);

/**
 * Whether the line has a field of that name whose value, decoded, is `value`; for NULL, whether it
 * has none of that name.
 */
bool journal_line_field_is(const char *line, const char *key, const char *value);

/** How many fields the line has. */
size_t journal_line_fields(const char *line);

#endif
