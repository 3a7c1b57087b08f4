/* SPDX-License-Identifier: MIT */
/* How trees of real processes are ended: asked first, forced then, whatever they do against it. */
#include "base/clock.h"
#include "process/ending.h"
#include "unit.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define GRACE_NS (300 * NS_PER_MS)

struct victim {
    struct tree tree;
    struct tree_ending ending;
    struct process_table table;
    int status; /* of its first process */
};

static struct cgroup no_group = {.fd = -1};

_Noreturn static void sleep_for_ever(void)
{
    for (;;)
        (void)pause();
}

_Noreturn static void end_when_asked(void)
{
    (void)signal(SIGTERM, SIG_DFL);
    sleep_for_ever();
}

_Noreturn static void be_deaf(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    sleep_for_ever();
}

_Noreturn static void be_stopped(void)
{
    (void)raise(SIGSTOP);
    sleep_for_ever();
}

/* Deaf, in a session of its own each, with nobody above it, and a millisecond later another. */
_Noreturn static void go_on_in_others(void)
{
    (void)signal(SIGTERM, SIG_IGN);
    for (;;) {
        (void)poll(NULL, 0, 1);
        if (fork() != 0)
            _exit(0);
        (void)setsid();
    }
}

static void start(struct victim *victim, void (*live)(void))
{
    struct error error = ERROR_INIT;
    *victim = (struct victim){.status = -1};
    pid_t pid = fork();
    if (pid == 0) {
        (void)setsid();
        live();
    }
    assert_int_equal(tree_start(&victim->tree, pid, &no_group, &error), 0);
    victim->tree.adopt_orphans = true;
    struct process process; /* so that no signal comes too soon */
    do
        assert_true(process_read(pid, &process));
    while (process.session != pid || process.state == 'R');
}

static void update(struct victim *victim)
{
    assert_int_equal(process_table_scan(&victim->table, NULL), 0);
    tree_update(&victim->tree, &victim->table, clock_now_ns());
}

/* Returns whether a child is left that has not ended. */
static bool collect(struct victim *victim)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        tree_note_exit(&victim->tree, pid, status, clock_now_ns());
        victim->status = pid == victim->tree.root ? status : victim->status;
    }
    return pid == 0;
}

/* Until the end of it, which must be that nothing is left. Returns how long that took. */
static uint64_t finish(struct victim *victim)
{
    uint64_t began_ns = clock_now_ns();
    enum ending_phase phase = victim->ending.phase;
    while (phase != TREE_GONE) {
        assert_int_not_equal(phase, TREE_SURVIVED);
        (void)collect(victim);
        if (clock_now_ns() < victim->ending.look_ns) {
            (void)poll(NULL, 0, 1);
            continue;
        }
        victim->table.count = 0;
        phase = ending_advance(&victim->ending, clock_now_ns(), &victim->table);
    }
    assert_false(collect(victim));
    tree_release(&victim->tree);
    process_table_release(&victim->table);
    return clock_now_ns() - began_ns;
}

static uint64_t ask(void (*live)(void), int *status)
{
    struct victim victim;
    start(&victim, live);
    update(&victim);
    ending_ask(&victim.ending, &victim.tree, GRACE_NS, clock_now_ns());
    uint64_t took_ns = finish(&victim);
    *status = victim.status;
    return took_ns;
}

static void who_listens_is_not_killed(void **state)
{
    (void)state;
    int status;
    (void)ask(end_when_asked, &status);
    assert_int_equal(WTERMSIG(status), SIGTERM);
    (void)ask(be_stopped, &status);
    assert_int_equal(WTERMSIG(status), SIGTERM);
}

static void who_does_not_has_its_grace(void **state)
{
    (void)state;
    int status;
    assert_true(ask(be_deaf, &status) >= GRACE_NS);
    assert_int_equal(WTERMSIG(status), SIGKILL);
}

static void who_goes_on_in_others_ends(void **state)
{
    (void)state;
    int status;
    (void)ask(go_on_in_others, &status);
}

static void what_lingers_is_asked_later(void **state)
{
    (void)state;
    struct victim victim;
    start(&victim, end_when_asked);
    update(&victim);
    ending_linger(&victim.ending, &victim.tree, GRACE_NS, GRACE_NS, clock_now_ns());
    assert_true(finish(&victim) >= GRACE_NS);
    assert_int_equal(WTERMSIG(victim.status), SIGTERM);
}

static void force_has_no_grace(void **state)
{
    (void)state;
    struct victim victim;
    start(&victim, end_when_asked);
    update(&victim);
    ending_force(&victim.ending, &victim.tree, clock_now_ns());
    (void)finish(&victim);
    assert_int_equal(WTERMSIG(victim.status), SIGKILL);
}

static int become_subreaper(void **state)
{
    (void)state;
    return prctl(PR_SET_CHILD_SUBREAPER, 1);
}

static int be_none_again(void **state)
{
    (void)state;
    return prctl(PR_SET_CHILD_SUBREAPER, 0);
}

int test_ending(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_is_not_killed),  cmocka_unit_test(who_does_not_has_its_grace),
        cmocka_unit_test(who_goes_on_in_others_ends), cmocka_unit_test(what_lingers_is_asked_later),
        cmocka_unit_test(force_has_no_grace),
    };
    return cmocka_run_group_tests(tests, become_subreaper, be_none_again);
}
