/* SPDX-License-Identifier: MIT */
#include "guard/clean_text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_LIMIT = 1000 };

/* Writes the short name of a path that `text` starts with; returns the path's length, or 0. */
static size_t replace_path(FILE *stream, const char *text, const char *path, const char *name)
{
    size_t length = strlen(path);
    if (length == 0 || strncmp(text, path, length) != 0)
        return 0;
    (void)fputs(name, stream);
    return length;
}

static size_t replace_paths(FILE *stream, const char *text, const struct sysroot *sysroot)
{
    if (sysroot == NULL || *text != '/')
        return 0;
    size_t length = replace_path(stream, text, sysroot->directory, "{sysroot}");
    if (length == 0)
        length = replace_path(stream, text, sysroot->tools, "{tools}");
    return length > 0 ? length : replace_path(stream, text, sysroot->room, "{room}");
}

char *clean_text(const char *text, const struct sysroot *sysroot)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    if (stream == NULL)
        return NULL;
    const char *next = text;
    while (*next != '\0' && next - text < TEXT_LIMIT) {
        size_t length = replace_paths(stream, next, sysroot);
        next += length;
        if (length > 0)
            continue;
        unsigned char byte = (unsigned char)*next++;
        if (byte >= 0x20 && byte < 0x7f)
            (void)fputc(byte, stream);
        else
            (void)fprintf(stream, "\\x%02x", byte);
    }
    if (*next != '\0')
        (void)fputs("...", stream);
    if (fclose(stream) == 0)
        return out;
    free(out);
    return NULL;
}
