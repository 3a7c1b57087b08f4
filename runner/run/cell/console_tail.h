/* SPDX-License-Identifier: MIT */
#ifndef RO_CONSOLE_TAIL_H
#define RO_CONSOLE_TAIL_H

#include "base/error.h"

#include <stddef.h>

/**
 * The last lines of console text, fit to be shown: empty lines and lines of a journal are left out,
 * unless these are damaged, and what a guest tells of itself (inside.h); text before a journal's
 * line stays. NUL bytes and CRs at the end of a
 * line are dropped; all else goes through text_sanitize().
 */

#define CONSOLE_TAIL_LINES 40
#define CONSOLE_TAIL_WIDTH 240 /* bytes of a line, after sanitizing */

struct console_tail;

/** All memory is taken here, whatever is fed. Returns NULL with ERROR_MEMORY. */
struct console_tail *console_tail_new(struct error *error);

/** Releases the tail; NULL is allowed. */
void console_tail_free(struct console_tail *tail);

/** Takes `length` more bytes, cut anywhere. */
void console_tail_feed(struct console_tail *tail, const void *bytes, size_t length);

/** What came after the last LF is a line too. Afterwards more may be fed. */
void console_tail_finish(struct console_tail *tail);

/** How many lines there are, up to CONSOLE_TAIL_LINES. */
size_t console_tail_count(const struct console_tail *tail);

/** Line `index`, 0 the oldest, up to the next call of any of these; owned by the tail. */
const char *console_tail_line(struct console_tail *tail, size_t index);

#endif
