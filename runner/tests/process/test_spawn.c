/* SPDX-License-Identifier: MIT */
/* What a started child is given, what it leaves alone, and what it tells when it gets nowhere. */
#include "process/spawn.h"

#include "process/process_table.h"
#include "unit.h"

#include <errno.h>
#include <poll.h>
#include <seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { DEADLINE_MS = 30000 };
#define BLOCK_BYTES ((size_t)20 * 1024)

/** A started child, and the end of the pipe that it writes to. */
struct started {
    pid_t pid;
    int output;
    struct spawn_report *report;
};

/* Everything that the child is given is gone, and written over, when this returns. */
static struct started start(const char *program, const char *script, const char *directory)
{
    struct error error = ERROR_INIT;
    struct started started = {0};
    int ends[2];
    char name[64];
    char text[256];
    char where[64];
    char variable[] = "VARIABLE=of the child";
    char *argv[] = {name, (char[]){"-c"}, text, (char[]){"sh"}, (char[]){"an argument"}, NULL};
    char *environment[] = {variable, (char[]){"PATH=/usr/bin:/bin"}, NULL};
    (void)snprintf(name, sizeof name, "%s", program);
    (void)snprintf(text, sizeof text, "%s", script);
    (void)snprintf(where, sizeof where, "%s", directory);
    assert_int_equal(pipe(ends), 0);
    const struct spawn_request request = {
        .argv = argv,
        .environment = environment,
        .directory = where,
        .stdin_fd = ends[0],
        .stdout_fd = ends[1],
        .stderr_fd = STDERR_FILENO,
        .cgroup_fd = -1,
    };
    started.pid = spawn_process(&request, &started.report, &error);
    assert_true(started.pid > 0);
    (void)close(ends[1]);
    started.output = ends[0];
    memset(name, 'x', sizeof name);
    memset(text, 'x', sizeof text);
    memset(where, 'x', sizeof where);
    memset(variable, 'x', sizeof variable);
    return started;
}

static bool has_input(int fd)
{
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    return poll(&ready, 1, DEADLINE_MS) > 0;
}

/* Reads all that it writes, and collects it. Returns its status. */
static int finish(struct started *started, char *out, size_t size)
{
    int status = 0;
    size_t used = 0;
    ssize_t got = 1;
    while (used + 1 < size && got > 0 && has_input(started->output)) {
        got = read(started->output, out + used, size - 1 - used);
        used += got > 0 ? (size_t)got : 0;
    }
    out[used] = '\0';
    (void)close(started->output);
    assert_int_equal(waitpid(started->pid, &status, 0), started->pid);
    return status;
}

static void a_program_gets_its_words_and_its_directory(void **state)
{
    (void)state;
    char said[256];
    struct started started =
        start("/bin/sh", "printf '%s|%s|%s' \"$1\" \"$VARIABLE\" \"$(pwd)\"; exit 3", "/usr");
    int status = finish(&started, said, sizeof said);
    assert_string_equal(said, "an argument|of the child|/usr");
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 3);
    assert_int_equal(started.report->failed_errno, 0);
    spawn_report_free(started.report);
}

static void a_program_blocks_and_ignores_no_signal(void **state)
{
    (void)state;
    char said[8192];
    sigset_t blocked, before;
    (void)sigemptyset(&blocked);
    (void)sigaddset(&blocked, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &blocked, &before);
    (void)signal(SIGPIPE, SIG_IGN);
    struct started started = start("/bin/sh", "exec cat /proc/self/status", "/");
    assert_int_equal(finish(&started, said, sizeof said), 0);
    (void)sigprocmask(SIG_SETMASK, &before, NULL);
    (void)signal(SIGPIPE, SIG_DFL);
    assert_non_null(strstr(said, "\nSigBlk:\t0000000000000000\n"));
    assert_non_null(strstr(said, "\nSigIgn:\t0000000000000000\n"));
    spawn_report_free(started.report);
}

