/* SPDX-License-Identifier: MIT */
/*
 * stutter: a console that takes one byte at a time and interrupts every second write. In this
 * mutant it is the journal's own write(2) that is replaced.
 */
#include "shim.h"

ssize_t shim_write(int fd, const void *bytes, size_t size)
{
    static int turn;
    if (turn++ % 2 == 0) {
        errno = EINTR;
        return -1;
    }
    return write(fd, bytes, size > 0 ? 1 : 0);
}
