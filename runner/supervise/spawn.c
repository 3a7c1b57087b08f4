/* SPDX-License-Identifier: MIT */
#include "supervise/spawn.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

_Noreturn static void give_up(struct spawn_report *report, const char *step)
{
    report->failed_errno = errno;
    report->failed_step = step;
    _exit(127);
}

static void restore_signals(void)
{
    struct sigaction standard = {.sa_handler = SIG_DFL};
    for (int number = 1; number < NSIG; number++)
        (void)sigaction(number, &standard, NULL);
    sigset_t none;
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Runs in the child: only calls that are safe after a fork. */
_Noreturn static void become_program(const struct spawn_request *request,
                                     struct spawn_report *report, pid_t runner)
{
    if (setsid() < 0)
        give_up(report, "setsid");
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != runner)
        _exit(127); /* the runner ended before the line above could tie us to it */
    const struct rlimit no_core = {0, 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    restore_signals();
    if (dup2(request->stdin_fd, STDIN_FILENO) < 0 || dup2(request->stdout_fd, STDOUT_FILENO) < 0 ||
        dup2(request->stderr_fd, STDERR_FILENO) < 0)
        give_up(report, "dup2");
    if (request->directory != NULL && chdir(request->directory) != 0)
        give_up(report, "chdir");
    if (request->confine != NULL && request->confine(request->confine_data) != 0)
        give_up(report, "confine");
    (void)execve(request->argv[0], request->argv, request->environment);
    give_up(report, "execve");
}

/*
 * clone3 rather than fork because only it can give birth into a cgroup; moving a process there
 * afterwards makes the kernel wait for a grace period, which costs more than a whole native cell.
 */
static pid_t fork_into_cgroup(int cgroup_fd)
{
    if (cgroup_fd < 0)
        return fork();
    struct clone_args arguments = {
        .flags = CLONE_INTO_CGROUP,
        .exit_signal = SIGCHLD,
        .cgroup = (unsigned long long)cgroup_fd,
    };
    return (pid_t)syscall(SYS_clone3, &arguments, sizeof arguments);
}

pid_t spawn_process(const struct spawn_request *request, struct spawn_report **report,
                    struct error *error)
{
    struct spawn_report *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        error_set_errno(error, errno, request->argv[0], "cannot share memory with a child");
        return -1;
    }
    pid_t runner = getpid();
    pid_t pid = fork_into_cgroup(request->cgroup_fd);
    if (pid == 0)
        become_program(request, shared, runner);
    if (pid < 0) {
        error_set_errno(error, errno, request->argv[0], "cannot start a process");
        spawn_report_free(shared);
        return -1;
    }
    *report = shared;
    return pid;
}

void spawn_report_free(struct spawn_report *report)
{
    if (report != NULL)
        (void)munmap(report, sizeof *report);
}
