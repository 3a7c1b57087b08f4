/* SPDX-License-Identifier: MIT */
/* How long somebody on the machine had to wait for a CPU, the disk or memory. */
#include "process/pressure.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void the_total_of_some_is_read(void **state)
{
    (void)state;
    assert_int_equal(pressure_parse("some avg10=84.74 avg60=8.00 avg300=79.02 total=13085922740\n"
                                    "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"),
                     13085922740000);
}

static void what_is_not_there_is_zero(void **state)
{
    (void)state;
    assert_int_equal(pressure_parse(""), 0);
    assert_int_equal(pressure_parse("some avg10=1.00\nfull total=7\n"), 0);
    assert_int_equal(pressure_parse("full avg10=0.00 total=7\n"), 0);
}

static void it_does_not_go_back(void **state)
{
    (void)state;
    uint64_t before = pressure_stalled_ns();
    assert_true(pressure_stalled_ns() >= before);
}

static void what_is_told_since_then_has_a_bound(void **state)
{
    (void)state;
    assert_int_equal(pressure_stalled_since(UINT64_MAX, 5), 0);
    assert_int_equal(pressure_stalled_since(0, 0), 0);
    assert_true(pressure_stalled_since(0, 5) <= 5);
}

int test_pressure(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_total_of_some_is_read),
        cmocka_unit_test(what_is_not_there_is_zero),
        cmocka_unit_test(it_does_not_go_back),
        cmocka_unit_test(what_is_told_since_then_has_a_bound),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
