/* SPDX-License-Identifier: MIT */
#include "report/text/visible.h"

struct range {
    uint32_t first, last;
};

/* Unicode's format characters (Cf), separators of lines, and blanks that look like nothing. */
static const struct range hidden_ranges[] = {
    {0x00ad, 0x00ad},   /* soft hyphen */
    {0x034f, 0x034f},   /* combining grapheme joiner */
    {0x061c, 0x061c},   /* Arabic letter mark */
    {0x115f, 0x1160},   /* Hangul fillers */
    {0x17b4, 0x17b5},   /* Khmer inherent vowels */
    {0x180b, 0x180f},   /* Mongolian selectors and vowel separator */
    {0x200b, 0x200f},   /* zero-width characters, left-to-right and right-to-left marks */
    {0x2028, 0x202e},   /* line and paragraph separators, embeddings and overrides */
    {0x2060, 0x206f},   /* word joiner, invisible operators, isolates */
    {0x3164, 0x3164},   /* Hangul filler */
    {0xd800, 0xdfff},   /* surrogates, which are no characters */
    {0xfe00, 0xfe0f},   /* variation selectors */
    {0xfeff, 0xfeff},   /* zero-width no-break space, the byte order mark */
    {0xffa0, 0xffa0},   /* half-width Hangul filler */
    {0xfff0, 0xfffb},   /* interlinear annotations and their unassigned neighbours */
    {0x1bca0, 0x1bca3}, /* shorthand format controls */
    {0x1d173, 0x1d17a}, /* musical format controls */
    {0xe0000, 0xe0fff}, /* tags and supplementary variation selectors */
};

static bool is_hidden(uint32_t code)
{
    if (code < 0x20)
        return code != '\t';
    if (code < 0x7f)
        return false;
    if (code < 0xa0)
        return true;
    if ((code & 0xfffe) == 0xfffe || (code >= 0xfdd0 && code <= 0xfdef))
        return true;
    for (size_t i = 0; i < sizeof hidden_ranges / sizeof *hidden_ranges; i++)
        if (code >= hidden_ranges[i].first && code <= hidden_ranges[i].last)
            return true;
    return false;
}

/* The length of the well-formed UTF-8 sequence at `bytes`, or 0; RFC 3629. */
static size_t decode(const unsigned char *bytes, uint32_t *code)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    unsigned char lead = bytes[0];
    size_t length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 0;

    if (length == 0 || lead >= 0xf8)
        return 0;
    *code = length == 1 ? lead : lead & (0xffU >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (bytes[i] & 0x3f);
    }
    bool surrogate = *code >= 0xd800 && *code <= 0xdfff;
    return *code < smallest[length] || *code > 0x10ffff || surrogate ? 0 : length;
}

static void spell(struct glyph *glyph)
{
    if (glyph->code == '\n')
        (void)snprintf(glyph->shown, sizeof glyph->shown, "\\n");
    else if (glyph->code == '\r')
        (void)snprintf(glyph->shown, sizeof glyph->shown, "\\r");
    else if (glyph->code < 0x100)
        (void)snprintf(glyph->shown, sizeof glyph->shown, "\\x%02x", glyph->code);
    else
        (void)snprintf(glyph->shown, sizeof glyph->shown, "\\u{%x}", glyph->code);
}

bool glyph_next(const char **cursor, struct glyph *glyph)
{
    if (**cursor == '\0')
        return false;
    glyph->bytes = *cursor;
    glyph->length = decode((const unsigned char *)*cursor, &glyph->code);
    bool invalid = glyph->length == 0;
    if (invalid) {
        glyph->length = 1;
        glyph->code = (unsigned char)**cursor;
    }
    glyph->hidden = invalid || is_hidden(glyph->code);
    glyph->shown[0] = '\0';
    if (glyph->hidden)
        spell(glyph);
    *cursor += glyph->length;
    return true;
}

void visible_write(FILE *out, const char *text)
{
    struct glyph glyph;
    for (const char *cursor = text == NULL ? "" : text; glyph_next(&cursor, &glyph);)
        if (glyph.hidden)
            (void)fputs(glyph.shown, out);
        else
            (void)fwrite(glyph.bytes, 1, glyph.length, out);
}
