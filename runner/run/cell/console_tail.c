/* SPDX-License-Identifier: MIT */
#include "run/cell/console_tail.h"

#include "base/text.h"
#include "run/cell/inside.h"
#include "verdict/line.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* A byte more than is shown, so that what was cut is also marked as cut. */
#define TEXT_SIZE (CONSOLE_TAIL_WIDTH + 1)

/* As it was read: most lines are overwritten before anybody wants to see them. */
struct kept_line {
    size_t length;
    char text[TEXT_SIZE];
};

struct console_tail {
    uint64_t count;          /* of lines so far; line n stands at n % CONSOLE_TAIL_LINES */
    size_t prefix_matched;   /* bytes of the prefix that the line ends in so far */
    size_t text_length;      /* of the line; only the first TEXT_SIZE bytes are kept */
    size_t candidate_length; /* of what follows in it and may be a line of a journal */
    struct journal_line line;
    char text[TEXT_SIZE];
    char candidate[JOURNAL_LINE_MAX];
    /* From here on nothing is read before it is written. */
    struct kept_line lines[CONSOLE_TAIL_LINES];
    char shown[CONSOLE_TAIL_WIDTH + 1];
};

struct console_tail *console_tail_new(struct error *error)
{
    struct console_tail *tail = malloc(sizeof *tail);
    if (tail == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "no memory for the tail of the console");
        return NULL;
    }
    /* Most streams never have a line of text: clearing room for it touches pages for nothing. */
    memset(tail, 0, offsetof(struct console_tail, lines));
    return tail;
}

void console_tail_free(struct console_tail *tail)
{
    free(tail);
}

static void add_text(struct console_tail *tail, const char *bytes, size_t length)
{
    size_t room = tail->text_length < TEXT_SIZE ? TEXT_SIZE - tail->text_length : 0;
    memcpy(tail->text + TEXT_SIZE - room, bytes, length < room ? length : room);
    tail->text_length += length;
}

/** What looked like a line of a journal is none, or a damaged one: text like any other. */
static void give_up_candidate(struct console_tail *tail)
{
    add_text(tail, tail->candidate, tail->candidate_length);
    tail->candidate_length = 0;
}

static void end_line(struct console_tail *tail)
{
    size_t length = tail->candidate_length;
    while (length > 0 && tail->candidate[length - 1] == '\r')
        length--;
    if (length > 0 &&
        journal_line_read(&tail->line, tail->candidate, length) != JOURNAL_LINE_DAMAGED)
        tail->candidate_length = 0;
    give_up_candidate(tail);
    length = tail->text_length < TEXT_SIZE ? tail->text_length : TEXT_SIZE;
    while (length > 0 && tail->text[length - 1] == '\r')
        length--;
    if (length >= sizeof INSIDE_PREFIX - 1 &&
        memcmp(tail->text, INSIDE_PREFIX, sizeof INSIDE_PREFIX - 1) == 0)
        length = 0;
    if (length > 0) {
        struct kept_line *line = &tail->lines[tail->count++ % CONSOLE_TAIL_LINES];
        line->length = length;
        memcpy(line->text, tail->text, length);
    }
    tail->text_length = 0;
    tail->prefix_matched = 0;
}

/** A whole prefix was read: from here on the line may be one of a journal. */
static void start_candidate(struct console_tail *tail)
{
    if (tail->candidate_length > 0) {
        tail->candidate_length -= JOURNAL_PREFIX_LENGTH;
        give_up_candidate(tail);
    } else {
        tail->text_length -= JOURNAL_PREFIX_LENGTH;
    }
    memcpy(tail->candidate, JOURNAL_PREFIX, JOURNAL_PREFIX_LENGTH);
    tail->candidate_length = JOURNAL_PREFIX_LENGTH;
    tail->prefix_matched = 0;
}

static void take_byte(struct console_tail *tail, char byte)
{
    if (tail->candidate_length == sizeof tail->candidate)
        give_up_candidate(tail);
    if (tail->candidate_length > 0)
        tail->candidate[tail->candidate_length++] = byte;
    else
        add_text(tail, &byte, 1);
    if (byte != JOURNAL_PREFIX[tail->prefix_matched])
        tail->prefix_matched = 0;
    if (byte == JOURNAL_PREFIX[tail->prefix_matched])
        tail->prefix_matched++;
    if (tail->prefix_matched == JOURNAL_PREFIX_LENGTH)
        start_candidate(tail);
}

/** How many of the bytes do nothing but add text to the line. A guest may send gigabytes of them.
 */
static size_t plain_length(const struct console_tail *tail, const char *bytes, size_t length)
{
    static const char ends[] = {'\n', '\0', JOURNAL_PREFIX[0]};
    if (tail->candidate_length > 0 || tail->prefix_matched > 0)
        return 0;
    for (size_t i = 0; i < sizeof ends; i++) {
        const char *end = memchr(bytes, ends[i], length);
        length = end == NULL ? length : (size_t)(end - bytes);
    }
    return length;
}

void console_tail_feed(struct console_tail *tail, const void *bytes, size_t length)
{
    const char *rest = bytes;
    for (const char *end = rest + length; rest < end; rest++) {
        size_t plain = plain_length(tail, rest, (size_t)(end - rest));
        add_text(tail, rest, plain);
        rest += plain;
        if (rest == end)
            break;
        if (*rest == '\n')
            end_line(tail);
        else if (*rest != '\0')
            take_byte(tail, *rest);
    }
}

void console_tail_finish(struct console_tail *tail)
{
    end_line(tail);
}

size_t console_tail_count(const struct console_tail *tail)
{
    return tail->count < CONSOLE_TAIL_LINES ? (size_t)tail->count : CONSOLE_TAIL_LINES;
}

const char *console_tail_line(struct console_tail *tail, size_t index)
{
    uint64_t oldest = tail->count - console_tail_count(tail);
    const struct kept_line *line = &tail->lines[(oldest + index) % CONSOLE_TAIL_LINES];
    (void)text_sanitize(line->text, line->length, tail->shown, sizeof tail->shown);
    return tail->shown;
}
