/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_MEMORY_H
#define RO_REPORT_MEMORY_H

#include "base/cleanup.h"
#include "base/error.h"

#include <stddef.h>
#include <stdio.h>

/** Memory that is released all at once. A zeroed one is empty. */
struct arena {
    struct arena_block *blocks;
};

/** Room for `count` zeroed items of `size` bytes; NULL with ERROR_MEMORY. Never NULL for none. */
void *arena_allocate(struct arena *arena, size_t count, size_t size, struct error *error);

/** A formatted text; NULL with ERROR_MEMORY. */
char *arena_format(struct arena *arena, struct error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Frees everything that was allocated and leaves the arena empty. */
void arena_release(struct arena *arena);

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
