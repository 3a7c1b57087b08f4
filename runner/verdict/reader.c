/* SPDX-License-Identifier: MIT */
#include "verdict/journal.h"
#include "verdict/line.h"
#include "verdict/order.h"

#include <stdlib.h>
#include <string.h>

/* A whole line, and behind it room for the longest kernel log mark and a few CRs. */
#define WINDOW_SIZE 512

static const char *const kernel_marks[] = {"[TRACE]", "[DEBUG]", "[INFO]",
                                           "[WARN]",  "[ERROR]", "[FATAL]"};
#define KERNEL_MARK_COUNT (sizeof kernel_marks / sizeof kernel_marks[0])

enum place {
    IN_LINE,            /* ordinary console text */
    IN_KERNEL_TEXT,     /* passing over a kernel log line that cut into one of ours */
    BEHIND_KERNEL_TEXT, /* the same line of the console, behind a prefix that stood in its text */
};

/*
 * What is kept of the console is the window: empty, or beginning at a prefix (or what may become
 * one). Where a kernel log line cut into a line, the window holds what stood before it, `joined`
 * bytes, and what follows it is put right behind.
 */
struct journal_reader {
    char nonce[JOURNAL_NONCE_MAX + 1];
    journal_handler handler;
    void *context;
    struct journal_counts counts;
    struct journal_order order;
    struct journal_line line;
    uint64_t fed;
    uint64_t valid_bytes;
    bool finished;
    enum place place;
    size_t prefix_matched; /* bytes of the prefix that the kernel text ended in so far */
    size_t joined;
    size_t kept;
    char window[WINDOW_SIZE];
};

struct journal_reader *journal_reader_new(const char *nonce, journal_handler handler, void *context,
                                          struct error *error)
{
    if (!journal_nonce_allowed(nonce)) {
        (void)error_set(error, ERROR_INTERNAL, NULL, "a nonce is 8 to 32 of 0-9 a-z, not '%s'",
                        nonce);
        return NULL;
    }
    struct journal_reader *reader = calloc(1, sizeof *reader);
    if (reader == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "no memory for a journal reader");
        return NULL;
    }
    memcpy(reader->nonce, nonce, strlen(nonce) + 1);
    reader->handler = handler;
    reader->context = context;
    return reader;
}

void journal_reader_free(struct journal_reader *reader)
{
    free(reader);
}

const struct journal_counts *journal_reader_counts(const struct journal_reader *reader)
{
    return &reader->counts;
}

const char *journal_reader_bad(const struct journal_reader *reader)
{
    return reader->order.bad ? reader->order.reason : NULL;
}

/** The next prefix in the window at or behind `from`; the end of the window if there is none. */
static size_t find_start(const struct journal_reader *reader, size_t from)
{
    const char *found =
        memmem(reader->window + from, reader->kept - from, JOURNAL_PREFIX, JOURNAL_PREFIX_LENGTH);
    return found == NULL ? reader->kept : (size_t)(found - reader->window);
}

/** Counts as damaged every line that starts in the window at `from` or later, but before `to`. */
static void count_damaged(struct journal_reader *reader, size_t from, size_t to)
{
    for (size_t at = find_start(reader, from); at < to; at = find_start(reader, at + 1)) {
        reader->counts.damaged++;
        reader->counts.damaged_since_last++;
    }
}

static void forget_window(struct journal_reader *reader)
{
    reader->kept = 0;
    reader->joined = 0;
    reader->place = IN_LINE;
}

/** Forgets all but what, at the window's end, may be the beginning of a prefix. */
static void keep_prefix_tail(struct journal_reader *reader)
{
    size_t length = reader->kept < JOURNAL_PREFIX_LENGTH ? reader->kept : JOURNAL_PREFIX_LENGTH - 1;
    while (length > 0 &&
           memcmp(reader->window + reader->kept - length, JOURNAL_PREFIX, length) != 0)
        length--;
    memmove(reader->window, reader->window + reader->kept - length, length);
    forget_window(reader);
    reader->kept = length;
}

