/* SPDX-License-Identifier: MIT */
#include "gate/clean_print.h"

void clean_print(FILE *stream, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        (void)fputc(*text >= 0x20 && *text < 0x7f ? *text : '?', stream);
}
