/* SPDX-License-Identifier: MIT */
#include "guard/judging/clean_text.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_ROOM = 1024 };

/* Writes the short name of a path that `text` starts with; returns the path's length, or 0. */
static size_t replace_path(FILE *stream, const char *text, const char *path, const char *name)
{
    size_t length = strlen(path);
    if (length == 0 || strncmp(text, path, length) != 0 ||
        (path[length - 1] != '/' && isalnum((unsigned char)text[length])))
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
    if (length == 0 && (length = replace_path(stream, text, sysroot->temporary, "{tmp}/...")) > 0)
        length += strcspn(text + length, "/ ;:'\"");
    return length > 0 ? length : replace_path(stream, text, sysroot->room, "{room}");
}

/* A copy with the room's paths made short; NULL when memory ran out. */
static char *shorten_paths(const char *text, const struct sysroot *sysroot)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);
    if (stream == NULL)
        return NULL;
    while (*text != '\0') {
        size_t length = replace_paths(stream, text, sysroot);
        if (length == 0)
            (void)fputc(*text++, stream);
        text += length;
    }
    if (fclose(stream) == 0)
        return out;
    free(out);
    return NULL;
}

char *clean_text(const char *text, const struct sysroot *sysroot)
{
    char *shortened = shorten_paths(text, sysroot);
    char *clean = shortened == NULL ? NULL : malloc(TEXT_ROOM);
    if (clean != NULL)
        (void)text_sanitize(shortened, strlen(shortened), clean, TEXT_ROOM);
    free(shortened);
    return clean;
}
