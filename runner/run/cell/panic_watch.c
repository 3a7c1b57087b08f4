/* SPDX-License-Identifier: MIT */
#include "run/cell/panic_watch.h"

#include "base/text.h"

#include <stdlib.h>
#include <string.h>

#define WINDOW_SIZE 1024
#define LEAD_SHOWN 80 /* of a panic line, at most so much is shown of what stands before it */

const char *const panic_patterns_linux[] = {"Kernel panic - not syncing"};
const size_t panic_patterns_linux_count =
    sizeof panic_patterns_linux / sizeof panic_patterns_linux[0];

const char *const panic_patterns_nanvix[] = {"[TRACE][nvx::panic]", "[FATAL]", "panicked at "};
const size_t panic_patterns_nanvix_count =
    sizeof panic_patterns_nanvix / sizeof panic_patterns_nanvix[0];

struct panic_watch {
    const char *const *patterns;
    size_t pattern_count;
    size_t line_count;
    bool lead_cut;  /* the window does not begin where its line does */
    bool line_kept; /* the rest of this line is passed over */
    size_t kept;
    char window[WINDOW_SIZE];
    char lines[1 + PANIC_WATCH_FOLLOWING][PANIC_WATCH_WIDTH + 1];
};

struct panic_watch *panic_watch_new(const char *const *patterns, size_t count, struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(patterns[i]);
        if (length == 0 || length > PANIC_PATTERN_MAX || strchr(patterns[i], '\n') != NULL) {
            (void)error_set(error, ERROR_INPUT, NULL,
                            "a panic pattern has 1 to %d bytes and no line end: '%s'",
                            PANIC_PATTERN_MAX, patterns[i]);
            return NULL;
        }
    }
    struct panic_watch *watch = calloc(1, sizeof *watch);
    if (watch == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "no memory to watch for panics");
        return NULL;
    }
    watch->patterns = patterns;
    watch->pattern_count = count;
    return watch;
}

void panic_watch_free(struct panic_watch *watch)
{
    free(watch);
}

/** Where in the window the first pattern stands; its end if none does. */
static size_t find_panic(const struct panic_watch *watch)
{
    size_t first = watch->kept;
    for (size_t i = 0; i < watch->pattern_count; i++) {
        const char *found =
            memmem(watch->window, watch->kept, watch->patterns[i], strlen(watch->patterns[i]));
        if (found != NULL && (size_t)(found - watch->window) < first)
            first = (size_t)(found - watch->window);
    }
    return first;
}

static void forget_before(struct panic_watch *watch, size_t at)
{
    memmove(watch->window, watch->window + at, watch->kept - at);
    watch->kept -= at;
    watch->lead_cut = watch->lead_cut || at > 0;
}

static void keep_line(struct panic_watch *watch)
{
    while (watch->kept > 0 && watch->window[watch->kept - 1] == '\r')
        watch->kept--;
    if (watch->kept > 0) {
        char *line = watch->lines[watch->line_count++];
        size_t lead = watch->lead_cut ? strlen(TEXT_CUT_MARK) : 0;
        memcpy(line, TEXT_CUT_MARK, sizeof TEXT_CUT_MARK);
        (void)text_sanitize(watch->window, watch->kept, line + lead, PANIC_WATCH_WIDTH + 1 - lead);
    }
    watch->line_kept = true;
}

/** Looks at the window, which holds a whole line or as much of one as fits. */
static void look(struct panic_watch *watch, bool whole)
{
    if (watch->line_count > 0) {
        keep_line(watch);
        return;
    }
    size_t at = find_panic(watch);
    if (at < watch->kept) {
        if (at > LEAD_SHOWN)
            forget_before(watch, at);
        if (whole || watch->kept == WINDOW_SIZE)
            keep_line(watch);
    } else if (!whole) {
        forget_before(watch, watch->kept - PANIC_PATTERN_MAX); /* may be the start of a pattern */
    }
}

static void end_line(struct panic_watch *watch)
{
    if (!watch->line_kept && watch->kept > 0)
        look(watch, true);
    watch->kept = 0;
    watch->lead_cut = false;
    watch->line_kept = false;
}

/** Takes what stands before the next line end or NUL, as far as there is room for it. */
static size_t take_plain(struct panic_watch *watch, const char *bytes, size_t length)
{
    const char *line_end = memchr(bytes, '\n', length);
    length = line_end == NULL ? length : (size_t)(line_end - bytes);
    if (watch->line_kept)
        return length;
    const char *nul = memchr(bytes, '\0', length);
    length = nul == NULL ? length : (size_t)(nul - bytes);
    if (length > WINDOW_SIZE - watch->kept)
        length = WINDOW_SIZE - watch->kept;
    memcpy(watch->window + watch->kept, bytes, length);
    watch->kept += length;
    return length;
}

void panic_watch_feed(struct panic_watch *watch, const void *bytes, size_t length)
{
    const char *rest = bytes;
    const char *end = rest + length;
    while (rest < end && watch->line_count <= PANIC_WATCH_FOLLOWING) {
        rest += take_plain(watch, rest, (size_t)(end - rest));
        if (watch->kept == WINDOW_SIZE && !watch->line_kept) {
            look(watch, false); /* makes room, or keeps the line */
            continue;
        }
        if (rest < end && *rest++ == '\n')
            end_line(watch);
    }
}

void panic_watch_finish(struct panic_watch *watch)
{
    if (watch->line_count <= PANIC_WATCH_FOLLOWING)
        end_line(watch);
}

bool panic_watch_seen(const struct panic_watch *watch)
{
    return watch->line_count > 0;
}

size_t panic_watch_count(const struct panic_watch *watch)
{
    return watch->line_count;
}

const char *panic_watch_line(const struct panic_watch *watch, size_t index)
{
    return watch->lines[index];
}
