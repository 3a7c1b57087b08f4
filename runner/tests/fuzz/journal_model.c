/* SPDX-License-Identifier: MIT */
#include "journal_model.h"

#include "verdict/line.h"

#include <string.h>

#define LENGTH_KNOWN 500 /* of all that the reader has to keep at a time */

static const char *const marks[] = {"[TRACE]", "[DEBUG]", "[INFO]", "[WARN]", "[ERROR]", "[FATAL]"};

struct model_state {
    struct model *model;
    const char *nonce;
    bool lost;      /* too long, or too many lines */
    size_t waiting; /* bytes of a line that kernel text cut */
    char text[2 * LENGTH_KNOWN];
};

static const char *find(const char *text, size_t length, const char *what)
{
    return memmem(text, length, what, strlen(what));
}

static void append(struct model_state *state, const char *bytes, size_t length)
{
    if (state->waiting + length > LENGTH_KNOWN) {
        state->lost = true;
        return;
    }
    memcpy(state->text + state->waiting, bytes, length);
    state->waiting += length;
}

/** Takes the first line that ends where the text does and starts at `from` or behind it. */
static bool take(struct model_state *state, size_t from, size_t repaired_before)
{
    static struct journal_line line;
    for (size_t at = from; at < state->waiting; at++) {
        if (strncmp(state->text + at, JOURNAL_PREFIX, JOURNAL_PREFIX_LENGTH) != 0)
            continue;
        enum journal_line_state result =
            journal_line_read(&line, state->text + at, state->waiting - at);
        if (result == JOURNAL_LINE_DAMAGED)
            continue;
        struct model *model = state->model;
        bool ours = result == JOURNAL_LINE_VALID && strcmp(line.nonce, state->nonce) == 0;
        state->lost = state->lost || model->count == MODEL_LINES;
        if (ours && !state->lost) {
            struct model_line *taken = &model->lines[model->count++];
            taken->sequence = line.event.sequence;
            taken->repaired = at < repaired_before;
            model->repaired += taken->repaired;
            memcpy(taken->text, line.event.text, strlen(line.event.text) + 1);
        }
        state->waiting = 0;
        return true;
    }
    return false;
}

/** The first mark in `text`; fills its length. */
static const char *find_mark(const char *text, size_t length, size_t *mark_length)
{
    const char *first = NULL;
    for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
        const char *found = find(text, length, marks[i]);
        if (found != NULL && (first == NULL || found < first)) {
            first = found;
            *mark_length = strlen(marks[i]);
        }
    }
    return first;
}

/** Where in `text` a line begins, or may begin if what follows its end is cut out; else its end. */
static const char *find_beginning(const char *text, size_t length)
{
    const char *start = find(text, length, JOURNAL_PREFIX);
    if (start != NULL)
        return start;
    for (size_t part = JOURNAL_PREFIX_LENGTH - 1; part > 0; part--)
        if (part <= length && memcmp(text + length - part, JOURNAL_PREFIX, part) == 0)
            return text + length - part;
    return text + length;
}

static size_t without_crs(const char *text, size_t length)
{
    while (length > 0 && text[length - 1] == '\r')
        length--;
    return length;
}

static void read_line(struct model_state *state, const char *text, size_t length);

/** The rest of a console line behind a mark: nothing in it matters but a line of its own. */
static void read_kernel_text(struct model_state *state, const char *text, size_t length)
{
    const char *start = find(text, length, JOURNAL_PREFIX);
    if (start == NULL)
        return;
    length -= (size_t)(start - text);
    size_t mark_length = 0;
    const char *mark = find_mark(start, length, &mark_length);
    if (mark != NULL) {
        read_line(state, start, length);
        return;
    }
    size_t waiting = state->waiting;
    append(state, start, without_crs(start, length));
    if (!take(state, waiting, 0))
        state->waiting = waiting;
}

/** A line of the console, or what is left of one; CRs and LF are not yet, or no more, in it. */
static void read_line(struct model_state *state, const char *text, size_t length)
{
    size_t mark_length = 0;
    const char *mark = find_mark(text, length, &mark_length);
    size_t before = mark == NULL ? length : (size_t)(mark - text);
    const char *beginning = state->waiting > 0 ? text : find_beginning(text, before);
    size_t part = before - (size_t)(beginning - text);
    if (mark == NULL) {
        size_t waiting = state->waiting;
        append(state, beginning, without_crs(beginning, part));
        (void)take(state, 0, waiting);
        state->waiting = 0;
        return;
    }
    const char *behind = mark + mark_length;
    size_t left = length - before - mark_length;
    append(state, beginning, part);
    if (state->waiting == 0 || (part > 0 && take(state, 0, state->waiting)))
        read_line(state, behind, left);
    else
        read_kernel_text(state, behind, left);
}

bool model_read(struct model *model, const char *nonce, const char *text, size_t length)
{
    static struct model_state state;
    model->count = 0;
    model->repaired = 0;
    state = (struct model_state){.model = model, .nonce = nonce};
    while (length > 0 && !state.lost) {
        const char *end = memchr(text, '\n', length);
        size_t line = end == NULL ? length : (size_t)(end - text);
        if (line > LENGTH_KNOWN)
            return false;
        read_line(&state, text, line);
        size_t used = line + (end != NULL);
        text += used;
        length -= used;
    }
    return !state.lost;
}
