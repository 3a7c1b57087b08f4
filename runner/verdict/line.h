/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_LINE_H
#define RO_JOURNAL_LINE_H

#include "../../probes/journal_limits.h"
#include "verdict/journal.h"

/** The grammar of one line; docs/journal.md is its definition. */

#define JOURNAL_PREFIX "ROJ1 "
#define JOURNAL_PREFIX_LENGTH (sizeof JOURNAL_PREFIX - 1)

enum journal_line_state {
    JOURNAL_LINE_DAMAGED,   /* the checksum is wrong or missing: nothing can be said */
    JOURNAL_LINE_MALFORMED, /* the checksum is right, so this is what was written; it is no event */
    JOURNAL_LINE_VALID,
};

/** One line that was read; the pointers in `event` lead into the buffers beside it. */
struct journal_line {
    struct journal_event event;
    const char *nonce; /* NULL unless there is an allowed one where the nonce belongs */
    const char *fault; /* of a malformed line: what is wrong, a constant */
    char text[JOURNAL_LINE_MAX];
    char storage[JOURNAL_LINE_MAX];
};

/** An event that outlives its handler, with all that it points to. Zeroed: there is none. */
struct journal_kept {
    struct journal_event event;
    char bytes[2 * JOURNAL_LINE_MAX];
};

/** Keeps a copy of an event that was read from a line. */
void journal_keep(struct journal_kept *kept, const struct journal_event *event);

/** How many bytes a probe would write for a value; above JOURNAL_VALUE_MAX it cuts it. */
size_t journal_encoded_length(const char *value);

/** Whether the text ends in a space, '#' and eight lower-case hex digits. Cheap. */
bool journal_line_has_checksum(const char *text, size_t length);

/**
 * Reads the `length` bytes of `text`, which begin with JOURNAL_PREFIX and end before CR and LF, and
 * fills `line`. `event.repaired` is left false.
 */
enum journal_line_state journal_line_read(struct journal_line *line, const char *text,
                                          size_t length);

/**
 * The same for a line as a document's timeline has it: without prefix, nonce and checksum. Its
 * number is `sequence`, or what it begins with. NULL is malformed.
 */
enum journal_line_state journal_line_read_text(struct journal_line *line, const char *text,
                                               uint32_t sequence);

#endif
