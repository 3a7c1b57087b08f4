/* SPDX-License-Identifier: MIT */
#include "base/exit_status.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

/* The kernel's structure of 6.15; the headers of the distributions we build on are older. */
struct pidfd_info_record {
    uint64_t mask;
    uint64_t cgroup_id;
    uint32_t pid, tgid, ppid;
    uint32_t ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
    int32_t exit_code;
    uint32_t coredump_mask;
    uint32_t spare;
};
enum { INFO_EXIT = 1 << 3 };
#define GET_INFO _IOWR(0xFF, 11, struct pidfd_info_record)

bool exit_status_of_pidfd(int pidfd, int *status)
{
    struct pidfd_info_record info;
    memset(&info, 0, sizeof info);
    info.mask = INFO_EXIT;
    if (ioctl(pidfd, GET_INFO, &info) != 0 || (info.mask & INFO_EXIT) == 0)
        return false;
    *status = info.exit_code;
    return true;
}

void exit_status_describe(int status, char *out, size_t size)
{
    if (WIFEXITED(status)) {
        (void)snprintf(out, size, "exited with %d", WEXITSTATUS(status));
        return;
    }
    int number = WTERMSIG(status);
    const char *name = sigabbrev_np(number);
    if (name != NULL)
        (void)snprintf(out, size, "killed by SIG%s", name);
    else
        (void)snprintf(out, size, "killed by signal %d", number);
}
