/* SPDX-License-Identifier: MIT */
/*
 * start-vm DIRECTORY PROGRAM ARGUMENT...
 *
 * Becomes PROGRAM, User Mode Linux, with the two things arranged that a command line can't ask for:
 *
 * - No address randomization, which makes a boot a fifth faster. setarch(1) would refuse to start
 *   the program where personality(2) is forbidden, as in Docker's default profile; here it starts.
 * - A place for the VM's memory file, which is mapped executable: /dev/shm where that is a tmpfs
 *   with room, because a busy disk can hold up a guest whose memory lies on it; else DIRECTORY. In
 *   containers /dev/shm is often noexec or 64 MB small.
 *
 * Exit status: PROGRAM's; 126 when it can't be started, 2 when it was not named.
 */
#include <errno.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <unistd.h>

#define SHARED_MEMORY "/dev/shm"

enum { ROOM_WANTED_MIB = 1024 }; /* for 16 guests at once */

static bool holds_memory_files(const char *directory)
{
    struct statfs filesystem;
    if (statfs(directory, &filesystem) != 0 || filesystem.f_type != TMPFS_MAGIC)
        return false;
    unsigned long long room =
        (unsigned long long)filesystem.f_bavail * (unsigned long long)filesystem.f_bsize;
    return (filesystem.f_flags & (ST_NOEXEC | ST_RDONLY)) == 0 && room >> 20 >= ROOM_WANTED_MIB &&
           access(directory, W_OK | X_OK) == 0;
}

int main(int argc, char **argv)
{
    if (argc < 3) {
        (void)fputs("usage: start-vm DIRECTORY PROGRAM ARGUMENT...\n", stderr);
        return 2;
    }
    (void)personality(ADDR_NO_RANDOMIZE);
    const char *memory = holds_memory_files(SHARED_MEMORY) ? SHARED_MEMORY : argv[1];
    if (setenv("TMPDIR", memory, 1) == 0)
        (void)execv(argv[2], argv + 2);
    (void)fprintf(stderr, "start-vm: %s: %s\n", argv[2], strerror(errno));
    return 126;
}
