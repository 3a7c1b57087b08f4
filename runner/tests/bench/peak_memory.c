/* SPDX-License-Identifier: MIT */

/*
 * peak_memory PROGRAM [ARGUMENT...]: runs a program without input and output and prints the
 * seconds that it took and its peak memory in KiB: of itself and of each process that it waited
 * for, whichever is greatest.
 *
 * A small program of its own because the kernel counts what a process was before its exec: a child
 * of a Python has at least the memory of the Python.
 *
 * Exit codes: the program's; 125 it was killed, 126 something could not be done, 127 no such
 * program.
 */

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
    struct timespec now;
    if (clock_gettime(CLOCK_MONOTONIC, &now) != 0)
        err(126, "clock_gettime");
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

_Noreturn static void become(char **argv)
{
    /* Who measures may give up and kill us; the program must not go on then. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    int nothing = open("/dev/null", O_RDWR);
    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0 || dup2(nothing, STDOUT_FILENO) < 0)
        err(126, "/dev/null");
    (void)execv(argv[0], argv);
    err(127, "%s", argv[0]);
}

int main(int argc, char **argv)
{
    int status = 0;
    struct rusage used;
    if (argc < 2)
        errx(126, "usage: peak_memory PROGRAM [ARGUMENT...]");
    double began = now_s();
    pid_t child = fork();
    if (child < 0)
        err(126, "fork");
    if (child == 0)
        become(argv + 1);
    if (wait4(child, &status, 0, &used) != child)
        err(126, "wait");
    (void)printf("%.6f %ld\n", now_s() - began, used.ru_maxrss);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
