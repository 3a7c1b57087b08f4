/* SPDX-License-Identifier: MIT */
#include "report/text/escape_html.h"
#include "report/text/visible.h"

#include <stdbool.h>
#include <string.h>

static void write_plain(FILE *out, const struct glyph *glyph)
{
    static const struct {
        char character;
        const char *reference;
    } references[] = {
        {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
    };
    for (size_t i = 0; i < sizeof references / sizeof *references; i++)
        if (glyph->code == (unsigned char)references[i].character) {
            (void)fputs(references[i].reference, out);
            return;
        }
    (void)fwrite(glyph->bytes, 1, glyph->length, out);
}

void html_write(FILE *out, const char *text)
{
    struct glyph glyph;
    bool inside = false; /* one element for a run of hidden glyphs */
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);) {
        if (glyph.hidden != inside)
            (void)fputs(glyph.hidden ? "<i class=x>" : "</i>", out);
        inside = glyph.hidden;
        if (glyph.hidden)
            (void)fputs(glyph.shown, out);
        else
            write_plain(out, &glyph);
    }
    if (inside)
        (void)fputs("</i>", out);
}

void html_write_attribute(FILE *out, const char *text)
{
    struct glyph glyph;
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);)
        if (glyph.hidden)
            (void)fputs(glyph.shown, out);
        else
            write_plain(out, &glyph);
}

void html_write_name(FILE *out, const char *text)
{
    struct glyph glyph;
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);) {
        if (glyph.hidden) {
            (void)fprintf(out, "<i class=x>%s</i>", glyph.shown);
            continue;
        }
        write_plain(out, &glyph);
        if (glyph.length == 1 && strchr("-_/.", *glyph.bytes) != NULL)
            (void)fputs("<wbr>", out);
    }
}
