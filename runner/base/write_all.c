/* SPDX-License-Identifier: MIT */
#include "base/write_all.h"

#include <errno.h>
#include <unistd.h>

size_t write_all(int fd, const void *bytes, size_t length)
{
    const char *rest = bytes;
    size_t done = 0;
    while (done < length) {
        ssize_t written = write(fd, rest + done, length - done);
        if (written < 0 && errno == EINTR)
            continue;
        if (written == 0)
            errno = EIO;
        if (written <= 0)
            break;
        done += (size_t)written;
    }
    return done;
}

const char *write_remedy(int errno_value)
{
    if (errno_value == EFBIG)
        return "raise the limit on the size of a file (ulimit -f)";
    return "make room or choose another --output";
}
