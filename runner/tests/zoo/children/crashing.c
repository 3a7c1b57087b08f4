/* SPDX-License-Identifier: MIT */
#include "misbehave.h"

#include "steps.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

__attribute__((noreturn)) static void crash(void)
{
    const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    abort();
}

int crash_before_first_event(int argc, char **argv)
{
    (void)argc;
    (void)argv;
    crash();
}

int crash_after_begin(int argc, char **argv)
{
    int wrong = tell_beginning(argc, argv);
    if (wrong)
        return wrong;
    crash();
}

int crash_in_rename(int argc, char **argv)
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    crash();
}

int crash_after_rename(int argc, char **argv)
{
    int wrong = tell_beginning(argc, argv);
    if (wrong)
        return wrong;
    (void)step_rename(full_path("a"), full_path("b"));
    crash();
}

int crash_after_end(int argc, char **argv)
{
    (void)behave(argc, argv);
    crash();
}

/* The launched process is gone, and a child of it keeps the pipe open: no end of file comes. */
int die_with_pipe_kept_open(int argc, char **argv)
{
    if (fork_limited() == 0)
        sleep_for_ever();
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    (void)raise(SIGKILL);
    return 2;
}
