/* SPDX-License-Identifier: MIT */
#include "report/text/memory.h"

#include "base/cleanup.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct arena_block {
    struct arena_block *next;
    alignas(max_align_t) char bytes[];
};

void *arena_allocate(struct arena *arena, size_t count, size_t size, struct error *error)
{
    struct arena_block *block = NULL;
    size_t wanted = 0;
    if (!__builtin_mul_overflow(count, size, &wanted) && wanted < SIZE_MAX - sizeof *block)
        block = calloc(1, sizeof *block + wanted);
    if (block == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory while making a report");
        return NULL;
    }
    block->next = arena->blocks;
    arena->blocks = block;
    return block->bytes;
}

char *arena_format(struct arena *arena, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    CLEANUP_FREE char *text = NULL;
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        text = NULL;
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory while making a report");
        return NULL;
    }
    char *kept = arena_allocate(arena, (size_t)length + 1, 1, error);
    if (kept != NULL)
        memcpy(kept, text, (size_t)length + 1);
    return kept;
}

void arena_release(struct arena *arena)
{
    while (arena->blocks != NULL) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
}

static int buffer_failed(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "out of memory while writing a report");
}

int text_buffer_open(struct text_buffer *buffer, struct error *error)
{
    buffer->out = open_memstream(&buffer->text, &buffer->length);
    return buffer->out == NULL ? buffer_failed(error) : 0;
}

int text_buffer_close(struct text_buffer *buffer, struct error *error)
{
    int failed = ferror(buffer->out);
    failed |= fclose(buffer->out);
    buffer->out = NULL;
    return failed != 0 || buffer->text == NULL ? buffer_failed(error) : 0;
}

void text_buffer_release(struct text_buffer *buffer)
{
    if (buffer->out != NULL)
        (void)fclose(buffer->out);
    free(buffer->text);
    *buffer = (struct text_buffer){0};
}
