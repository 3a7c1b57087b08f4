/* SPDX-License-Identifier: MIT */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

/* Room for two paths: the line must not lose its end, where the error's name stands. */
enum { LINE_LIMIT = 2 * PATH_MAX };

int console_open(const char *path)
{
    /* O_NOCTTY: with a controlling terminal, a byte that looks like ^C would become a signal. */
    int terminal = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
    struct termios settings;
    if (terminal < 0 || tcgetattr(terminal, &settings) != 0)
        return -1;
    cfmakeraw(&settings);
    if (tcsetattr(terminal, TCSANOW, &settings) != 0)
        return -1;
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (dup2(terminal, fd) < 0)
            return -1;
    return terminal > STDERR_FILENO ? close(terminal) : 0;
}

void console_say(const char *format, ...)
{
    int kept = errno;
    char line[LINE_LIMIT + 2] = "init: ";
    size_t start = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + start, LINE_LIMIT - start, format, arguments);
    va_end(arguments);
    size_t length = strlen(line);
    line[length++] = '\n';
    /* Nobody is left to tell when the console itself is gone; the exit status still speaks. */
    ssize_t written = write(STDERR_FILENO, line, length);
    (void)written;
    errno = kept;
}

const char *console_errno_name(int number)
{
    const char *name = strerrorname_np(number);
    return name != NULL ? name : "E?";
}

void console_drain(void)
{
    (void)tcdrain(STDOUT_FILENO);
}
