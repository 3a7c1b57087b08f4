/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_VISIBLE_H
#define RO_REPORT_VISIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * Text from a guest, taken apart so that nothing in it can hide or act. Every character that a
 * reader would not see, or that would do something to the text around it, is `hidden` and comes
 * with a spelling to show instead: control characters (C0 without the tab, DEL, C1), the Unicode
 * bidirectional controls (UAX #9, so that "Trojan Source" tricks show), zero-width and other
 * format characters, line and paragraph separators, non-characters, and bytes that are no UTF-8.
 */
struct glyph {
    const char *bytes; /* where it stands in the text */
    size_t length;     /* in bytes */
    uint32_t code;     /* code point, or the byte's value where the bytes are no UTF-8 */
    bool hidden;
    char shown[16]; /* what to show for a hidden one: "\n", "\x1b", "\u{202e}" */
};

/** Takes the next glyph off `*cursor`; false at the end of the text. */
bool glyph_next(const char **cursor, struct glyph *glyph);

/** Writes the text on one line, each hidden glyph as its spelling. NULL counts as empty. */
void visible_write(FILE *out, const char *text);

#endif