/** Makes room: the window's first line is too long to be one of ours. */
static void drop_first_line(struct journal_reader *reader)
{
    count_damaged(reader, 0, 1);
    size_t next = find_start(reader, 1);
    if (next == reader->kept) {
        keep_prefix_tail(reader);
        return;
    }
    memmove(reader->window, reader->window + next, reader->kept - next);
    reader->kept -= next;
    reader->joined = reader->joined > next ? reader->joined - next : 0;
}

/** Acts on the line in reader->line, whose checksum is right. */
static void take_line(struct journal_reader *reader, enum journal_line_state state, bool repaired)
{
    struct journal_line *line = &reader->line;
    if (line->nonce != NULL && strcmp(line->nonce, reader->nonce) != 0) {
        journal_order_refuse(&reader->order, "a line of another run: its nonce is %s, not %s",
                             line->nonce, reader->nonce);
        return;
    }
    if (state == JOURNAL_LINE_MALFORMED) {
        reader->counts.damaged++;
        reader->counts.damaged_since_last++;
        journal_order_refuse(&reader->order, "a line with a right checksum is no event: %s",
                             line->fault);
        return;
    }
    line->event.repaired = repaired;
    reader->counts.lines++;
    if (repaired)
        reader->counts.repaired++;
    bool good =
        journal_order_accept(&reader->order, &line->event, reader->counts.damaged_since_last);
    reader->counts.damaged_since_last = 0;
    if (good)
        reader->handler(reader->context, &line->event);
}

/**
 * Looks for a whole line that ends where the window does and starts at `from` or later. If there is
 * one, it is acted on and the window is forgotten.
 */
static bool accept_line(struct journal_reader *reader, size_t from, size_t terminator)
{
    if (!journal_line_has_checksum(reader->window, reader->kept))
        return false;
    for (size_t at = find_start(reader, from); at < reader->kept; at = find_start(reader, at + 1)) {
        enum journal_line_state state =
            journal_line_read(&reader->line, reader->window + at, reader->kept - at);
        if (state == JOURNAL_LINE_DAMAGED)
            continue;
        count_damaged(reader, 0, at);
        if (state == JOURNAL_LINE_VALID)
            reader->valid_bytes += reader->kept - at + terminator;
        take_line(reader, state, at < reader->joined);
        forget_window(reader);
        return true;
    }
    return false;
}

/** An LF was read, or the stream has ended, and the window holds the line before it. */
static void end_line(struct journal_reader *reader, size_t terminator)
{
    while (reader->kept > reader->joined && reader->window[reader->kept - 1] == '\r')
        reader->kept--;
    bool in_kernel_line = reader->place == BEHIND_KERNEL_TEXT && reader->joined > 0;
    reader->place = IN_LINE;
    if (accept_line(reader, in_kernel_line ? reader->joined : 0, terminator))
        return;
    count_damaged(reader, in_kernel_line ? reader->joined : 0, reader->kept);
    if (in_kernel_line)
        reader->kept = reader->joined; /* the rest of our line is still to come */
    else
        forget_window(reader);
}

/** The length of the kernel log mark that the window ends in, or 0. */
static size_t kernel_mark_length(const struct journal_reader *reader)
{
    for (size_t i = 0; i < KERNEL_MARK_COUNT; i++) {
        size_t length = strlen(kernel_marks[i]);
        if (reader->kept >= reader->joined + length &&
            memcmp(reader->window + reader->kept - length, kernel_marks[i], length) == 0)
            return length;
    }
    return 0;
}

static void begin_kernel_text(struct journal_reader *reader, size_t mark_length)
{
    reader->kept -= mark_length;
    bool grown = reader->kept > reader->joined;
    reader->joined = reader->kept;
    /* Cut between the checksum and its LF, the line is whole already. */
    if (grown && accept_line(reader, 0, 0))
        return;
    reader->place = IN_KERNEL_TEXT;
    reader->prefix_matched = 0;
}

