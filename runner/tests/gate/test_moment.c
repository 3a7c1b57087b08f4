/* SPDX-License-Identifier: MIT */
/* A time is a time only as it is written in documents, and only if the calendar has it. */
#include "gate/evidence/moment.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void times_of_the_calendar(void **state)
{
    (void)state;
    moment when = 0;
    assert_true(moment_parse("1970-01-02T00:00:01Z", &when));
    assert_int_equal(when, 86401);
    assert_true(moment_parse("2024-02-29T23:59:59Z", &when));
    assert_true(moment_parse("9999-12-31T23:59:59Z", &when));
}

static void everything_else_is_no_time(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "yesterday",
        "2026-11-22",
        "2026-11-22T12:00:00",
        "2026-11-22T12:00:00Z ",
        "2026-11-22T12:00:00+00:00",
        "2026-02-30T12:00:00Z",
        "2025-02-29T12:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T23:59:60Z",
        " 2026-11-22T12:00:00Z",
        "26-11-22T12:00:00Z",
        "226-11-22T12:00:00Z",
        "2026-1-22T12:00:00Z",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        moment when = 0;
        if (moment_parse(texts[i], &when))
            fail_msg("%s was taken for a time", texts[i]);
    }
}

int test_moment(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_of_the_calendar),
        cmocka_unit_test(everything_else_is_no_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
