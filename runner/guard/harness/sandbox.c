/* SPDX-License-Identifier: MIT */
#include "guard/harness/sandbox.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "guard/harness/filter.h"
#include "guard/harness/watched_call.h"
#include "process/ending.h"
#include "process/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

enum {
    OUTPUT_KEPT = 64 * 1024,
    READY_TIMEOUT_MS = 30 * 1000,
    LOOK_EVERY_MS = 20, /* at what the harness left running, and while it is being killed */
};

/* A run in progress. */
struct sandbox {
    const struct sandbox_request *request;
    struct sandbox_outcome *outcome;
    struct error *error;
    struct filter filter;
    int report_fd;
    struct cgroup no_group;
    struct tree tree;
    struct tree_ending ending;
    struct process_table table;
    struct seccomp_notif *call;
    struct seccomp_notif_resp *response;
    pid_t pid;
    int pidfd;
    int listener;
    int output_fd;
    bool main_ended;
    bool all_ended; /* the kernel says that we have no child any more, and so no descendant */
    uint64_t started_ns;
    bool stopped; /* it is being ended */
};

/* Collects whatever of ours has ended, orphans that the kernel handed to us too, and so finds out
 * whether all of it has. Nothing else tells for certain: a snapshot misses what was born while it
 * was taken, and a filter has nobody left behind it as soon as the last of them begins to end. */
static void reap(struct sandbox *sandbox)
{
    pid_t pid = 0;
    int status = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        tree_note_exit(&sandbox->tree, pid, status, clock_now_ns());
        if (pid == sandbox->pid) {
            sandbox->main_ended = true;
            sandbox->outcome->status = status;
        }
    }
    sandbox->all_ended = pid < 0 && errno == ECHILD;
}

static void stop(struct sandbox *sandbox, const char *reason)
{
    if (sandbox->stopped)
        return;
    sandbox->outcome->end = SANDBOX_STOPPED;
    (void)snprintf(sandbox->outcome->reason, sizeof sandbox->outcome->reason, "%s", reason);
    sandbox->stopped = true;
    if (process_table_scan(&sandbox->table, NULL) == 0)
        tree_update(&sandbox->tree, &sandbox->table, clock_now_ns());
    ending_ask(&sandbox->ending, &sandbox->tree, sandbox->request->grace_ns, clock_now_ns());
}

static void stop_endless(struct sandbox *sandbox, const char *reason)
{
    if (sandbox->stopped)
        return;
    sandbox->outcome->endless = true;
    stop(sandbox, reason);
}

static void answer_recorder(struct sandbox *sandbox)
{
    int value = record_call_take(sandbox->call, sandbox->listener, sandbox->request->policy,
                                 &sandbox->outcome->records);
    memset(sandbox->response, 0, sizeof *sandbox->response);
    sandbox->response->id = sandbox->call->id;
    sandbox->response->error = value < 0 ? -EINVAL : 0;
    sandbox->response->val = value < 0 ? 0 : value;
    (void)seccomp_notify_respond(sandbox->listener, sandbox->response);
}

static void answer_watched(struct sandbox *sandbox)
{
    struct call_answer answer;
    watched_call_judge(sandbox->call, sandbox->listener, sandbox->request->policy, &answer);
    if (answer.withdrawn)
        return;
    if (sandbox->stopped)
        answer.error_number = EPERM;
    memset(sandbox->response, 0, sizeof *sandbox->response);
    sandbox->response->id = sandbox->call->id;
    sandbox->response->error = -answer.error_number;
    sandbox->response->flags = answer.error_number == 0 ? SECCOMP_USER_NOTIF_FLAG_CONTINUE : 0;
    bool answered = seccomp_notify_respond(sandbox->listener, sandbox->response) == 0;
    if (answer.violates)
        stop(sandbox, answer.what);
    if (answered && answer.starts_tool && answer.error_number == 0)
        sandbox->outcome->tools++;
    if (sandbox->outcome->tools > sandbox->request->tools_limit)
        stop_endless(sandbox, "starts tools without end");
}

static void answer_call(struct sandbox *sandbox)
{
    memset(sandbox->call, 0, sizeof *sandbox->call);
    if (seccomp_notify_receive(sandbox->listener, sandbox->call) != 0)
        return; /* the caller was killed between the report and now */
    if (record_call_is(sandbox->call))
        answer_recorder(sandbox);
    else
        answer_watched(sandbox);
}

