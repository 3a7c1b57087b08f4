/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include "base/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

__attribute__((format(printf, 4, 0))) static void fill(struct error *error, enum error_code code,
                                                       const char *where, const char *format,
                                                       va_list arguments)
{
    error->code = code;
    char raw[sizeof error->what];
    (void)vsnprintf(raw, sizeof raw, format, arguments);
    (void)text_sanitize(raw, strlen(raw), error->what, sizeof error->what);
    where = where == NULL ? "" : where;
    (void)text_sanitize(where, strlen(where), error->where, sizeof error->where);
}

int error_set(struct error *error, enum error_code code, const char *where, const char *format, ...)
{
    if (error == NULL || error->code != ERROR_NONE)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    fill(error, code, where, format, arguments);
    va_end(arguments);
    return -1;
}

int error_set_errno(struct error *error, int errno_value, const char *where, const char *format,
                    ...)
{
    if (error == NULL || error->code != ERROR_NONE)
        return -1;
    va_list arguments;
    va_start(arguments, format);
    fill(error, errno_value == ENOMEM ? ERROR_MEMORY : ERROR_ENVIRONMENT, where, format, arguments);
    va_end(arguments);

    char reason[128];
    const char *text = strerror_r(errno_value, reason, sizeof reason);
    size_t used = strlen(error->what);
    (void)snprintf(error->what + used, sizeof error->what - used, ": %s", text);
    return -1;
}

void error_describe(const struct error *error, char *out, size_t size)
{
    (void)snprintf(out, size, "%s%s%s", error->where, error->where[0] == '\0' ? "" : ": ",
                   error->what);
}

void error_print(const struct error *error)
{
    char text[sizeof error->where + sizeof error->what + sizeof ": "];
    if (error->code == ERROR_NONE)
        return;
    error_describe(error, text, sizeof text);
    (void)fprintf(stderr, "rename-oracle: %s\n", text);
}

int error_exit_code(const struct error *error)
{
    return error->code == ERROR_INTERRUPTED ? 130 : 2;
}
