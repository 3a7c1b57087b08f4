/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <string.h>

#define CUT_MARK_LENGTH (sizeof TEXT_CUT_MARK - 1)
#define ESCAPE_LENGTH (sizeof "\\xNN" - 1)

struct range {
    uint32_t first;
    uint32_t last;
};

/* In order. Besides these, the last two code points of every plane are noncharacters. */
static const struct range unshown[] = {
    {0x0000, 0x001f},   {0x007f, 0x009f}, /* C0, DEL, C1 */
    {0x00ad, 0x00ad},                     /* soft hyphen */
    {0x034f, 0x034f},                     /* combining grapheme joiner */
    {0x061c, 0x061c},                     /* Arabic letter mark */
    {0x115f, 0x1160},                     /* Hangul fillers */
    {0x17b4, 0x17b5},                     /* Khmer inherent vowels */
    {0x180b, 0x180f},                     /* Mongolian selectors and vowel separator */
    {0x200b, 0x200f},                     /* zero width, direction marks */
    {0x2028, 0x202e},                     /* separators, embeddings and overrides */
    {0x2060, 0x206f},                     /* word joiner, invisible operators, isolates */
    {0x3164, 0x3164},                     /* Hangul filler */
    {0xfdd0, 0xfdef},                     /* noncharacters */
    {0xfe00, 0xfe0f},                     /* variation selectors */
    {0xfeff, 0xfeff},                     /* byte order mark */
    {0xffa0, 0xffa0},                     /* half-width Hangul filler */
    {0xfff0, 0xfffb},                     /* specials: annotations */
    {0x1bca0, 0x1bca3},                   /* shorthand format controls */
    {0x1d173, 0x1d17a},                   /* musical format controls */
    {0xe0000, 0xe0fff},                   /* tags, variation selectors */
};

static bool is_shown(uint32_t character)
{
    if ((character & 0xfffe) == 0xfffe)
        return false;
    for (size_t i = 0; i < sizeof unshown / sizeof unshown[0]; i++)
        if (character <= unshown[i].last)
            return character < unshown[i].first;
    return true;
}

/** The length of the well-formed character at `bytes`, 0 if there is none; fills `character`. */
static size_t decode(const unsigned char *bytes, size_t length, uint32_t *character)
{
    unsigned char lead = bytes[0];
    if (lead < 0x80) {
        *character = lead;
        return 1;
    }
    size_t size = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (size == 0 || size > length)
        return 0;
    uint32_t value = lead & (0x7fU >> size);
    for (size_t i = 1; i < size; i++) {
        if ((bytes[i] & 0xc0) != 0x80)
            return 0;
        value = value << 6 | (bytes[i] & 0x3fU);
    }
    bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
    bool surrogate = value >= 0xd800 && value <= 0xdfff;
    *character = value;
    return overlong || surrogate || value > 0x10ffff ? 0 : size;
}

bool text_next(const char **rest, size_t *left, struct glyph *glyph)
{
    if (*left == 0)
        return false;
    const unsigned char *bytes = (const unsigned char *)*rest;
    glyph->bytes = *rest;
    glyph->length = decode(bytes, *left, &glyph->code);
    glyph->well_formed = glyph->length > 0;
    if (!glyph->well_formed) {
        glyph->length = 1;
        glyph->code = *bytes;
    }
    glyph->hidden = !glyph->well_formed || !is_shown(glyph->code);
    *rest += glyph->length;
    *left -= glyph->length;
    return true;
}

bool text_is_utf8(const void *bytes, size_t length)
{
    const char *rest = bytes;
    for (struct glyph glyph; text_next(&rest, &length, &glyph);)
        if (!glyph.well_formed)
            return false;
    return true;
}

static size_t escape(const char *bytes, size_t count, char *out)
{
    static const char hex[] = "0123456789ABCDEF";
    for (size_t i = 0; i < count; i++) {
        *out++ = '\\';
        *out++ = 'x';
        *out++ = hex[(unsigned char)bytes[i] >> 4];
        *out++ = hex[bytes[i] & 0xf];
    }
    return count * ESCAPE_LENGTH;
}

size_t text_sanitize(const void *bytes, size_t length, char *out, size_t room)
{
    if (room == 0)
        return 0;
    const char *rest = bytes;
    size_t used = 0;
    size_t cut = 0; /* the last length behind which the mark still fits */
    for (struct glyph glyph; text_next(&rest, &length, &glyph);) {
        char shown[4 * ESCAPE_LENGTH];
        size_t wide = glyph.length;
        if (glyph.hidden)
            wide = escape(glyph.bytes, glyph.length, shown);
        else
            memcpy(shown, glyph.bytes, glyph.length);
        if (used + CUT_MARK_LENGTH < room)
            cut = used;
        if (used + wide >= room) {
            bool marked = cut + CUT_MARK_LENGTH < room;
            if (marked)
                memcpy(out + cut, TEXT_CUT_MARK, CUT_MARK_LENGTH);
            used = marked ? cut + CUT_MARK_LENGTH : used;
            break;
        }
        memcpy(out + used, shown, wide);
        used += wide;
    }
    out[used] = '\0';
    return used;
}

void text_quote_for_shell(FILE *out, const char *word)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                "%+,-./:=@_";
    if (word[0] != '\0' && strspn(word, plain) == strlen(word)) {
        (void)fputs(word, out);
        return;
    }
    (void)fputc('\'', out);
    for (; *word != '\0'; word++)
        (void)(*word == '\'' ? fputs("'\\''", out) : fputc(*word, out));
    (void)fputc('\'', out);
}