/* Keeps the last of what comes in. */
static void read_output(struct sandbox *sandbox)
{
    char block[16384];
    struct sandbox_outcome *outcome = sandbox->outcome;
    ssize_t length = 0;
    while ((length = read(sandbox->output_fd, block, sizeof block)) > 0) {
        size_t size = (size_t)length;
        if (outcome->output_size + size > OUTPUT_KEPT) {
            size_t forgotten = outcome->output_size + size - OUTPUT_KEPT;
            memmove(outcome->output, outcome->output + forgotten, outcome->output_size - forgotten);
            outcome->output_size -= forgotten;
        }
        memcpy(outcome->output + outcome->output_size, block, size);
        outcome->output_size += size;
    }
    outcome->output[outcome->output_size] = '\0';
    if (length == 0) {
        (void)close(sandbox->output_fd);
        sandbox->output_fd = -1;
    }
}

/* Returns false when what is left will not end. */
static bool keep_ending(struct sandbox *sandbox)
{
    uint64_t now_ns = clock_now_ns();
    if (now_ns < sandbox->ending.look_ns)
        return true;
    sandbox->table.count = 0;
    if (ending_advance(&sandbox->ending, now_ns, &sandbox->table) != TREE_SURVIVED)
        return true;
    size_t alive = tree_count_alive(&sandbox->tree);
    /* With none that stays to be counted, there are some all the same. */
    sandbox->outcome->left_alive = alive == 0 ? 1 : (unsigned)alive;
    return false;
}

/* What is due by the clock. Returns false when there is nothing left to wait for. */
static bool keep_time(struct sandbox *sandbox)
{
    reap(sandbox);
    if (sandbox->all_ended)
        return false;
    if (sandbox->stopped)
        return keep_ending(sandbox);
    if (clock_now_ns() - sandbox->started_ns >= sandbox->request->timeout_ns)
        stop_endless(sandbox, sandbox->main_ended ? "left something running in the background"
                                                  : "hangs: it did not end in time");
    return true;
}

static int next_wait_ms(const struct sandbox *sandbox)
{
    if (sandbox->main_ended || sandbox->stopped)
        return LOOK_EVERY_MS;
    uint64_t gone = clock_now_ns() - sandbox->started_ns;
    uint64_t left = gone < sandbox->request->timeout_ns ? sandbox->request->timeout_ns - gone : 0;
    return left > NS_PER_S ? 1000 : (int)(left / NS_PER_MS) + 1;
}

static void watch(struct sandbox *sandbox)
{
    while (keep_time(sandbox)) {
        struct pollfd fds[] = {
            {.fd = sandbox->listener, .events = POLLIN},
            {.fd = sandbox->output_fd, .events = POLLIN},
            {.fd = sandbox->main_ended ? -1 : sandbox->pidfd, .events = POLLIN},
            {.fd = sandbox->stopped ? -1 : sandbox->request->interrupt_fd, .events = POLLIN},
        };
        if (poll(fds, sizeof fds / sizeof fds[0], next_wait_ms(sandbox)) <= 0)
            continue;
        if ((fds[0].revents & POLLIN) != 0) {
            answer_call(sandbox);
        } else if (fds[0].revents != 0) {
            (void)close(sandbox->listener); /* nobody is left behind the filter */
            sandbox->listener = -1;
        }
        if (fds[1].revents != 0)
            read_output(sandbox);
        if (fds[3].revents != 0) {
            (void)error_set(sandbox->error, ERROR_INTERRUPTED, NULL, "interrupted");
            stop(sandbox, "interrupted");
        }
    }
    if (sandbox->output_fd >= 0)
        read_output(sandbox);
}

static int confine_child(void *data)
{
    struct sandbox *sandbox = data;
    if (confinement_enter(sandbox->request->confinement) != 0)
        return -1;
    return filter_confine_child(&sandbox->filter);
}

