/* SPDX-License-Identifier: MIT */
#ifndef RO_PANIC_WATCH_H
#define RO_PANIC_WATCH_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * Looks in console text for the first line that says that a kernel or a daemon panicked, and keeps
 * it with what follows. What such a line looks like is data; a pattern is found anywhere in a line,
 * byte for byte. A pattern with a space or a bracket in it can't be found in a journal's line,
 * since there these are encoded.
 */

#define PANIC_WATCH_FOLLOWING 10
#define PANIC_WATCH_WIDTH 240 /* bytes of a line, after sanitizing */
#define PANIC_PATTERN_MAX 128 /* bytes */

/** Patterns of Linux (User Mode Linux included), and of Nanvix and the Rust programs around it. */
extern const char *const panic_patterns_linux[];
extern const size_t panic_patterns_linux_count;
extern const char *const panic_patterns_nanvix[];
extern const size_t panic_patterns_nanvix_count;

struct panic_watch;

/**
 * Watches for any of `count` patterns, which must outlive the watch. All memory is taken here.
 * Returns NULL with ERROR_INPUT for a pattern that is empty, too long or holds an LF, and with
 * ERROR_MEMORY.
 */
struct panic_watch *panic_watch_new(const char *const *patterns, size_t count, struct error *error);

/** Releases the watch; NULL is allowed. */
void panic_watch_free(struct panic_watch *watch);

/** Takes `length` more bytes, cut anywhere. A line is looked at when its LF has come. */
void panic_watch_feed(struct panic_watch *watch, const void *bytes, size_t length);

/** What came after the last LF is a line too. */
void panic_watch_finish(struct panic_watch *watch);

/** Whether a panic was seen. */
bool panic_watch_seen(const struct panic_watch *watch);

/** How many lines are kept: 0 without a panic, else the panic's and up to PANIC_WATCH_FOLLOWING. */
size_t panic_watch_count(const struct panic_watch *watch);

/** Line `index`, 0 that of the panic, through text_sanitize(); owned by the watch. */
const char *panic_watch_line(const struct panic_watch *watch, size_t index);

#endif
