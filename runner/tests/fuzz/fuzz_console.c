/* SPDX-License-Identifier: MIT */
/* What is kept of a console: the same however it is cut into pieces, bounded, and fit to be shown.
 */
#include "fuzz.h"
#include "run/cell/console_tail.h"
#include "run/cell/panic_watch.h"

#include <jansson.h>
#include <string.h>

static const char *const patterns[] = {"Kernel panic - not syncing", "[FATAL]", "!"};
#define PATTERN_COUNT (sizeof patterns / sizeof patterns[0])

struct kept {
    struct console_tail *tail;
    struct panic_watch *watch;
};

static void require_fit_to_show(const char *line, size_t width)
{
    REQUIRE(line[0] != '\0' && strlen(line) <= width);
    for (const char *byte = line; *byte != '\0'; byte++)
        REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
    json_t *string = json_string(line);
    REQUIRE(string != NULL);
    json_decref(string);
}

static struct kept keep(const uint8_t *data, size_t size, size_t piece)
{
    struct error error = ERROR_INIT;
    struct kept kept = {console_tail_new(&error), panic_watch_new(patterns, PATTERN_COUNT, &error)};
    REQUIRE(kept.tail != NULL && kept.watch != NULL);
    for (size_t at = 0; at < size; at += piece) {
        size_t length = size - at < piece ? size - at : piece;
        console_tail_feed(kept.tail, data + at, length);
        panic_watch_feed(kept.watch, data + at, length);
    }
    console_tail_finish(kept.tail);
    panic_watch_finish(kept.watch);
    return kept;
}

static void release(const struct kept *kept)
{
    console_tail_free(kept->tail);
    panic_watch_free(kept->watch);
}

/** Whether the first line of a panic stands in the console, NUL bytes not counted. */
static bool holds_panic(const uint8_t *data, size_t size)
{
    char *plain = malloc(size + 1);
    REQUIRE(plain != NULL);
    size_t length = 0;
    for (size_t i = 0; i < size; i++)
        if (data[i] != '\0')
            plain[length++] = (char)data[i];
    bool there = false;
    for (size_t i = 0; i < PATTERN_COUNT; i++)
        there = there || memmem(plain, length, patterns[i], strlen(patterns[i])) != NULL;
    free(plain);
    return there;
}

static void require_panic_seen(const uint8_t *data, size_t size, const struct panic_watch *watch)
{
    REQUIRE(panic_watch_seen(watch) == holds_panic(data, size));
    REQUIRE(panic_watch_seen(watch) == (panic_watch_count(watch) > 0));
    REQUIRE(panic_watch_count(watch) <= 1 + PANIC_WATCH_FOLLOWING);
    if (!panic_watch_seen(watch))
        return;
    bool shown = false;
    for (size_t i = 0; i < PATTERN_COUNT; i++)
        shown = shown || strstr(panic_watch_line(watch, 0), patterns[i]) != NULL;
    /* What stands before it may have been escaped, which makes it four times as long. */
    REQUIRE(shown || strlen(panic_watch_line(watch, 0)) > PANIC_WATCH_WIDTH - 32);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct kept whole = keep(data, size, size + 1);
    struct kept cut = keep(data, size, 1);
    REQUIRE(console_tail_count(whole.tail) <= CONSOLE_TAIL_LINES);
    REQUIRE(console_tail_count(whole.tail) == console_tail_count(cut.tail));
    for (size_t i = 0; i < console_tail_count(whole.tail); i++) {
        require_fit_to_show(console_tail_line(whole.tail, i), CONSOLE_TAIL_WIDTH);
        REQUIRE(strcmp(console_tail_line(whole.tail, i), console_tail_line(cut.tail, i)) == 0);
    }
    REQUIRE(panic_watch_count(whole.watch) == panic_watch_count(cut.watch));
    for (size_t i = 0; i < panic_watch_count(whole.watch); i++) {
        require_fit_to_show(panic_watch_line(whole.watch, i), PANIC_WATCH_WIDTH);
        REQUIRE(strcmp(panic_watch_line(whole.watch, i), panic_watch_line(cut.watch, i)) == 0);
    }
    require_panic_seen(data, size, whole.watch);
    release(&whole);
    release(&cut);
    return 0;
}
