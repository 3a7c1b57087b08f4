/* SPDX-License-Identifier: MIT */
#ifndef RO_CONSOLE_TEXT_H
#define RO_CONSOLE_TEXT_H

#include <stddef.h>
#include <stdint.h>

/**
 * Console text as an input of a fuzz target has it: "#@" stands for the right checksum of the line
 * that it ends, since no mutation would ever find one.
 */

#define CONSOLE_NONCE "4f3a9c02b1d7e685"
#define CONSOLE_PREFIX "ROJ1 "
#define CONSOLE_INPUT_MAX 8192

struct console_text {
    size_t length;
    char bytes[CONSOLE_INPUT_MAX * 5];
};

/** Makes text of an input of at most CONSOLE_INPUT_MAX bytes. */
void console_expand(struct console_text *text, const uint8_t *data, size_t size);

#endif
