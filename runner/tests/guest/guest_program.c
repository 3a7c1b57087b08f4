/* SPDX-License-Identifier: MIT */
/*
 * What the tests of the reference VM run in it: one small deed per name.
 *
 *     exit N        ends with N
 *     die N         ends by signal N
 *     bytes         writes the bytes 0 to 255, then a line of 480 bytes, each in one write
 *     stdin         tells what poll(2) says about standard input after 300 ms
 *     orphan DIR    leaves a process behind that keeps a file in DIR open
 *     flood N       writes N KiB of lines
 *     arguments ... writes each further argument on a line of its own
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int write_all(const char *bytes, size_t length)
{
    return write(STDOUT_FILENO, bytes, length) == (ssize_t)length ? 0 : 1;
}

static int write_bytes(void)
{
    char all[256];
    char line[480];
    for (size_t i = 0; i < sizeof all; i++)
        all[i] = (char)(unsigned char)i;
    memset(line, 'x', sizeof line - 1);
    line[sizeof line - 1] = '\n';
    return write_all(all, sizeof all) | write_all(line, sizeof line);
}

static int look_at_stdin(void)
{
    struct pollfd standard_input = {.fd = STDIN_FILENO, .events = POLLIN};
    int ready = poll(&standard_input, 1, 300);
    (void)printf("poll %d events %d\n", ready, standard_input.revents);
    return 0;
}

static int leave_orphan(const char *directory)
{
    if (chdir(directory) != 0 || open("held", O_CREAT | O_WRONLY, 0644) < 0)
        return 1;
    pid_t child = fork();
    if (child == 0)
        for (;;)
            (void)pause();
    return child < 0;
}

static int flood(int kibibytes)
{
    char block[1024];
    memset(block, 'y', sizeof block - 1);
    block[sizeof block - 1] = '\n';
    for (int i = 0; i < kibibytes; i++)
        if (write_all(block, sizeof block) != 0)
            return 1;
    return 0;
}

int main(int argc, char **argv)
{
    const char *deed = argc > 1 ? argv[1] : "";
    const char *value = argc > 2 ? argv[2] : "0";
    int number = (int)strtol(value, NULL, 10);
    if (strcmp(deed, "exit") == 0)
        return number;
    if (strcmp(deed, "die") == 0)
        return raise(number);
    if (strcmp(deed, "bytes") == 0)
        return write_bytes();
    if (strcmp(deed, "stdin") == 0)
        return look_at_stdin();
    if (strcmp(deed, "orphan") == 0)
        return leave_orphan(value);
    if (strcmp(deed, "flood") == 0)
        return flood(number);
    for (int i = 2; i < argc; i++)
        (void)printf("%s\n", argv[i]);
    return strcmp(deed, "arguments") == 0 ? 0 : 2;
}
