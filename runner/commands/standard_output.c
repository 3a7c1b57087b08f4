/* SPDX-License-Identifier: MIT */
#include "commands/standard_output.h"

#include <argp.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void standard_files_occupy(void)
{
    /* Each gets the lowest number that is free, which is its own. */
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0)
            (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

int standard_output_json(const json_t *document, struct error *error)
{
    int failed =
        json_dumpf(document, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII | JSON_REAL_PRECISION(15));
    (void)putchar('\n');
    if (failed != 0 && ferror(stdout) == 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory to print a document");
    return 0;
}

static bool reader_is_gone(void)
{
    struct pollfd output = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&output, 1, 0) == 1 && (output.revents & POLLERR) != 0;
}

int standard_output_finish(int code)
{
    errno = 0;
    if ((fflush(stdout) == 0 && ferror(stdout) == 0) || reader_is_gone())
        return code;
    /* What failed earlier has left no number. */
    (void)fprintf(stderr, "rename-oracle: standard output: cannot be written%s%s\n",
                  errno == 0 ? "" : ": ", errno == 0 ? "" : strerror(errno));
    return argp_err_exit_status;
}
