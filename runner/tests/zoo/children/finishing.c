/* SPDX-License-Identifier: MIT */
#include "misbehave.h"

#include <err.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int behave(int argc, char **argv)
{
    int wrong = tell_beginning(argc, argv);
    return wrong ? wrong : tell_the_rest();
}

/* The grandchild keeps standard output and standard error open. */
int leave_setsid_grandchild(int argc, char **argv)
{
    if (fork_limited() == 0) {
        (void)setsid();
        sleep_for_ever();
    }
    return behave(argc, argv);
}

/* The classic daemon: nothing of it points back to the probe, and it keeps none of its pipes. */
int leave_daemon(int argc, char **argv)
{
    pid_t child = fork_limited();
    if (child == 0) {
        (void)setsid();
        if (fork_limited() != 0)
            _exit(0);
        int null = open("/dev/null", O_RDWR);
        for (int fd = 0; null >= 0 && fd < 3; fd++)
            (void)dup2(null, fd);
        for (int fd = 3; fd < 256; fd++)
            (void)close(fd);
        sleep_for_ever();
    }
    (void)waitpid(child, NULL, 0);
    return behave(argc, argv);
}

/* One gigabyte of console text between two events. */
int flood_output(int argc, char **argv)
{
    enum { BLOCK = 1 << 16, LINE = 64 };
    static char block[BLOCK];
    const long long all = 1LL << 30;
    int wrong = tell_beginning(argc, argv);
    if (wrong)
        return wrong;
    memset(block, 'x', sizeof block);
    for (size_t end = LINE - 1; end < sizeof block; end += LINE)
        block[end] = '\n';
    for (long long done = 0; done < all;) {
        ssize_t written = write(STDOUT_FILENO, block, sizeof block);
        if (written <= 0)
            err(2, "write");
        done += written;
    }
    /* A partial write may have ended inside a line. */
    (void)!write(STDOUT_FILENO, "\n", 1);
    return tell_the_rest();
}

/* Says on standard error what it got hold of. */
int take_terminal(int argc, char **argv)
{
    char byte;
    (void)signal(SIGTTOU, SIG_IGN);
    (void)signal(SIGTTIN, SIG_IGN);
    int terminal = open("/dev/tty", O_RDWR | O_CLOEXEC);
    if (terminal < 0)
        (void)fprintf(stderr, "terminal: none\n");
    else if (tcsetpgrp(terminal, getpgrp()) == 0)
        (void)fprintf(stderr, "terminal: taken\n");
    else
        (void)fprintf(stderr, "terminal: open, not taken\n");
    /* Not standard input: the runner keeps that one open and silent on purpose. */
    (void)fprintf(stderr, "input: %s\n",
                  terminal >= 0 && read(terminal, &byte, 1) == 1 ? "taken" : "none");
    return behave(argc, argv);
}

/* A guest that has said all, in a VM that does not end. */
int never_exit(int argc, char **argv)
{
    (void)behave(argc, argv);
    sleep_for_ever();
}

/* The journal says pass and the exit status says otherwise. */
int exit_wrongly(int argc, char **argv)
{
    (void)behave(argc, argv);
    return 3;
}
