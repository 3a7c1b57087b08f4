/* SPDX-License-Identifier: MIT */
#include "misbehave.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <pthread.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

/* Enough to show that a runner keeps up, few enough to be harmless when it does not. */
enum { FORKS = 2000, BETWEEN_FORKS_NS = 1000000 };

static void breathe(void)
{
    const struct timespec pause_between = {.tv_nsec = BETWEEN_FORKS_NS};
    (void)nanosleep(&pause_between, NULL);
}

int ignore_termination(int argc, char **argv)
{
    (void)signal(SIGTERM, SIG_IGN);
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGHUP, SIG_IGN);
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    sleep_for_ever();
}

int close_output(int argc, char **argv)
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    (void)close(STDOUT_FILENO);
    (void)close(STDERR_FILENO);
    sleep_for_ever();
}

int stop_itself(int argc, char **argv)
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    (void)raise(SIGSTOP);
    sleep_for_ever();
}

int fork_in_a_loop(int argc, char **argv)
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    for (int count = 0; count < FORKS; count++) {
        if (fork_limited() == 0)
            sleep_for_ever();
        breathe();
    }
    sleep_for_ever();
}

/* Never the same process for long: the child goes on, the parent ends. */
int run_away(int argc, char **argv)
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    /* The launched process stays, so that what is tested is the tree and not its exit status. */
    if (fork_limited() != 0)
        sleep_for_ever();
    for (int count = 0; count < FORKS; count++) {
        if (fork_limited() != 0)
            _exit(0);
        breathe();
    }
    sleep_for_ever();
}

/* As User Mode Linux does: a session and a process group of its own. */
int live_in_own_session(int argc, char **argv)
{
    pid_t child = fork_limited();
    if (child == 0) {
        (void)setsid();
        int wrong = tell_up_to_rename(argc, argv);
        if (wrong)
            _exit(wrong);
        sleep_for_ever();
    }
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

static void *sleep_in_thread(void *unused)
{
    (void)unused;
    sleep_for_ever();
}

/* Its first thread ends, and another goes on: from then on /proc calls the process a zombie. */
int end_first_thread(int argc, char **argv)
{
    pthread_t other;
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    if (pthread_create(&other, NULL, sleep_in_thread, NULL) != 0)
        errx(2, "no thread");
    pthread_exit(NULL);
}

/* The process with the call waits; it is another one of its tree that burns the CPU. */
int spin_in_helper(int argc, char **argv)
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    if (fork_limited() == 0) {
        (void)prctl(PR_SET_NAME, "spinning-helper");
        for (volatile unsigned long turns = 0;; turns++)
            continue;
    }
    sleep_for_ever();
}

/* Goes back to the system call, which is trapped again. */
static void issue_again(int signal_number, siginfo_t *info, void *context)
{
    (void)signal_number;
#if defined(__x86_64__)
    enum { SYSCALL_INSTRUCTION_BYTES = 2 };
    ucontext_t *interrupted = context;
    interrupted->uc_mcontext.gregs[REG_RIP] -= SYSCALL_INSTRUCTION_BYTES;
    interrupted->uc_mcontext.gregs[REG_RAX] = info->si_syscall;
#else
    (void)info;
    (void)context;
    for (volatile unsigned long turns = 0;; turns++)
        continue;
#endif
}

/* A rename that burns the CPU in the call itself. */
int spin_in_trapped_rename(int argc, char **argv)
{
    struct sigaction action = {.sa_sigaction = issue_again, .sa_flags = SA_SIGINFO};
    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGSYS, &action, NULL);
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL || seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(rename), 0) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(renameat), 0) != 0 ||
        seccomp_rule_add(filter, SCMP_ACT_TRAP, SCMP_SYS(renameat2), 0) != 0 ||
        seccomp_load(filter) != 0)
        errx(77, "no seccomp filter on this machine");
    seccomp_release(filter);
    int wrong = tell_beginning(argc, argv);
    return wrong ? wrong : tell_the_rest();
}

/* Freezes the file system of its work directory just before the rename. Whoever mounted it has to
 * thaw it (frozen_ext4.py does, whatever happens). Needs root. */
int freeze_file_system(int argc, char **argv)
{
    int wrong = tell_beginning(argc, argv);
    if (wrong)
        return wrong;
    int directory = open(probe_directory(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0 || ioctl(directory, FIFREEZE, 0) != 0)
        err(77, "can't freeze %s", probe_directory());
    (void)close(directory);
    return tell_the_rest();
}

/* Panics when it is asked for a rename. Never returns. */
__attribute__((noreturn)) static void serve_and_panic(const int call[2])
{
    char request;
    const struct rlimit no_core = {.rlim_cur = 0, .rlim_max = 0};
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)prctl(PR_SET_NAME, "linuxd");
    (void)close(call[1]);
    if (read(call[0], &request, 1) == 1)
        (void)fprintf(stderr, "linuxd: serving rename(a, b)\n"
                              "thread 'main' panicked at linuxd/src/fcntl.rs:210:\n"
                              "not implemented: renameat across mounts\n");
    abort();
}

static int ask_daemon(int argc, char **argv, const int call[2])
{
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    if (write(call[1], "r", 1) != 1)
        err(2, "write");
    sleep_for_ever();
}

/* The likeliest story of a hosted hang: the daemon that should answer panics, and its caller waits
 * for an answer that cannot come. */
int lose_its_daemon(int argc, char **argv)
{
    int call[2];
    if (pipe(call) != 0)
        err(2, "pipe");
    if (fork_limited() == 0)
        serve_and_panic(call);
    return ask_daemon(argc, argv, call);
}

/* The same of a daemon that has made itself independent: its status goes to whoever adopted it. */
int lose_a_lost_daemon(int argc, char **argv)
{
    int call[2];
    if (pipe(call) != 0)
        err(2, "pipe");
    pid_t child = fork_limited();
    if (child == 0) {
        (void)setsid();
        if (fork_limited() == 0)
            serve_and_panic(call);
        _exit(0);
    }
    (void)waitpid(child, NULL, 0);
    return ask_daemon(argc, argv, call);
}

/* A guest whose kernel says that it is at its end, in a VM that does not end. */
int panic_in_rename(int argc, char **argv)
{
    static const char panic[] =
        "\r\n[    0.512345] Kernel panic - not syncing: Fatal exception\r\n";
    int wrong = tell_up_to_rename(argc, argv);
    if (wrong)
        return wrong;
    (void)!write(STDOUT_FILENO, panic, sizeof panic - 1);
    (void)!write(STDERR_FILENO, panic, sizeof panic - 1);
    sleep_for_ever();
}
