/* SPDX-License-Identifier: MIT */
#include "report/text/escape_tap.h"
#include "report/text/visible.h"

#include <string.h>

void tap_write(FILE *out, const char *text)
{
    struct glyph glyph;
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);) {
        const char *part = glyph.hidden ? glyph.shown : glyph.bytes;
        size_t length = glyph.hidden ? strlen(glyph.shown) : glyph.length;
        for (size_t i = 0; i < length; i++) {
            if (part[i] == '#' || part[i] == '\\')
                (void)fputc('\\', out);
            (void)fputc(part[i] == '\t' ? ' ' : part[i], out);
        }
    }
}

static void write_yaml_glyph(FILE *out, const struct glyph *glyph)
{
    /* Hidden characters are spelt out here too: a diagnostic is for reading, and consumers that
       know only a part of YAML's escapes exist. */
    const char *part = glyph->hidden ? glyph->shown : glyph->bytes;
    size_t length = glyph->hidden ? strlen(glyph->shown) : glyph->length;
    for (size_t i = 0; i < length; i++) {
        if (part[i] == '"' || part[i] == '\\')
            (void)fputc('\\', out);
        if (part[i] == '\t')
            (void)fputs("\\t", out);
        else
            (void)fputc(part[i], out);
    }
}

void tap_write_yaml(FILE *out, const char *text)
{
    struct glyph glyph;
    (void)fputc('"', out);
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);)
        write_yaml_glyph(out, &glyph);
    (void)fputc('"', out);
}
