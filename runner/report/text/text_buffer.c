/* SPDX-License-Identifier: MIT */
#include "report/text/text_buffer.h"

#include <stdlib.h>

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "out of memory while writing a report");
}

int text_buffer_open(struct text_buffer *buffer, struct error *error)
{
    buffer->out = open_memstream(&buffer->text, &buffer->length);
    return buffer->out == NULL ? out_of_memory(error) : 0;
}

int text_buffer_close(struct text_buffer *buffer, struct error *error)
{
    int failed = ferror(buffer->out);
    failed |= fclose(buffer->out);
    buffer->out = NULL;
    return failed != 0 || buffer->text == NULL ? out_of_memory(error) : 0;
}

void text_buffer_release(struct text_buffer *buffer)
{
    if (buffer->out != NULL)
        (void)fclose(buffer->out);
    free(buffer->text);
    *buffer = (struct text_buffer){0};
}
