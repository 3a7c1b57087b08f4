/* SPDX-License-Identifier: MIT */
/* One guest boots at a time; one that never comes up does not keep the others waiting for long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "run/cell/cell.h"
#include "unit.h"

static const int first, second;

static void test_second_waits_for_first(void **state)
{
    (void)state;
    struct boot_turn turn = {0};
    assert_true(boot_turn_take(&turn, &first, NS_PER_S));
    assert_false(boot_turn_take(&turn, &second, NS_PER_S + 1));
    assert_true(boot_turn_next(&turn) > NS_PER_S + 1);
    boot_turn_give(&turn, &first);
    assert_int_equal(boot_turn_next(&turn), 0);
    assert_true(boot_turn_take(&turn, &second, NS_PER_S + 2));
}

static void test_only_the_holder_gives_it_back(void **state)
{
    (void)state;
    struct boot_turn turn = {0};
    assert_true(boot_turn_take(&turn, &first, 1));
    boot_turn_give(&turn, &second);
    assert_false(boot_turn_take(&turn, &second, 2));
}

static void test_boot_that_never_ends_loses_it(void **state)
{
    (void)state;
    struct boot_turn turn = {0};
    assert_true(boot_turn_take(&turn, &first, 1));
    uint64_t next_ns = boot_turn_next(&turn);
    assert_false(boot_turn_take(&turn, &second, next_ns - 1));
    assert_true(boot_turn_take(&turn, &second, next_ns));
    boot_turn_give(&turn, &first); /* too late, and no longer its own */
    assert_false(boot_turn_take(&turn, &first, next_ns + 1));
}

int test_boot_turn(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_second_waits_for_first),
        cmocka_unit_test(test_only_the_holder_gives_it_back),
        cmocka_unit_test(test_boot_that_never_ends_loses_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
