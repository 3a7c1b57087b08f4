/* SPDX-License-Identifier: MIT */
#include "report/text/escape_markdown.h"
#include "report/text/escape_xml.h"
#include "report/text/visible.h"

#include <ctype.h>
#include <string.h>

void markdown_write(FILE *out, const char *text)
{
    struct glyph glyph;
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);) {
        const char *part = glyph.hidden ? glyph.shown : glyph.bytes;
        size_t length = glyph.hidden ? strlen(glyph.shown) : glyph.length;
        for (size_t i = 0; i < length; i++) {
            unsigned char byte = (unsigned char)part[i];
            if (byte == '\t')
                (void)fputc(' ', out);
            else if (byte < 0x80 && ispunct(byte) && strchr(",;/=()%", byte) == NULL)
                (void)fprintf(out, "&#%u;", byte);
            else
                (void)fputc(byte, out);
        }
    }
}

void markdown_write_code(FILE *out, const char *text)
{
    (void)fputs("<code>", out);
    markdown_write(out, text);
    (void)fputs("</code>", out);
}

void markdown_write_block(FILE *out, const char *text)
{
    (void)fputs("<pre>", out);
    xml_write_lines(out, text);
    (void)fputs("</pre>\n\n", out);
}
