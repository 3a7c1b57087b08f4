/* SPDX-License-Identifier: MIT */
#include "process/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

static void leave_everything_else(int fd)
{
    sigset_t none;
    (void)setsid();
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    /* Whoever has to be left behind must not keep a pipe to the parent's reader open. */
    int nothing = open("/dev/null", O_RDWR);
    for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
        (void)dup2(nothing, standard);
    if (fd != STDERR_FILENO + 1 && dup3(fd, STDERR_FILENO + 1, O_CLOEXEC) < 0)
        _exit(1);
    (void)close_range(STDERR_FILENO + 2U, ~0U, 0);
}

pid_t apart_start(void (*serve)(int fd, void *context), void *context, int *fd, struct error *error)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        return error_set_errno(error, errno, NULL, "cannot make a socket pair");
    pid_t parent = getpid();
    pid_t pid = fork();
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        leave_everything_else(ends[1]);
        if (getppid() == parent) /* it had not ended before the line above could tie us to it */
            serve(STDERR_FILENO + 1, context);
        _exit(0);
    }
    (void)close(ends[1]);
    if (pid < 0) {
        (void)close(ends[0]);
        return error_set_errno(error, errno, NULL, "cannot start a process");
    }
    *fd = ends[0];
    return pid;
}
