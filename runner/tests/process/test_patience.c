/* SPDX-License-Identifier: MIT */
/* How long a helper is waited for. The helpers are real processes, the clock is the test's own. */
#include "process/patience.h"

#include "base/clock.h"
#include "unit.h"

#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define START_NS (1000 * NS_PER_S)
#define BUDGET_NS (500 * NS_PER_MS)
#define LONGEST_NS (BUDGET_NS * PATIENCE_TIMES)

/* Returns when the process is in this state, to which it comes by itself. */
static void wait_for_state(pid_t pid, char state)
{
    struct process process;
    for (;;) {
        assert_true(process_read(pid, &process));
        if (process.state == state)
            return;
        (void)sched_yield();
    }
}

static pid_t start_sleeper(void)
{
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0)
        for (;;)
            (void)pause();
    wait_for_state(pid, 'S');
    return pid;
}

static void end_process(pid_t pid)
{
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* Looks when it is time to, from START_NS on; returns after how long the patience was over. */
static uint64_t wait_in_vain(struct patience *patience, pid_t helper)
{
    struct process_table table = {0};
    uint64_t now_ns = START_NS;
    patience_start(patience, helper, BUDGET_NS, LONGEST_NS, now_ns);
    do {
        assert_true(patience->expected_ns > now_ns);
        now_ns = patience->expected_ns;
        table.count = 0;
        assert_true(now_ns <= START_NS + LONGEST_NS + NS_PER_S);
    } while (!patience_is_over(patience, now_ns, &table));
    process_table_release(&table);
    return now_ns - START_NS;
}

static void a_helper_that_sleeps_has_its_budget(void **state)
{
    (void)state;
    struct patience patience = {0};
    pid_t helper = start_sleeper();
    assert_in_range(wait_in_vain(&patience, helper), BUDGET_NS, BUDGET_NS + NS_PER_S);
    patience_release(&patience);
    end_process(helper);
}

/* It could not run, so nothing is charged; but nobody waits for it for ever. */
static void a_stopped_helper_has_the_longest_time(void **state)
{
    (void)state;
    struct patience patience = {0};
    pid_t helper = start_sleeper();
    assert_int_equal(kill(helper, SIGSTOP), 0);
    wait_for_state(helper, 'T');
    assert_in_range(wait_in_vain(&patience, helper), LONGEST_NS, LONGEST_NS + METER_TICK_NS);
    assert_true(patience.meter.charged_ns < BUDGET_NS);
    patience_release(&patience);
    end_process(helper);
}

/* As a tool is of a deputy. */
static void what_a_helper_has_started_counts_as_well(void **state)
{
    (void)state;
    struct patience patience = {0};
    int tell[2];
    pid_t tool = 0;
    assert_int_equal(pipe(tell), 0);
    pid_t helper = fork();
    assert_true(helper >= 0);
    if (helper == 0) {
        tool = fork();
        if (tool != 0)
            (void)!write(tell[1], &tool, sizeof tool);
        for (;;)
            (void)pause();
    }
    assert_int_equal(read(tell[0], &tool, sizeof tool), sizeof tool);
    wait_for_state(helper, 'S');
    assert_int_equal(kill(tool, SIGSTOP), 0);
    wait_for_state(tool, 'T');
    assert_in_range(wait_in_vain(&patience, helper), LONGEST_NS, LONGEST_NS + METER_TICK_NS);
    patience_release(&patience);
    assert_int_equal(kill(tool, SIGKILL), 0);
    end_process(helper);
    (void)close(tell[0]);
    (void)close(tell[1]);
}

/* Time in which the one who waits was not there is charged to nobody, and not to the bound either.
 */
static void a_waiter_who_was_away_charges_nothing(void **state)
{
    (void)state;
    struct process_table table = {0};
    struct patience patience = {0};
    pid_t helper = start_sleeper();
    patience_start(&patience, helper, BUDGET_NS, LONGEST_NS, START_NS);
    uint64_t now_ns = START_NS;
    for (int times = 0; times < 3; times++) {
        now_ns += LONGEST_NS;
        table.count = 0;
        assert_false(patience_is_over(&patience, now_ns, &table));
        assert_true(patience.expected_ns > now_ns);
    }
    assert_true(patience.meter.charged_ns < BUDGET_NS);
    process_table_release(&table);
    patience_release(&patience);
    end_process(helper);
}

/* Does a little each time that it is asked to, and sleeps in between. */
static pid_t start_plodder(int *ask, int *answer)
{
    int asks[2];
    int answers[2];
    assert_int_equal(pipe(asks), 0);
    assert_int_equal(pipe(answers), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        char byte;
        while (read(asks[0], &byte, 1) == 1)
            (void)!write(answers[1], &byte, 1);
        _exit(0);
    }
    (void)close(asks[0]);
    (void)close(answers[1]);
    *ask = asks[1];
    *answer = answers[0];
    return pid;
}

/* Each thing that it does takes four fifths of the budget, and it does many. */
static void a_helper_that_gets_on_is_waited_for(void **state)
{
    (void)state;
    struct process_table table = {0};
    struct patience patience = {0};
    int ask;
    int answer;
    char byte = 0;
    uint64_t now_ns = START_NS;
    pid_t helper = start_plodder(&ask, &answer);
    patience_start(&patience, helper, BUDGET_NS, LONGEST_NS, now_ns);
    for (int look = 0; now_ns < START_NS + LONGEST_NS - METER_TICK_NS; look++) {
        now_ns = patience.expected_ns;
        if (look % 4 == 0) {
            assert_int_equal(write(ask, &byte, 1), 1);
            assert_int_equal(read(answer, &byte, 1), 1);
            wait_for_state(helper, 'S');
        }
        table.count = 0;
        assert_false(patience_is_over(&patience, now_ns, &table));
    }
    assert_true(patience_is_over(&patience, START_NS + LONGEST_NS, &table));
    process_table_release(&table);
    patience_release(&patience);
    end_process(helper);
    (void)close(ask);
    (void)close(answer);
}

static void nothing_is_looked_at_before_it_is_time(void **state)
{
    (void)state;
    struct process_table table = {0};
    struct patience patience = {0};
    patience_start(&patience, getpid(), BUDGET_NS, LONGEST_NS, START_NS);
    assert_false(patience_is_over(&patience, patience.expected_ns - 1, &table));
    assert_null(table.rows);
    assert_null(patience.tree.members);
    patience_release(&patience);
}

int test_patience(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_helper_that_sleeps_has_its_budget),
        cmocka_unit_test(a_stopped_helper_has_the_longest_time),
        cmocka_unit_test(what_a_helper_has_started_counts_as_well),
        cmocka_unit_test(a_waiter_who_was_away_charges_nothing),
        cmocka_unit_test(a_helper_that_gets_on_is_waited_for),
        cmocka_unit_test(nothing_is_looked_at_before_it_is_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
