/* SPDX-License-Identifier: MIT */
/* When what was last seen of a tree says that the host is to blame. */
#include "process/meter.h"

#include "base/clock.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

/* A meter that saw one thread twice, a second apart. */
static bool sees_starved(char state, uint64_t ran_ms, uint64_t waited_ms)
{
    struct meter meter;
    meter_start(&meter, NS_PER_S, false);
    meter.samples = calloc(1, sizeof *meter.samples);
    assert_non_null(meter.samples);
    struct tree_sample *before = &meter.samples->anchor;
    struct tree_sample *after = &meter.samples->newest;
    before->taken_ns = NS_PER_S;
    before->count = 1;
    before->threads[0] = (struct thread_sample){.pid = 7, .tid = 7, .state = state};
    sample_copy(after, before);
    after->taken_ns = 2 * NS_PER_S;
    after->threads[0].ran_ns = ran_ms * NS_PER_MS;
    after->threads[0].waited_ns = waited_ms * NS_PER_MS;
    bool starved = meter_sees_starved(&meter);
    meter_release(&meter);
    return starved;
}

static void a_tree_that_waits_for_a_cpu_is_starved(void **state)
{
    (void)state;
    assert_true(sees_starved('R', 0, 0));
    assert_true(sees_starved('S', 20, 700));
    assert_true(sees_starved('T', 0, 0));
}

static void a_tree_that_is_stuck_is_not(void **state)
{
    (void)state;
    assert_false(sees_starved('S', 0, 0));
    assert_false(sees_starved('D', 0, 0));
    assert_false(sees_starved('R', 900, 100));
    assert_false(sees_starved('R', 100, 900)); /* it burns what it gets */
}

/* An event forgets what was seen of the time before it. */
static void nothing_seen_is_no_starvation(void **state)
{
    (void)state;
    struct meter meter;
    meter_start(&meter, NS_PER_S, false);
    assert_false(meter_sees_starved(&meter));
    meter.samples = calloc(1, sizeof *meter.samples);
    assert_non_null(meter.samples);
    meter.samples->newest.taken_ns = meter.samples->anchor.taken_ns = NS_PER_S;
    meter_reset(&meter, 2 * NS_PER_S);
    assert_false(meter_sees_starved(&meter));
    meter_release(&meter);
}

int test_meter(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_that_waits_for_a_cpu_is_starved),
        cmocka_unit_test(a_tree_that_is_stuck_is_not),
        cmocka_unit_test(nothing_seen_is_no_starvation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
