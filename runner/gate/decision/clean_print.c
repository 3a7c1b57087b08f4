/* SPDX-License-Identifier: MIT */
#include "gate/decision/clean_print.h"

#include "base/text.h"

#include <string.h>

enum { LINE_ROOM = 2048 };

void clean_print(FILE *stream, const char *text)
{
    char clean[LINE_ROOM];
    (void)text_sanitize(text, strlen(text), clean, sizeof clean);
    (void)fputs(clean, stream);
}
