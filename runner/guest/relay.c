/* SPDX-License-Identifier: MIT */
/*
 * relay [--quiet] STREAM FRAMES
 *
 * The host's end of the line to a guest (frames.h): carries bytes between the stream socket STREAM,
 * which a file server has the other end of, and the datagram socket FRAMES, whose other end is the
 * guest's network card. Both are numbers of descriptors that it was started with.
 *
 * --quiet: when the server's end closes, the guest is not told, and waits for its answer for ever.
 *
 * Exit status: 0 when one side has ended, 1 when a socket failed, 2 usage.
 */
#include "frames.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A descriptor's number, or -1. */
static int read_number(const char *text)
{
    char *end = NULL;
    errno = 0;
    long number = strtol(text, &end, 10);
    return errno != 0 || end == text || *end != '\0' || number < 0 || number > 65535 ? -1
                                                                                     : (int)number;
}

int main(int argc, char **argv)
{
    struct frame_line line = {.stream = -1, .frames = -1};
    int next = 1;
    if (argc > 1 && strcmp(argv[1], "--quiet") == 0) {
        line.keeps_quiet = true;
        next++;
    }
    if (argc == next + 2) {
        line.stream = read_number(argv[next]);
        line.frames = read_number(argv[next + 1]);
    }
    if (line.stream < 0 || line.frames < 0) {
        (void)fputs("usage: relay [--quiet] STREAM FRAMES\n", stderr);
        return 2;
    }
    if (frames_carry(&line) == 0)
        return 0;
    (void)fprintf(stderr, "relay: %s\n", strerror(errno));
    return 1;
}
