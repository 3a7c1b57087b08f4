/* SPDX-License-Identifier: MIT */

/*
 * stuck_rename COMMAND [ARGUMENT...]: runs a program whose rename, renameat and renameat2 never
 * return. No privilege is needed and no file system is harmed.
 *
 * A seccomp filter hands the three calls to a supervisor through a descriptor. That descriptor is
 * left open in the program itself, which does not know of it: so nobody ever answers, and it goes
 * away with the program. The caller sleeps (S) and dies to SIGTERM.
 */

#include <err.h>
#include <fcntl.h>
#include <seccomp.h>
#include <stddef.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    static const int calls[] = {SCMP_SYS(rename), SCMP_SYS(renameat), SCMP_SYS(renameat2)};
    if (argc < 2)
        errx(2, "usage: stuck_rename COMMAND [ARGUMENT...]");
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL)
        errx(2, "out of memory");
    for (size_t index = 0; index < sizeof calls / sizeof calls[0]; index++)
        if (seccomp_rule_add(filter, SCMP_ACT_NOTIFY, calls[index], 0) != 0)
            errx(77, "seccomp's user notification is not to be had on this machine");
    if (seccomp_load(filter) != 0)
        errx(77, "no seccomp filter on this machine");
    int unanswered = seccomp_notify_fd(filter);
    if (unanswered < 0 || fcntl(unanswered, F_SETFD, 0) != 0)
        errx(77, "seccomp gave no descriptor to answer on");
    (void)execvp(argv[1], argv + 1);
    err(2, "%s", argv[1]);
}
