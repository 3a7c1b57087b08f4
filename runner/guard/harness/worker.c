/* SPDX-License-Identifier: MIT */
#include "guard/harness/worker.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* What a run may take beyond its own timeout: to get ready, to end, to be given up. */
#define EXTRA_NS (90 * NS_PER_S)

/* What stands at the start of the result; the output and the records follow. */
struct result {
    bool whole; /* written last */
    int failed;
    struct error error;
    struct sandbox_outcome outcome; /* its pointers mean nothing */
};

static bool write_all(int fd, const void *bytes, size_t size)
{
    for (size_t done = 0; done < size;) {
        ssize_t written = write(fd, (const char *)bytes + done, size - done);
        if (written < 0 && errno != EINTR)
            return false;
        done += written > 0 ? (size_t)written : 0;
    }
    return true;
}

static bool write_result(int fd, struct result *result)
{
    const struct sandbox_outcome *outcome = &result->outcome;
    if (!write_all(fd, result, sizeof *result) ||
        !write_all(fd, outcome->output, outcome->output_size) ||
        !write_all(fd, outcome->records.bytes, outcome->records.size))
        return false;
    result->whole = true;
    return pwrite(fd, result, sizeof *result, 0) == (ssize_t)sizeof *result;
}

/* The run's process. What has to go when we go must not outlive us, however we end. */
static void run(const struct sandbox_request *wanted, pid_t parent, int fd)
    __attribute__((noreturn));

static void run(const struct sandbox_request *wanted, pid_t parent, int fd)
{
    static struct result result;
    struct sandbox_request request = *wanted;
    sigset_t signals;
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent)
        _exit(1);
    /* A harness may ask for the name of its parent; who looks at the command line sees us. */
    (void)prctl(PR_SET_NAME, "sh");
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    request.interrupt_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    result.failed = sandbox_run(&request, &result.outcome, &result.error);
    _exit(write_result(fd, &result) ? 0 : 1);
}

int worker_start(struct worker *worker, const struct sandbox_request *request, struct error *error)
{
    *worker = (struct worker){.pid = -1, .pidfd = -1};
    CLEANUP_FD int result = memfd_create("run", MFD_CLOEXEC);
    if (result < 0)
        return error_set_errno(error, errno, NULL, "cannot keep the result of a run");
    pid_t self = getpid();
    worker->pid = fork();
    if (worker->pid == 0)
        run(request, self, result);
    if (worker->pid < 0)
        return error_set_errno(error, errno, NULL, "cannot start a run");
    worker->pidfd = (int)syscall(SYS_pidfd_open, worker->pid, 0);
    if (worker->pidfd < 0) {
        int number = errno;
        (void)kill(worker->pid, SIGKILL);
        (void)waitpid(worker->pid, NULL, 0);
        return error_set_errno(error, number, NULL, "cannot watch a run");
    }
    worker->result = steal_fd(&result);
    worker->due_ns = clock_now_ns() + request->timeout_ns + request->grace_ns + EXTRA_NS;
    return 0;
}

void worker_stop(const struct worker *worker)
{
    (void)kill(worker->pid, SIGTERM);
}

/* Waits until it has ended, or is overdue and so killed. */
static void wait_for_end(const struct worker *worker, int *status)
{
    uint64_t now = clock_now_ns();
    uint64_t left_ms = now < worker->due_ns ? (worker->due_ns - now) / NS_PER_MS : 0;
    struct pollfd ended = {.fd = worker->pidfd, .events = POLLIN};
    int polled = 0;
    do
        polled = poll(&ended, 1, left_ms > INT_MAX ? INT_MAX : (int)left_ms);
    while (polled < 0 && errno == EINTR);
    if (polled == 0)
        (void)kill(worker->pid, SIGKILL);
    while (waitpid(worker->pid, status, 0) < 0 && errno == EINTR)
        continue;
}

/* A copy of `size` bytes at `offset`, with a NUL behind them; NULL when that fails. */
static char *read_part(int fd, off_t offset, size_t size)
{
    char *bytes = malloc(size + 1);
    if (bytes == NULL || pread(fd, bytes, size, offset) != (ssize_t)size) {
        free(bytes);
        return NULL;
    }
    bytes[size] = '\0';
    return bytes;
}

static int take_outcome(int fd, struct result *result, struct sandbox_outcome *outcome,
                        struct error *error)
{
    *outcome = result->outcome;
    outcome->output = read_part(fd, sizeof *result, outcome->output_size);
    outcome->records.bytes =
        read_part(fd, (off_t)(sizeof *result + outcome->output_size), outcome->records.size);
    if (outcome->output != NULL && outcome->records.bytes != NULL)
        return 0;
    sandbox_outcome_free(outcome);
    return error_set(error, ERROR_MEMORY, NULL, "no memory for what a run showed");
}

int worker_collect(struct worker *worker, struct sandbox_outcome *outcome, struct error *error)
{
    int status = 0;
    CLEANUP_FD int pidfd = worker->pidfd;
    CLEANUP_FD int fd = worker->result;
    (void)pidfd;
    wait_for_end(worker, &status);
    *outcome = (struct sandbox_outcome){.end = SANDBOX_ENDED};
    struct result result = {.whole = false};
    if (pread(fd, &result, sizeof result, 0) != (ssize_t)sizeof result || !result.whole)
        return error_set(error, ERROR_INTERNAL, NULL,
                         "the process that watched a run ended before it (status %#x)",
                         (unsigned)status);
    if (result.failed != 0)
        return error_set(error, result.error.code, result.error.where, "%s", result.error.what);
    return take_outcome(fd, &result, outcome, error);
}
