/* SPDX-License-Identifier: MIT */
#include "process/lifetime.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "process/children.h"
#include "process/process_table.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* How long what sleeps uninterruptibly may take to end, which it does without us as well, and how
 * long clearing up may. */
#define STUCK_NS (300 * NS_PER_MS)
#define CLEAR_NS (10 * NS_PER_S)

enum { EXIT_LOST = 2 };

/** Of a worker's end, in memory that front and guardian share. */
struct ended {
    bool known;  /* and what it started has ended, too */
    int status;  /* as wait(2) gives it */
    int refused; /* errno where there could be no worker at all; else 0 */
};

struct lifetime {
    pid_t below;  /* the child: for the front the guardian, for the guardian the worker */
    int front_fd; /* the guardian's end of a pipe whose other end only the front has */
    int signal_fd;
    sigset_t signals;
    sigset_t before; /* the mask that the worker gets back */
    struct ended *ended;
    void (*clear)(const void *context);
    const void *context;
    pid_t inherited[PROCESS_CHILDREN_MAX]; /* the front's children of another life */
    size_t inherited_count;
};

static void note_inherited(struct lifetime *lifetime)
{
    ssize_t listed = process_list_children(lifetime->inherited);
    CLEANUP(process_table_release) struct process_table table = {0};
    lifetime->inherited_count = listed < 0 ? 0 : (size_t)listed;
    if (listed >= 0 || process_table_scan(&table, NULL) != 0)
        return;
    for (size_t i = 0; i < table.count; i++)
        if (table.rows[i].parent == getpid() && lifetime->inherited_count < PROCESS_CHILDREN_MAX)
            lifetime->inherited[lifetime->inherited_count++] = table.rows[i].pid;
}

/* Ends as a child did, so that a shell sees what it would have seen of the child. */
_Noreturn static void end_as(int status)
{
    static const struct rlimit no_core;
    if (WIFEXITED(status))
        _exit(WEXITSTATUS(status));
    sigset_t number;
    (void)sigemptyset(&number);
    (void)sigaddset(&number, WTERMSIG(status));
    (void)setrlimit(RLIMIT_CORE, &no_core);
    (void)signal(WTERMSIG(status), SIG_DFL);
    (void)raise(WTERMSIG(status));
    (void)sigprocmask(SIG_UNBLOCK, &number, NULL);
    _exit(EXIT_LOST);
}

/* What the worker would have removed. Paths may lead to where nobody answers, so that is done by a
 * process that can be left behind. */
static void clear_up(const struct lifetime *lifetime)
{
    const struct timespec limit = {.tv_sec = CLEAR_NS / NS_PER_S};
    sigset_t ended;
    if (lifetime->clear == NULL)
        return;
    (void)sigemptyset(&ended);
    (void)sigaddset(&ended, SIGCHLD);
    pid_t pid = fork();
    if (pid == 0) {
        lifetime->clear(lifetime->context);
        _exit(0);
    }
    if (pid < 0)
        return;
    uint64_t until_ns = clock_now_ns() + CLEAR_NS;
    while (waitpid(pid, NULL, WNOHANG) == 0 && clock_now_ns() < until_ns)
        (void)sigtimedwait(&ended, NULL, &limit);
    (void)kill(pid, SIGKILL);
}

static void end_all(const struct lifetime *lifetime, uint64_t stuck_ns)
{
    struct cgroup none = {.fd = -1};
    const struct pid_span spared = {lifetime->inherited, lifetime->inherited_count};
    (void)children_end(&none, spared, (struct pid_span){0}, stuck_ns, 0);
}

/* Waits for a signal or, in the guardian, for the end of the front, and hands signals on. Returns
 * false when the front has ended. */
static bool wait_for_news(const struct lifetime *lifetime)
{
    struct signalfd_siginfo info;
    struct pollfd fds[] = {{.fd = lifetime->signal_fd, .events = POLLIN},
                           {.fd = lifetime->front_fd, .events = POLLIN}};
    (void)poll(fds, 2, -1);
    while (read(lifetime->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo != SIGCHLD)
            (void)kill(lifetime->below, (int)info.ssi_signo);
    return fds[1].revents == 0;
}

/* Waits for the child's end, collecting all others that end before it. Returns false when the front
 * ended first. */
static bool wait_for_end(const struct lifetime *lifetime, int *status)
{
    do {
        int one = 0;
        for (pid_t pid; (pid = waitpid(-1, &one, WNOHANG)) > 0;)
            if (pid == lifetime->below) {
                *status = one;
                return true;
            }
    } while (wait_for_news(lifetime));
    return false;
}

/* Nothing of the front's is kept: whoever reads what it writes would wait for us, too. */
static void leave_the_front(void)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    (void)setsid();
    (void)prctl(PR_SET_NAME, "ro-guardian");
    for (int standard = STDIN_FILENO; standard <= STDERR_FILENO; standard++)
        (void)dup2(nothing, standard);
}

