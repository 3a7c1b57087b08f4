/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_ARENA_H
#define RO_REPORT_ARENA_H

#include "base/error.h"

#include <stddef.h>

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

#endif
