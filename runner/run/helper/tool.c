/* SPDX-License-Identifier: MIT */
#include "run/helper/tool.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/program.h"
#include "process/patience.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>

extern char **environ;

static int poll_timeout(uint64_t until_ns)
{
    uint64_t now = clock_now_ns();
    if (now >= until_ns)
        return 0;
    return (int)((until_ns - now) / NS_PER_MS) + 1;
}

static int start(const char *program, const char *const *argv, const char *directory, int out_fd,
                 pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    int failed = posix_spawn_file_actions_init(&actions);
    if (failed != 0)
        return failed;
    failed = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, out_fd, STDOUT_FILENO);
    if (failed == 0)
        failed = posix_spawn_file_actions_adddup2(&actions, out_fd, STDERR_FILENO);
    if (failed == 0 && directory != NULL)
        failed = posix_spawn_file_actions_addchdir_np(&actions, directory);
    /* posix_spawn does not write to the strings; its type is only older than const. */
    union {
        const char *const *borrowed;
        char *const *plain;
    } words = {.borrowed = argv};
    if (failed == 0)
        failed = posix_spawn(pid, program, &actions, NULL, words.plain, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return failed;
}

/* Waits until `fd` is readable. Returns -1 on the deadline, or when it can't be waited for. */
static int wait_for(int fd, struct patience *patience, struct process_table *table,
                    struct error *error)
{
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        int ready = poll(&wait, 1, poll_timeout(patience->expected_ns));
        if (ready > 0)
            return 0;
        table->count = 0;
        if ((ready < 0 && errno != EINTR) || patience_is_over(patience, clock_now_ns(), table))
            return error_set(error, ERROR_DEADLINE, NULL, "did not end within its deadline");
    }
}

/* Reads until every writer has closed the pipe. Returns -1 on the deadline. */
static int collect(int fd, struct patience *patience, struct process_table *table, size_t limit,
                   struct tool_output *out, struct error *error)
{
    char chunk[4096];
    for (;;) {
        if (wait_for(fd, patience, table, error) != 0)
            return -1;
        ssize_t got = read(fd, chunk, sizeof chunk);
        if (got <= 0)
            return 0;
        size_t keep = (size_t)got < limit - out->length ? (size_t)got : limit - out->length;
        memcpy(out->bytes + out->length, chunk, keep);
        out->length += keep;
        out->bytes[out->length] = '\0';
    }
}

static int wait_for_end(struct patience *patience, struct process_table *table, int *status,
                        struct error *error)
{
    CLEANUP_FD int pidfd = (int)syscall(SYS_pidfd_open, patience->helper, 0);
    if (wait_for(pidfd, patience, table, error) == 0 &&
        waitpid(patience->helper, status, 0) == patience->helper)
        return 0;
    return error_set(error, ERROR_DEADLINE, NULL, "did not end within its deadline");
}

/* Waits for a tool's output and end. Returns -1 on the deadline. */
static int wait_for_tool(pid_t pid, int fd, const struct tool_limits *limits,
                         struct tool_output *out, struct error *error)
{
    CLEANUP(process_table_release) struct process_table table = {0};
    CLEANUP(patience_release) struct patience patience = {0};
    patience_start(&patience, pid, limits->silent_ns,
                   limits->most_ns != 0 ? limits->most_ns : limits->silent_ns * PATIENCE_TIMES,
                   clock_now_ns());
    if (collect(fd, &patience, &table, limits->bytes, out, error) != 0)
        return -1;
    return wait_for_end(&patience, &table, &out->status, error);
}

int tool_run(const char *const *argv, const char *directory, struct tool_limits limits,
             struct tool_output *out, struct error *error)
{
    char program[PATH_MAX];
    *out = (struct tool_output){.bytes = calloc(1, limits.bytes + 1)};
    if (out->bytes == NULL)
        return error_set(error, ERROR_MEMORY, argv[0], "out of memory for its output");
    if (program_find(argv[0], program, sizeof program, error) != 0)
        return -1;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set_errno(error, errno, argv[0], "cannot make a pipe");
    CLEANUP_FD int read_end = ends[0];
    CLEANUP_FD int write_end = ends[1];
    pid_t pid = 0;
    int failed = start(program, argv, directory, write_end, &pid);
    if (failed != 0)
        return error_set_errno(error, failed, argv[0], "cannot be started");
    (void)close(steal_fd(&write_end));

    struct error waiting = ERROR_INIT;
    if (wait_for_tool(pid, read_end, &limits, out, &waiting) == 0)
        return 0;
    (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, WNOHANG);
    return error_set(error, waiting.code, argv[0], "%s", waiting.what);
}

void tool_output_release(struct tool_output *output)
{
    free(output->bytes);
    *output = (struct tool_output){0};
}