_Noreturn static void be_guardian(struct lifetime *lifetime)
{
    int status = SIGKILL; /* what a worker gets that the front did not outlive */
    leave_the_front();
    bool by_itself = wait_for_end(lifetime, &status) && WIFEXITED(status);
    /* A worker that ends by itself has waited for what sleeps, and removed what it made. */
    end_all(lifetime, by_itself ? 0 : STUCK_NS);
    if (!by_itself)
        clear_up(lifetime);
    *lifetime->ended = (struct ended){.known = true, .status = status};
    _exit(0);
}

/* A worker that was asked to end says so itself, or had nothing to say yet. */
static void tell_signal(const struct lifetime *lifetime, int status)
{
    if (!WIFEXITED(status) && sigismember(&lifetime->signals, WTERMSIG(status)) == 0)
        (void)fprintf(stderr, "rename-oracle: ended by SIG%s; what it had started is ended\n",
                      sigabbrev_np(WTERMSIG(status)));
}

/* Returns only where there is no worker. */
static int be_front(struct lifetime *lifetime, struct error *error)
{
    int status = SIGKILL;
    (void)wait_for_end(lifetime, &status);
    if (lifetime->ended->refused != 0) {
        (void)sigprocmask(SIG_SETMASK, &lifetime->before, NULL);
        return error_set_errno(error, lifetime->ended->refused, NULL, "cannot start a process");
    }
    if (lifetime->ended->known) {
        status = lifetime->ended->status;
    } else {
        end_all(lifetime, STUCK_NS);
        clear_up(lifetime);
    }
    tell_signal(lifetime, status);
    end_as(status);
}

static void be_worker(const struct lifetime *lifetime, pid_t guardian)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != guardian)
        _exit(EXIT_LOST);
    (void)close(lifetime->front_fd);
    (void)close(lifetime->signal_fd);
    (void)sigprocmask(SIG_SETMASK, &lifetime->before, NULL);
}

static int make_ready(struct lifetime *lifetime, struct error *error)
{
    (void)sigemptyset(&lifetime->signals);
    static const int heard[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGCHLD};
    for (size_t i = 0; i < sizeof heard / sizeof heard[0]; i++)
        (void)sigaddset(&lifetime->signals, heard[i]);
    lifetime->ended = mmap(NULL, sizeof *lifetime->ended, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lifetime->ended == MAP_FAILED)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a guardian");
    lifetime->signal_fd = signalfd(-1, &lifetime->signals, SFD_CLOEXEC | SFD_NONBLOCK);
    (void)signal(SIGCHLD, SIG_DFL); /* ignored, it would hide how children end */
    if (lifetime->signal_fd < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) != 0 ||
        sigprocmask(SIG_BLOCK, &lifetime->signals, &lifetime->before) != 0)
        return error_set_errno(error, errno, NULL, "cannot start a guardian");
    return 0;
}

/* What the front's child does; returns in the worker alone. */
static void be_below(struct lifetime *lifetime)
{
    pid_t guardian = getpid();
    lifetime->below = fork();
    if (lifetime->below == 0) {
        be_worker(lifetime, guardian);
        return;
    }
    if (lifetime->below > 0)
        be_guardian(lifetime);
    lifetime->ended->refused = errno;
    _exit(EXIT_LOST);
}

int lifetime_begin(void (*clear)(const void *context), const void *context, struct error *error)
{
    static struct lifetime lifetime;
    int ends[2];
    lifetime = (struct lifetime){.clear = clear, .context = context, .front_fd = -1};
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set_errno(error, errno, NULL, "cannot make a pipe");
    note_inherited(&lifetime);
    (void)fflush(NULL); /* or it would be written by each of them */
    if (make_ready(&lifetime, error) != 0 || (lifetime.below = fork()) < 0)
        return error_set_errno(error, errno, NULL, "cannot start a process");
    if (lifetime.below == 0) {
        (void)close(ends[1]);
        lifetime.front_fd = ends[0];
        lifetime.inherited_count = 0;
        (void)prctl(PR_SET_CHILD_SUBREAPER, 1); /* which no child inherits */
        be_below(&lifetime);
        return 0;
    }
    (void)close(ends[0]);
    return be_front(&lifetime, error);
}
