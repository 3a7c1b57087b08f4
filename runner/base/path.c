/* SPDX-License-Identifier: MIT */
#include "base/path.h"

#include <stdarg.h>
#include <stdio.h>

int path_format(char *out, size_t size, struct error *error, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(out, size, format, arguments);
    va_end(arguments);
    if (length >= 0 && (size_t)length < size)
        return 0;
    (void)error_set(error, ERROR_INPUT, NULL, "path too long (%d bytes, at most %zu): %s", length,
                    size - 1, out);
    out[0] = '\0';
    return -1;
}
