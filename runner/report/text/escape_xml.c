/* SPDX-License-Identifier: MIT */
#include "report/text/escape_xml.h"
#include "report/text/visible.h"

#include <stdbool.h>

static void write_plain(FILE *out, const struct glyph *glyph)
{
    switch (glyph->code) {
    case '&':
        (void)fputs("&amp;", out);
        break;
    case '<':
        (void)fputs("&lt;", out);
        break;
    case '>': /* "]]>" must not stand in content */
        (void)fputs("&gt;", out);
        break;
    case '"':
        (void)fputs("&quot;", out);
        break;
    case '\'':
        (void)fputs("&#39;", out);
        break;
    case '\t': /* a plain one would be normalized to a blank in an attribute */
        (void)fputs("&#9;", out);
        break;
    default:
        (void)fwrite(glyph->bytes, 1, glyph->length, out);
    }
}

static void write_all(FILE *out, const char *text, bool keep_line_feeds)
{
    struct glyph glyph;
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);)
        if (keep_line_feeds && glyph.code == '\n')
            (void)fputc('\n', out);
        else if (glyph.hidden)
            (void)fputs(glyph.shown, out);
        else
            write_plain(out, &glyph);
}

void xml_write(FILE *out, const char *text)
{
    write_all(out, text, false);
}

void xml_write_lines(FILE *out, const char *text)
{
    write_all(out, text, true);
}
