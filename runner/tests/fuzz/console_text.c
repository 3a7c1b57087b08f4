/* SPDX-License-Identifier: MIT */
#include "console_text.h"

#include <stdio.h>
#include <string.h>
#include <zlib.h>

static size_t last_prefix(const struct console_text *text)
{
    for (size_t at = text->length; at-- > 0;)
        if (text->length - at >= strlen(CONSOLE_PREFIX) &&
            memcmp(text->bytes + at, CONSOLE_PREFIX, strlen(CONSOLE_PREFIX)) == 0)
            return at;
    return text->length;
}

static void add_checksum(struct console_text *text)
{
    size_t start = last_prefix(text);
    size_t covered = text->length > start ? text->length - start - 1 : 0; /* without the space */
    uLong crc = crc32(0, (const Bytef *)text->bytes + start, (uInt)covered);
    text->length += (size_t)sprintf(text->bytes + text->length, "#%08lx", crc);
}

void console_expand(struct console_text *text, const uint8_t *data, size_t size)
{
    text->length = 0;
    for (size_t i = 0; i < size; i++) {
        if (data[i] == '#' && i + 1 < size && data[i + 1] == '@') {
            add_checksum(text);
            i++;
        } else {
            text->bytes[text->length++] = (char)data[i];
        }
    }
}
