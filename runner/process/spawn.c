/* SPDX-License-Identifier: MIT */
#include "process/spawn.h"

#include "base/cleanup.h"
#include "process/apart.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>

/* A longer order is carried out by the caller himself. */
enum { ORDER_MAX = 160 * 1024, WORDS_MAX = 4096, ANSWER_S = 10 };
/* What goes along: a report, a cgroup or what stands for none, the standard streams and more. */
enum { FIXED_FDS = 5, FDS_MAX = FIXED_FDS + SPAWN_MORE_MAX };

enum step { STEP_SETSID, STEP_STREAMS, STEP_CHDIR, STEP_CONFINE, STEP_EXEC };

/** What comes through the pipe of a report. */
struct failure {
    enum step step;
    int number;
};

/** An order's head; the texts follow, each with its NUL: arguments, variables, directory. */
struct order {
    pid_t parent; /* of the child */
    uint32_t arguments;
    uint32_t variables;
    bool directory;
    bool cgroup;
};

_Noreturn static void give_up(int report, enum step step)
{
    const struct failure failure = {step, errno};
    (void)!write(report, &failure, sizeof failure); /* without it the exit status is all there is */
    _exit(127);
}

static void restore_signals(void)
{
    sigset_t none;
    for (int number = 1; number < NSIG; number++)
        (void)signal(number, SIG_DFL); /* not all may be set */
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* But the hard limit stays: root without the right to raise it may insist on setting it, like diod,
 * and end when that is refused. */
static void write_no_core(void)
{
    struct rlimit core;
    if (getrlimit(RLIMIT_CORE, &core) != 0)
        return;
    core.rlim_cur = 0;
    (void)setrlimit(RLIMIT_CORE, &core);
}

/* First out of the way of each other. Returns 0 or -1 with errno. */
static int take_fds(const struct spawn_request *request, int *report)
{
    int fds[3 + SPAWN_MORE_MAX] = {request->stdin_fd, request->stdout_fd, request->stderr_fd};
    int count = 3 + (int)request->more_count;
    for (int at = 3; at < count; at++)
        fds[at] = request->more_fds[at - 3];
    *report = fcntl(*report, F_DUPFD_CLOEXEC, count);
    for (int at = 0; at < count; at++)
        if (*report < 0 || (fds[at] = fcntl(fds[at], F_DUPFD_CLOEXEC, count)) < 0)
            return -1;
    for (int at = 0; at < count; at++)
        if (dup2(fds[at], at) < 0)
            return -1;
    return 0;
}

_Noreturn static void become_program(const struct spawn_request *request, pid_t parent, int report)
{
    if (setsid() < 0)
        give_up(report, STEP_SETSID);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(127); /* it ended before the line above could tie us to it */
    write_no_core();
    restore_signals();
    if (take_fds(request, &report) != 0)
        give_up(report, STEP_STREAMS);
    if (request->directory != NULL && chdir(request->directory) != 0)
        give_up(report, STEP_CHDIR);
    if (request->confine != NULL && request->confine(request->confine_data) != 0)
        give_up(report, STEP_CONFINE);
    (void)execve(request->argv[0], request->argv, request->environment);
    give_up(report, STEP_EXEC);
}

/* Only clone3 can give birth into a cgroup, and moving a process there afterwards makes the kernel
 * wait for a grace period. Returns the pid or -errno. */
static long start_child(const struct spawn_request *request, pid_t parent, int report)
{
    bool for_parent = parent != getpid();
    struct clone_args arguments = {.exit_signal = for_parent ? 0 : SIGCHLD};
    if (for_parent)
        arguments.flags |= CLONE_PARENT; /* the signal is ours then, and clone3 insists on 0 */
    if (request->cgroup_fd >= 0) {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = (unsigned long long)request->cgroup_fd;
    }
    /* Some containers' seccomp filters know no clone3. */
    long pid = arguments.flags == 0 ? fork() : syscall(SYS_clone3, &arguments, sizeof arguments);
    if (pid == 0)
        become_program(request, parent, report);
    return pid < 0 ? -errno : pid;
}

/* Points a list of the order's texts at them; moves on behind them. NULL where one has no end. */
static char *list_texts(char **list, size_t count, char *text, const char *end)
{
    for (size_t i = 0; i < count; i++) {
        char *stop = memchr(text, '\0', (size_t)(end - text));
        if (stop == NULL)
            return NULL;
        list[i] = text;
        text = stop + 1;
    }
    list[count] = NULL;
    return text;
}

static long carry_out(char *message, size_t length, const int *fds, size_t fd_count)
{
    static char *words[WORDS_MAX + 3];
    struct order order;
    char *text = message + sizeof order;
    if (length < sizeof order || fd_count < FIXED_FDS)
        return -EPROTO;
    memcpy(&order, message, sizeof order);
    if ((uint64_t)order.arguments + order.variables > WORDS_MAX)
        return -E2BIG;
    char **variables = words + order.arguments + 1;
    text = list_texts(words, order.arguments, text, message + length);
    if (text != NULL)
        text = list_texts(variables, order.variables, text, message + length);
    if (text == NULL)
        return -EPROTO;
    const struct spawn_request request = {
        .argv = words,
        .environment = variables,
        .directory = order.directory ? text : NULL,
        .stdin_fd = fds[2],
        .stdout_fd = fds[3],
        .stderr_fd = fds[4],
        .more_fds = fds + FIXED_FDS,
        .more_count = fd_count - FIXED_FDS,
        .cgroup_fd = order.cgroup ? fds[1] : -1,
    };
    return start_child(&request, order.parent, fds[0]);
}

union control {
    char bytes[CMSG_SPACE(FDS_MAX * sizeof(int))];
    struct cmsghdr align;
};

static size_t take_control(struct msghdr *header, int *fds)
{
    const struct cmsghdr *control = CMSG_FIRSTHDR(header);
    if (control == NULL || control->cmsg_type != SCM_RIGHTS)
        return 0;
    size_t size = control->cmsg_len - CMSG_LEN(0);
    memcpy(fds, CMSG_DATA(control), size);
    return size / sizeof *fds;
}

static void serve(int fd, void *context)
{
    static char message[ORDER_MAX];
    (void)context;
    for (;;) {
        union control control;
        int fds[FDS_MAX];
        struct iovec part = {message, sizeof message};
        struct msghdr header = {.msg_iov = &part,
                                .msg_iovlen = 1,
                                .msg_control = control.bytes,
                                .msg_controllen = sizeof control.bytes};
        ssize_t got = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
        if (got <= 0)
            return;
        size_t count = take_control(&header, fds);
        long pid = carry_out(message, (size_t)got, fds, count);
        for (size_t i = 0; i < count; i++)
            (void)close(fds[i]);
        if (send(fd, &pid, sizeof pid, MSG_NOSIGNAL) != (ssize_t)sizeof pid)
            return;
    }
}

int spawner_start(struct spawner *spawner, struct error *error)
{
    const struct timeval limit = {.tv_sec = ANSWER_S};
    *spawner = (struct spawner){.fd = -1};
    pid_t pid = apart_start(serve, NULL, &spawner->fd, error);
    if (pid < 0)
        return -1;
    spawner->pid = pid;
    (void)setsockopt(spawner->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    return 0;
}

static bool put_text(char *message, size_t *used, const char *text)
{
    size_t size = strlen(text) + 1;
    if (size > ORDER_MAX - *used)
        return false;
    memcpy(message + *used, text, size);
    *used += size;
    return true;
}

/* Appends texts to the order; returns how many, or stops before what does not fit in. */
static uint32_t put_texts(char *message, size_t *used, char *const *texts)
{
    uint32_t count = 0;
    while (texts[count] != NULL && put_text(message, used, texts[count]))
        count++;
    return count;
}

/* Returns the order's length, or 0 where it is too long. */
static size_t write_order(char *message, const struct spawn_request *request)
{
    size_t used = sizeof(struct order);
    struct order order = {.parent = getpid(),
                          .directory = request->directory != NULL,
                          .cgroup = request->cgroup_fd >= 0};
    order.arguments = put_texts(message, &used, request->argv);
    order.variables = put_texts(message, &used, request->environment);
    bool whole = request->argv[order.arguments] == NULL &&
                 request->environment[order.variables] == NULL &&
                 (!order.directory || put_text(message, &used, request->directory));
    memcpy(message, &order, sizeof order);
    return whole ? used : 0;
}

/* Returns the pid or -errno, or 0 where the spawner could not be asked. */
static long ask(struct spawner *spawner, const struct spawn_request *request, int report)
{
    static char message[ORDER_MAX];
    union control control = {{0}};
    int fds[FDS_MAX] = {report, request->cgroup_fd >= 0 ? request->cgroup_fd : report,
                        request->stdin_fd, request->stdout_fd, request->stderr_fd};
    for (size_t i = 0; i < request->more_count; i++)
        fds[FIXED_FDS + i] = request->more_fds[i];
    size_t size = (FIXED_FDS + request->more_count) * sizeof *fds;
    struct iovec part = {message, write_order(message, request)};
    struct msghdr header = {.msg_iov = &part,
                            .msg_iovlen = 1,
                            .msg_control = control.bytes,
                            .msg_controllen = CMSG_SPACE(size)};
    control.align = (struct cmsghdr){
        .cmsg_len = CMSG_LEN(size), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
    memcpy(CMSG_DATA(&control.align), fds, size);
    long pid = 0;
    if (part.iov_len == 0 || sendmsg(spawner->fd, &header, MSG_NOSIGNAL) < 0)
        return 0;
    ssize_t got = recv(spawner->fd, &pid, sizeof pid, 0);
    if (got == (ssize_t)sizeof pid)
        return pid;
    bool late = got < 0 && errno == EAGAIN;
    (void)close(steal_fd(&spawner->fd)); /* an answer to come would be taken for another's */
    return late ? -ETIMEDOUT : 0;        /* it may yet start one, which ends with us */
}

pid_t spawn_process(struct spawner *spawner, const struct spawn_request *request, int *report,
                    struct error *error)
{
    int ends[2];
    long pid = 0;
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return error_set_errno(error, errno, NULL, "cannot make a pipe");
    CLEANUP_FD int write_end = ends[1];
    if (spawner != NULL && spawner->fd >= 0 && request->confine == NULL)
        pid = ask(spawner, request, write_end);
    if (pid == 0 || (request->cgroup_fd < 0 && (pid == -ENOSYS || pid == -EPERM)))
        pid = start_child(request, getpid(), write_end);
    *report = ends[0];
    if (pid >= 0)
        return (pid_t)pid;
    *report = -1;
    (void)close(ends[0]);
    return error_set_errno(error, (int)-pid, request->argv[0], "cannot start a process");
}

int spawn_failure(int report, const char **step)
{
    static const char *const steps[] = {[STEP_SETSID] = "setsid",
                                        [STEP_STREAMS] = "dup2",
                                        [STEP_CHDIR] = "chdir",
                                        [STEP_CONFINE] = "confine",
                                        [STEP_EXEC] = "execve"};
    struct failure failure;
    if (report < 0 || read(report, &failure, sizeof failure) != (ssize_t)sizeof failure)
        return 0;
    *step = steps[failure.step];
    return failure.number;
}