/** Whether the window, which has no whole prefix yet, may still grow into one, perhaps repaired. */
static bool may_become_line(const struct journal_reader *reader)
{
    size_t matched = 0;
    while (matched < JOURNAL_PREFIX_LENGTH && matched < reader->kept &&
           reader->window[matched] == JOURNAL_PREFIX[matched])
        matched++;
    if (matched == JOURNAL_PREFIX_LENGTH || matched == reader->kept)
        return true;
    const char *rest = reader->window + matched;
    size_t length = reader->kept - matched;
    for (size_t i = 0; matched > 0 && i < KERNEL_MARK_COUNT; i++)
        if (length < strlen(kernel_marks[i]) && memcmp(rest, kernel_marks[i], length) == 0)
            return true;
    return false;
}

static void take_byte(struct journal_reader *reader, char byte)
{
    if (byte == '\0')
        return;
    if (byte == '\n') {
        end_line(reader, 1);
        return;
    }
    if (reader->kept == WINDOW_SIZE)
        drop_first_line(reader);
    reader->window[reader->kept++] = byte;
    size_t mark_length = byte == ']' ? kernel_mark_length(reader) : 0;
    if (mark_length > 0)
        begin_kernel_text(reader, mark_length);
    else if (reader->joined == 0 && !may_become_line(reader))
        keep_prefix_tail(reader);
}

/** The window is empty: nothing matters before the next first byte of a prefix. */
static size_t pass_noise(struct journal_reader *reader, const char *bytes, size_t length)
{
    const char *start = memchr(bytes, JOURNAL_PREFIX[0], length);
    if (start == NULL)
        return length;
    reader->window[reader->kept++] = JOURNAL_PREFIX[0];
    return (size_t)(start - bytes) + 1;
}

/** In kernel text, only its end matters, or a prefix: even there a whole line of ours counts. */
static void pass_kernel_byte(struct journal_reader *reader, char byte)
{
    if (byte == '\0')
        return;
    if (byte == '\n') {
        reader->place = IN_LINE;
        return;
    }
    if (byte != JOURNAL_PREFIX[reader->prefix_matched])
        reader->prefix_matched = 0;
    if (byte == JOURNAL_PREFIX[reader->prefix_matched])
        reader->prefix_matched++;
    if (reader->prefix_matched < JOURNAL_PREFIX_LENGTH)
        return;
    /* There is room: the mark that was taken out of the window is longer. */
    memcpy(reader->window + reader->kept, JOURNAL_PREFIX, JOURNAL_PREFIX_LENGTH);
    reader->kept += JOURNAL_PREFIX_LENGTH;
    reader->place = BEHIND_KERNEL_TEXT;
}

void journal_reader_feed(struct journal_reader *reader, const void *bytes, size_t length)
{
    if (reader->finished)
        return;
    const char *rest = bytes;
    const char *end = rest + length;
    while (rest < end) {
        if (reader->place == IN_KERNEL_TEXT)
            pass_kernel_byte(reader, *rest++);
        else if (reader->kept == 0)
            rest += pass_noise(reader, rest, (size_t)(end - rest));
        else
            take_byte(reader, *rest++);
    }
    reader->fed += length;
    reader->counts.noise_bytes = reader->fed - reader->valid_bytes - reader->kept;
}

void journal_reader_finish(struct journal_reader *reader)
{
    if (reader->finished)
        return;
    reader->finished = true;
    if (reader->place != IN_KERNEL_TEXT)
        end_line(reader, 0);
    count_damaged(reader, 0, reader->kept);
    forget_window(reader);
    reader->counts.noise_bytes = reader->fed - reader->valid_bytes;
}

void journal_reader_resume(struct journal_reader *reader)
{
    reader->finished = false;
    reader->place = IN_LINE;
}