static int spawn_confined(struct sandbox *sandbox)
{
    const struct sandbox_request *request = sandbox->request;
    CLEANUP_FD int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int pipe_fds[2] = {-1, -1};
    if (nothing < 0 || pipe2(pipe_fds, O_CLOEXEC) != 0)
        return error_set_errno(sandbox->error, errno, NULL, "cannot make a pipe");
    CLEANUP_FD int write_end = pipe_fds[1];
    sandbox->output_fd = pipe_fds[0];
    (void)fcntl(sandbox->output_fd, F_SETFL, O_NONBLOCK);
    struct spawn_request spawn = {.argv = request->argv,
                                  .environment = request->environment,
                                  .directory = request->directory,
                                  .stdin_fd = nothing,
                                  .stdout_fd = write_end,
                                  .stderr_fd = write_end,
                                  .cgroup_fd = -1,
                                  .confine = confine_child,
                                  .confine_data = sandbox};
    sandbox->pid = spawn_process(NULL, &spawn, &sandbox->report_fd, sandbox->error);
    if (sandbox->pid < 0 ||
        tree_start(&sandbox->tree, sandbox->pid, &sandbox->no_group, sandbox->error) != 0)
        return -1;
    sandbox->tree.adopt_orphans = true;
    sandbox->pidfd = (int)syscall(SYS_pidfd_open, sandbox->pid, 0);
    return 0;
}

/* The child can't go on before we answer its exec, so there is nothing to miss. */
static int start(struct sandbox *sandbox)
{
    sandbox->outcome->output = calloc(1, OUTPUT_KEPT + 1);
    if (sandbox->outcome->output == NULL)
        return error_set(sandbox->error, ERROR_MEMORY, NULL, "no memory for output");
    if (filter_prepare(&sandbox->filter, sandbox->error) != 0)
        return -1;
    int failed = seccomp_notify_alloc(&sandbox->call, &sandbox->response);
    if (failed != 0)
        return error_set_errno(sandbox->error, -failed, "seccomp",
                               "this kernel has no user notification");
    if (spawn_confined(sandbox) != 0)
        return -1;
    sandbox->listener =
        filter_receive_listener(&sandbox->filter, sandbox->pidfd, READY_TIMEOUT_MS, sandbox->error);
    return sandbox->error->code == ERROR_NONE ? 0 : -1;
}

/* Says why a child never became the harness. */
static int check_report(struct sandbox *sandbox)
{
    const char *step = "";
    int number = spawn_failure(sandbox->report_fd, &step);
    if (number == 0)
        return sandbox->error->code == ERROR_NONE ? 0 : -1;
    if (strcmp(step, "confine") == 0)
        return error_set_errno(sandbox->error, number, "seccomp",
                               "this machine can't watch what a harness starts");
    return error_set_errno(sandbox->error, number, sandbox->request->argv[0],
                           "cannot be started (%s)", step);
}

static void finish(struct sandbox *sandbox)
{
    if (sandbox->pid > 0 && !sandbox->all_ended && !sandbox->stopped) {
        stop(sandbox, "could not be watched");
        watch(sandbox);
    }
    sandbox->outcome->duration_ns = clock_now_ns() - sandbox->started_ns;
    filter_release(&sandbox->filter);
    seccomp_notify_free(sandbox->call, sandbox->response);
    tree_release(&sandbox->tree);
    process_table_release(&sandbox->table);
    cleanup_fd(&sandbox->report_fd);
    cleanup_fd(&sandbox->pidfd);
    cleanup_fd(&sandbox->listener);
    cleanup_fd(&sandbox->output_fd);
}

int sandbox_run(const struct sandbox_request *request, struct sandbox_outcome *outcome,
                struct error *error)
{
    struct error local = ERROR_INIT;
    *outcome =
        (struct sandbox_outcome){.end = SANDBOX_ENDED, .records.behaviour = request->behaviour};
    struct sandbox sandbox = {.request = request,
                              .outcome = outcome,
                              .error = &local,
                              .filter = {.channel = {-1, -1}},
                              .no_group = {.fd = -1},
                              .pid = -1,
                              .pidfd = -1,
                              .report_fd = -1,
                              .listener = -1,
                              .output_fd = -1,
                              .started_ns = clock_now_ns()};
    int was_subreaper = 0;
    (void)prctl(PR_GET_CHILD_SUBREAPER, &was_subreaper);
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
    int failed = start(&sandbox);
    if (failed == 0)
        watch(&sandbox);
    if (sandbox.pid > 0 && check_report(&sandbox) != 0)
        failed = -1;
    finish(&sandbox);
    (void)prctl(PR_SET_CHILD_SUBREAPER, was_subreaper);
    if (failed == 0 && local.code == ERROR_NONE)
        return 0;
    sandbox_outcome_free(outcome);
    return error_set(error, local.code, local.where, "%s", local.what);
}

void sandbox_outcome_free(struct sandbox_outcome *outcome)
{
    free(outcome->output);
    record_sink_free(&outcome->records);
    *outcome = (struct sandbox_outcome){.end = SANDBOX_ENDED};
}
