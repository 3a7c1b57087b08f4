/* SPDX-License-Identifier: MIT */
/* text_sanitize: the first two bytes of an input are the room, the rest is the text. */
#include "base/text.h"
#include "fuzz.h"

#include <jansson.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 2)
        return 0;
    size_t room = (size_t)data[0] + (size_t)(data[1] & 3) * 256;
    char *out = malloc(room + 1);
    REQUIRE(out != NULL);
    size_t length = text_sanitize(data + 2, size - 2, out, room);
    if (room > 0) {
        REQUIRE(length < room && strlen(out) == length);
        for (size_t i = 0; i < length; i++)
            REQUIRE((unsigned char)out[i] >= 0x20 && out[i] != 0x7f);
        json_t *string = json_string(out);
        REQUIRE(string != NULL);
        json_decref(string);

        /* What is fit to be shown stays as it is. */
        char *again = malloc(room);
        REQUIRE(again != NULL);
        REQUIRE(text_sanitize(out, length, again, room) == length && strcmp(out, again) == 0);
        free(again);
    }
    free(out);
    return 0;
}
