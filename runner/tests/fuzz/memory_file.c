/* SPDX-License-Identifier: MIT */
#include "memory_file.h"

#include "fuzz.h"

#include <sys/mman.h>
#include <unistd.h>

const char *memory_file_fill(size_t index, const void *bytes, size_t length)
{
    static int fds[MEMORY_FILES];
    static char paths[MEMORY_FILES][32];
    REQUIRE(index < MEMORY_FILES);
    if (fds[index] == 0) {
        fds[index] = memfd_create("input", MFD_CLOEXEC);
        (void)snprintf(paths[index], sizeof paths[index], "/proc/self/fd/%d", fds[index]);
    }
    REQUIRE(fds[index] > 0);
    REQUIRE(ftruncate(fds[index], 0) == 0);
    REQUIRE(pwrite(fds[index], bytes, length, 0) == (ssize_t)length);
    return paths[index];
}
