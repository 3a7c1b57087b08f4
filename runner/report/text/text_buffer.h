/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_TEXT_BUFFER_H
#define RO_REPORT_TEXT_BUFFER_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

/** A stream that writes to memory. Zero one, open it, write to `out`, close it, read `text`. */
struct text_buffer {
    FILE *out;
    char *text; /* ends in a NUL; valid once closed */
    size_t length;
};

#define CLEANUP_TEXT_BUFFER CLEANUP(text_buffer_release)

/** Returns 0, or -1 with ERROR_MEMORY. */
int text_buffer_open(struct text_buffer *buffer, struct error *error);

/** Ends the writing. Returns 0, or -1 with ERROR_MEMORY when not everything could be kept. */
int text_buffer_close(struct text_buffer *buffer, struct error *error);

/** Closes if need be, frees the text and leaves the buffer empty. */
void text_buffer_release(struct text_buffer *buffer);

#endif
