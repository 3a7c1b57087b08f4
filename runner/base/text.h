/* SPDX-License-Identifier: MIT */
#ifndef RO_TEXT_H
#define RO_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/** What a text that did not fit ends in. */
#define TEXT_CUT_MARK "[...]"

/** A result is never longer than the bytes it was made of times this. */
#define TEXT_GROWTH 4

/** One character of a text of strangers, or one byte that is none. */
struct glyph {
    const char *bytes; /* where it stands in the text */
    size_t length;     /* in bytes */
    uint32_t code;     /* code point, or the byte's value where the bytes are no UTF-8 */
    bool well_formed;  /* UTF-8 */
    bool hidden;       /* not to be shown as it is: see text_sanitize */
};

/**
 * Takes the next character off the `*left` bytes at `*rest`; false at their end. Everything that
 * writes a text of strangers in another language is made of this.
 */
bool text_next(const char **rest, size_t *left, struct glyph *glyph);

/**
 * Makes one line of hostile bytes fit to be shown on a terminal and stored in JSON: the result is
 * valid UTF-8, has no line break and cannot steer a terminal or reorder what is around it. These
 * are written as \xNN (upper-case hex), byte for byte:
 * - every byte that is no part of well-formed UTF-8 (Unicode 15, table 3-7),
 * - the controls C0, DEL and C1, so ESC, CSI, TAB, CR and LF too,
 * - characters that are not seen and change what is: of direction, of zero width, variation
 *   selectors, tags, line and paragraph separators, fillers, noncharacters.
 * All else, the backslash included, stands for itself: the result is for reading, not for decoding.
 *
 * Writes at most `room` bytes with the NUL; what does not fit is cut at a whole character and ends
 * in TEXT_CUT_MARK (without it where `room` is too small even for that). Returns the result's
 * length.
 */
size_t text_sanitize(const void *bytes, size_t length, char *out, size_t room);

/** Whether the bytes are well-formed UTF-8, as JSON needs them. */
bool text_is_utf8(const void *bytes, size_t length);

/** Prints a word as a shell reads it: in quotes where it would be taken for more than a word. */
void text_quote_for_shell(FILE *out, const char *word);

#endif
