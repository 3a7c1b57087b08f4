/* SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void replace_control_bytes(char *text)
{
    for (unsigned char *byte = (unsigned char *)text; *byte != '\0'; byte++)
        if (*byte < 0x20 || *byte == 0x7f)
            *byte = '?';
}

__attribute__((format(printf, 4, 0))) static void fill(struct error *error, enum error_code code,
                                                       const char *where, const char *format,
                                                       va_list arguments)
{
    error->code = code;
    (void)snprintf(error->where, sizeof error->where, "%s", where == NULL ? "" : where);
    (void)vsnprintf(error->what, sizeof error->what, format, arguments);
    replace_control_bytes(error->where);
    replace_control_bytes(error->what);
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

void error_print(const struct error *error)
{
    if (error->code == ERROR_NONE)
        return;
    if (error->where[0] != '\0')
        (void)fprintf(stderr, "rename-oracle: %s: %s\n", error->where, error->what);
    else
        (void)fprintf(stderr, "rename-oracle: %s\n", error->what);
}

int error_exit_code(const struct error *error)
{
    return error->code == ERROR_INTERRUPTED ? 130 : 2;
}