static void a_program_has_a_session_of_its_own(void **state)
{
    (void)state;
    char said[16];
    struct process process;
    siginfo_t ended;
    struct started started = start("/bin/sh", "exit 0", "/");
    assert_int_equal(waitid(P_PID, (id_t)started.pid, &ended, WEXITED | WNOWAIT), 0);
    assert_true(process_read(started.pid, &process));
    assert_int_equal(process.session, started.pid);
    assert_int_equal(finish(&started, said, sizeof said), 0);
    spawn_report_free(started.report);
}

/* errno is the runner's, and the child may share its memory. */
static void a_child_that_gets_nowhere_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *program, *directory, *step;
    } cases[] = {{"/nonexistent/program", "/", "execve"}, {"/bin/sh", "/nonexistent", "chdir"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char said[16];
        struct started started = start(cases[i].program, "exit 0", cases[i].directory);
        errno = 0;
        int status = finish(&started, said, sizeof said);
        assert_int_equal(errno, 0);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
        assert_string_equal(started.report->failed_step, cases[i].step);
        assert_int_equal(started.report->failed_errno, ENOENT);
        spawn_report_free(started.report);
    }
}

/* In a process of its own, for a filter stays. Returns 0 if a program could be started. */
static int start_without_clone3(void)
{
    char said[64];
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL ||
        seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0) != 0 ||
        seccomp_load(filter) != 0)
        return 1;
    seccomp_release(filter);
    struct started started = start("/bin/sh", "printf '%s' \"$1\"", "/");
    if (finish(&started, said, sizeof said) != 0 || strcmp(said, "an argument") != 0)
        return 2;
    spawn_report_free(started.report);
    return 0;
}

static void a_machine_without_clone3_forks(void **state)
{
    (void)state;
    int status = 0;
    pid_t alone = fork();
    if (alone == 0)
        _exit(start_without_clone3());
    assert_int_equal(waitpid(alone, &status, 0), alone);
    assert_int_equal(status, 0);
}

/* Waits until a child has called execve and returns the listener, on which it can be let go on. */
static int wait_for_exec(scmp_filter_ctx filter, struct seccomp_notif *call)
{
    int listener = seccomp_notify_fd(filter);
    assert_true(has_input(listener));
    assert_int_equal(seccomp_notify_receive(listener, call), 0);
    return listener;
}

/*
 * An exec that does not return may still do so later: what it reads then must not be somebody
 * else's. Comes last: no program can be started in this process afterwards.
 */
static void memory_is_left_to_a_child_that_is_stuck_in_exec(void **state)
{
    (void)state;
    char said[64];
    void *others[64];
    struct seccomp_notif *call = NULL;
    struct seccomp_notif_resp *answer = NULL;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    if (filter == NULL || seccomp_rule_add(filter, SCMP_ACT_NOTIFY, SCMP_SYS(execve), 0) != 0 ||
        seccomp_notify_alloc(&call, &answer) != 0 || call == NULL || answer == NULL ||
        seccomp_load(filter) != 0) {
        skip();
        return; /* not reached, but not every compiler knows */
    }
    struct started started = start("/bin/sh", "printf '%s' \"$1\"", "/");
    int listener = wait_for_exec(filter, call);
    spawn_report_free(started.report); /* as if it had been given up */
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        others[i] = malloc(BLOCK_BYTES);
        assert_non_null(others[i]);
        memset(others[i], 'x', BLOCK_BYTES);
    }
    answer->id = call->id;
    answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    assert_int_equal(seccomp_notify_respond(listener, answer), 0);
    assert_int_equal(finish(&started, said, sizeof said), 0);
    assert_string_equal(said, "an argument");
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        free(others[i]);
    seccomp_notify_free(call, answer);
    seccomp_release(filter);
}

int test_spawn(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gets_its_words_and_its_directory),
        cmocka_unit_test(a_program_blocks_and_ignores_no_signal),
        cmocka_unit_test(a_program_has_a_session_of_its_own),
        cmocka_unit_test(a_child_that_gets_nowhere_says_why),
        cmocka_unit_test(a_machine_without_clone3_forks),
        cmocka_unit_test(memory_is_left_to_a_child_that_is_stuck_in_exec),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
