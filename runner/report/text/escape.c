/* SPDX-License-Identifier: MIT */
#include "report/text/escape.h"

#include "base/text.h"

#include <stdbool.h>
#include <string.h>

/** A language is what it makes of each ASCII character, and what it puts around a spelling. */
struct language {
    const char *as[128]; /* NULL: the character itself, or its spelling */
    const char *open, *close;
};

/* An attribute's tab would be read as a blank, "]]>" must not stand in XML's content. */
#define XML_REFERENCES                                                                             \
    ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"

#define HTML_REFERENCES XML_REFERENCES, ['\t'] = "\t"

static const struct language plain = {{['\t'] = "\t"}, "", ""};
static const struct language html = {{HTML_REFERENCES}, "<i class=x>", "</i>"};
static const struct language html_name = {
    {HTML_REFERENCES, ['-'] = "-<wbr>", ['_'] = "_<wbr>", ['/'] = "/<wbr>", ['.'] = ".<wbr>"},
    "<i class=x>",
    "</i>"};
static const struct language xml = {{XML_REFERENCES, ['\t'] = "&#9;"}, "", ""};
static const struct language xml_lines = {{XML_REFERENCES, ['\t'] = "&#9;", ['\n'] = "\n"}, "", ""};

/* All punctuation but , ; / = ( ) % */
static const struct language markdown = {
    {['\t'] = " ",    ['!'] = "&#33;",  ['"'] = "&#34;",  ['#'] = "&#35;",  ['$'] = "&#36;",
     ['&'] = "&#38;", ['\''] = "&#39;", ['*'] = "&#42;",  ['+'] = "&#43;",  ['-'] = "&#45;",
     ['.'] = "&#46;", [':'] = "&#58;",  ['<'] = "&#60;",  ['>'] = "&#62;",  ['?'] = "&#63;",
     ['@'] = "&#64;", ['['] = "&#91;",  ['\\'] = "&#92;", [']'] = "&#93;",  ['^'] = "&#94;",
     ['_'] = "&#95;", ['`'] = "&#96;",  ['{'] = "&#123;", ['|'] = "&#124;", ['}'] = "&#125;",
     ['~'] = "&#126;"},
    "",
    ""};

static const struct language tap = {{['\t'] = " ", ['#'] = "\\#", ['\\'] = "\\\\"}, "", ""};

/* Spelt out here too: a diagnostic is for reading, and some consumers know few escapes. */
static const struct language yaml = {{['\t'] = "\\t", ['"'] = "\\\"", ['\\'] = "\\\\"}, "", ""};

static void spell(FILE *out, const struct language *language, const struct glyph *glyph)
{
    char shown[sizeof "\\u{10ffff}"];
    if (glyph->code == '\n' || glyph->code == '\r')
        (void)snprintf(shown, sizeof shown, "\\%c", glyph->code == '\n' ? 'n' : 'r');
    else
        (void)snprintf(shown, sizeof shown, glyph->code < 0x100 ? "\\x%02x" : "\\u{%x}",
                       glyph->code);
    for (const char *character = shown; *character != '\0'; character++) {
        const char *as = language->as[(unsigned char)*character];
        if (as != NULL)
            (void)fputs(as, out);
        else
            (void)fputc(*character, out);
    }
}

static void escape(FILE *out, const struct language *language, const char *text)
{
    size_t left = text == NULL ? 0 : strlen(text);
    bool inside = false; /* one element for a run of spellings */
    for (struct glyph glyph; text_next(&text, &left, &glyph);) {
        const char *as = glyph.code < 128 ? language->as[glyph.code] : NULL;
        bool spelt = as == NULL && glyph.hidden;
        if (spelt != inside)
            (void)fputs(spelt ? language->open : language->close, out);
        inside = spelt;
        if (spelt)
            spell(out, language, &glyph);
        else if (as != NULL)
            (void)fputs(as, out);
        else
            (void)fwrite(glyph.bytes, 1, glyph.length, out);
    }
    if (inside)
        (void)fputs(language->close, out);
}

void plain_write(FILE *out, const char *text)
{
    escape(out, &plain, text);
}

void html_write(FILE *out, const char *text)
{
    escape(out, &html, text);
}

void html_write_name(FILE *out, const char *text)
{
    escape(out, &html_name, text);
}

void xml_write(FILE *out, const char *text)
{
    escape(out, &xml, text);
}

void xml_write_lines(FILE *out, const char *text)
{
    escape(out, &xml_lines, text);
}

void markdown_write(FILE *out, const char *text)
{
    escape(out, &markdown, text);
}

void markdown_write_code(FILE *out, const char *text)
{
    (void)fputs("<code>", out);
    escape(out, &markdown, text);
    (void)fputs("</code>", out);
}

void markdown_write_block(FILE *out, const char *text)
{
    (void)fputs("<pre>", out);
    escape(out, &xml_lines, text);
    (void)fputs("</pre>\n\n", out);
}

void tap_write(FILE *out, const char *text)
{
    escape(out, &tap, text);
}

void yaml_write_part(FILE *out, const char *text)
{
    escape(out, &yaml, text);
}

void yaml_write(FILE *out, const char *text)
{
    (void)fputc('"', out);
    yaml_write_part(out, text);
    (void)fputc('"', out);
}
