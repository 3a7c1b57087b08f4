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

/** A started child, and the end of the pipe that it writes to. */
struct started {
    pid_t pid;
    int output;
    int report;
};

static struct spawner spawner = {.fd = -1};

static struct spawner *in_use(void)
{
    return spawner.pid > 0 ? &spawner : NULL;
}

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
    started.pid = spawn_process(in_use(), &request, &started.report, &error);
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
    const char *step = NULL;
    assert_int_equal(spawn_failure(started.report, &step), 0);
    (void)close(started.report);
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
    (void)close(started.report);
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
    (void)close(started.report);
}

static void a_child_that_gets_nowhere_says_why(void **state)
{
    (void)state;
    static const struct {
        const char *program, *directory, *step;
    } cases[] = {{"/nonexistent/program", "/", "execve"}, {"/bin/sh", "/nonexistent", "chdir"}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char said[16];
        struct started started = start(cases[i].program, "exit 0", cases[i].directory);
        int status = finish(&started, said, sizeof said);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 127);
        const char *step = NULL;
        assert_int_equal(spawn_failure(started.report, &step), ENOENT);
        assert_string_equal(step, cases[i].step);
        (void)close(started.report);
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
    (void)close(started.report);
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

/* Comes last: no program can be started in this process afterwards. */
static void nobody_waits_for_an_exec(void **state)
{
    (void)state;
    char said[64];
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
    const char *step = NULL;
    assert_int_equal(spawn_failure(started.report, &step), 0);
    answer->id = call->id;
    answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
    assert_int_equal(seccomp_notify_respond(listener, answer), 0);
    assert_int_equal(finish(&started, said, sizeof said), 0);
    assert_string_equal(said, "an argument");
    (void)close(started.report);
    seccomp_notify_free(call, answer);
    seccomp_release(filter);
}

static int ask_a_spawner(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    return spawner_start(&spawner, &error);
}

static int ask_no_spawner(void **state)
{
    (void)state;
    int status = 0;
    (void)close(spawner.fd);
    pid_t pid = spawner.pid;
    spawner = (struct spawner){.fd = -1};
    return waitpid(pid, &status, 0) == pid && status == 0 ? 0 : -1;
}

static int forget_the_spawner(void **state)
{
    (void)state;
    (void)close(spawner.fd);
    (void)waitpid(spawner.pid, NULL, 0);
    spawner = (struct spawner){.fd = -1};
    return 0;
}

static void descriptors_are_handed_on(void **state)
{
    (void)state;
    char said[64];
    int ends[2], more[2];
    assert_int_equal(pipe(more), 0);
    assert_int_equal(write(more[1], "handed on\n", 10), 10);
    assert_int_equal(pipe(ends), 0);
    char *argv[] = {(char[]){"/bin/sh"}, (char[]){"-c"},
                    (char[]){"read line <&4; echo \"$line\" >&3"}, NULL};
    char *environment[] = {NULL};
    const int fds[] = {ends[1], more[0]};
    struct error error = ERROR_INIT;
    struct started started = {.output = ends[0]};
    const struct spawn_request request = {
        .argv = argv,
        .environment = environment,
        .stdin_fd = more[0],
        .stdout_fd = STDERR_FILENO,
        .stderr_fd = STDERR_FILENO,
        .more_fds = fds,
        .more_count = 2,
        .cgroup_fd = -1,
    };
    started.pid = spawn_process(in_use(), &request, &started.report, &error);
    assert_true(started.pid > 0);
    (void)close(ends[1]);
    assert_int_equal(finish(&started, said, sizeof said), 0);
    assert_string_equal(said, "handed on\n");
    (void)close(started.report);
    (void)close(more[0]);
    (void)close(more[1]);
}

/* Somebody killed it: the caller does its work. */
static void a_spawner_that_is_gone_is_not_needed(void **state)
{
    (void)state;
    char said[64];
    if (spawner.pid > 0)
        (void)kill(spawner.pid, SIGTERM);
    struct started started = start("/bin/sh", "printf '%s' \"$1\"", "/");
    assert_int_equal(finish(&started, said, sizeof said), 0);
    assert_string_equal(said, "an argument");
    (void)close(started.report);
}

int test_spawn(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_program_gets_its_words_and_its_directory),
        cmocka_unit_test(a_program_blocks_and_ignores_no_signal),
        cmocka_unit_test(a_program_has_a_session_of_its_own),
        cmocka_unit_test(a_child_that_gets_nowhere_says_why),
        cmocka_unit_test(descriptors_are_handed_on),
    };
    const struct CMUnitTest last[] = {
        cmocka_unit_test(a_machine_without_clone3_forks),
        cmocka_unit_test_setup_teardown(a_spawner_that_is_gone_is_not_needed, ask_a_spawner,
                                        forget_the_spawner),
        cmocka_unit_test(nobody_waits_for_an_exec),
    };
    return cmocka_run_group_tests_name("by a spawner", tests, ask_a_spawner, ask_no_spawner) +
           cmocka_run_group_tests_name("by itself", tests, NULL, NULL) +
           cmocka_run_group_tests_name("at last", last, NULL, NULL);
}
