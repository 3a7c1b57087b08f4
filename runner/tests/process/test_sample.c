/* SPDX-License-Identifier: MIT */
/* What two samples of a tree say: who ran, who was starved, and what the tree is called. */
#include "base/clock.h"
#include "process/sample.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* One thread before and after a second. */
struct row {
    const char *name;
    char state;
    unsigned ran_ms;
    unsigned waited_ms;
    enum activity_state activity;
    unsigned starved_ms;
};

static const struct row rows[] = {
    {"asleep", 'S', 0, 0, ACTIVITY_BLOCKED, 0},
    {"uninterruptible", 'D', 0, 0, ACTIVITY_BLOCKED, 0},
    {"wakes now and then", 'S', 10, 5, ACTIVITY_BLOCKED, 5},
    {"spins alone", 'R', 990, 5, ACTIVITY_SPINNING, 5},
    {"spins with half a CPU", 'R', 490, 500, ACTIVITY_SPINNING, 500},
    {"spins with a tenth of a CPU", 'R', 100, 890, ACTIVITY_SPINNING, 890},
    {"gets a fiftieth of a CPU", 'R', 20, 970, ACTIVITY_STARVED, 970},
    {"woken at the moment of the sample", 'R', 0, 0, ACTIVITY_BLOCKED, 0},
    {"runnable at the moment of the sample", 'R', 10, 0, ACTIVITY_BLOCKED, 0},
    {"stopped", 'T', 0, 0, ACTIVITY_STARVED, 1000},
    {"stopped by its tracer", 't', 0, 0, ACTIVITY_BLOCKED, 0},
    {"works a fifth of the time", 'S', 200, 0, ACTIVITY_UNKNOWN, 0},
    {"a wait booked that began before the window", 'S', 0, 1700, ACTIVITY_STARVED, 1000},
};

static void one_thread_gives_the_right_word(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct tree_sample before = {.taken_ns = NS_PER_S, .count = 1};
        struct tree_sample after = {.taken_ns = 2 * NS_PER_S, .count = 1};
        before.threads[0] = (struct thread_sample){.pid = 7, .tid = 7, .ran_ns = 5, .waited_ns = 3};
        after.threads[0] = before.threads[0];
        after.threads[0].state = rows[i].state;
        after.threads[0].ran_ns += rows[i].ran_ms * NS_PER_MS;
        after.threads[0].waited_ns += rows[i].waited_ms * NS_PER_MS;
        struct activity activity = sample_compare(&before, &after);
        if (activity_judge(&activity) != rows[i].activity ||
            activity.starved_ns != rows[i].starved_ms * NS_PER_MS)
            fail_msg("%s: %s, starved for %llu ms", rows[i].name,
                     activity_state_name(activity_judge(&activity)),
                     (unsigned long long)(activity.starved_ns / NS_PER_MS));
    }
}

static void a_thread_that_never_got_a_cpu_is_starved(void **state)
{
    (void)state;
    struct tree_sample before = {.taken_ns = NS_PER_S, .count = 1};
    struct tree_sample after = {.taken_ns = 2 * NS_PER_S, .count = 1};
    before.threads[0] = (struct thread_sample){.pid = 7, .tid = 7, .state = 'R', .ran_ns = 5};
    after.threads[0] = before.threads[0];
    struct activity activity = sample_compare(&before, &after);
    assert_int_equal(activity.starved_ns, NS_PER_S);
    assert_int_equal(activity_judge(&activity), ACTIVITY_STARVED);
}

/* A loaded machine: the thread ran, was kept waiting, and still waits when the window ends. */
static void a_wait_that_is_not_booked_yet_is_seen(void **state)
{
    (void)state;
    struct tree_sample before = {.taken_ns = NS_PER_S, .count = 1};
    struct tree_sample after = {.taken_ns = 2 * NS_PER_S, .count = 1};
    before.threads[0] = (struct thread_sample){.pid = 7, .tid = 7, .state = 'R'};
    after.threads[0] = before.threads[0];
    after.threads[0].ran_ns = 240 * NS_PER_MS;
    after.threads[0].waited_ns = 400 * NS_PER_MS;
    struct activity activity = sample_compare(&before, &after);
    assert_int_equal(activity.starved_ns, 760 * NS_PER_MS);
    assert_int_equal(activity_judge(&activity), ACTIVITY_SPINNING);

    before.threads[0].state = 'S'; /* then it may as well have slept of its own will */
    activity = sample_compare(&before, &after);
    assert_int_equal(activity.starved_ns, 400 * NS_PER_MS);
}

static void the_most_starved_thread_counts(void **state)
{
    (void)state;
    struct tree_sample before = {.taken_ns = NS_PER_S, .count = 2};
    struct tree_sample after = {.taken_ns = 2 * NS_PER_S, .count = 2};
    for (pid_t tid = 0; tid < 2; tid++)
        before.threads[tid] = (struct thread_sample){.pid = 9, .tid = tid + 1};
    after.threads[0] = (struct thread_sample){.pid = 9, .tid = 1, .state = 'S'};
    after.threads[1] = (struct thread_sample){
        .pid = 9, .tid = 2, .state = 'R', .ran_ns = 300 * NS_PER_MS, .waited_ns = 650 * NS_PER_MS};
    struct activity activity = sample_compare(&before, &after);
    assert_int_equal(activity.starved_ns, 650 * NS_PER_MS);
    assert_ptr_equal(activity.busiest, &after.threads[1]);
    assert_false(activity.all_asleep);
}

/* A thread that was born within the window has used all its time in it. */
static void a_new_thread_counts_from_its_birth(void **state)
{
    (void)state;
    struct tree_sample before = {.taken_ns = NS_PER_S, .count = 0};
    struct tree_sample after = {.taken_ns = 2 * NS_PER_S, .count = 1};
    after.threads[0] =
        (struct thread_sample){.pid = 9, .tid = 9, .state = 'R', .ran_ns = 900 * NS_PER_MS};
    struct activity activity = sample_compare(&before, &after);
    assert_int_equal(activity.ran_ns, 900 * NS_PER_MS);
    assert_int_equal(activity_judge(&activity), ACTIVITY_SPINNING);
}

static void no_time_gives_no_judgement(void **state)
{
    (void)state;
    struct tree_sample sample = {.taken_ns = NS_PER_S, .count = 0};
    struct activity activity = sample_compare(&sample, &sample);
    assert_int_equal(activity_judge(&activity), ACTIVITY_UNKNOWN);
}

int test_sample(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_thread_gives_the_right_word),
        cmocka_unit_test(a_thread_that_never_got_a_cpu_is_starved),
        cmocka_unit_test(a_wait_that_is_not_booked_yet_is_seen),
        cmocka_unit_test(the_most_starved_thread_counts),
        cmocka_unit_test(a_new_thread_counts_from_its_birth),
        cmocka_unit_test(no_time_gives_no_judgement),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
