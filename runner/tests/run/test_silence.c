/* SPDX-License-Identifier: MIT */
/* How many helpers are sent to a file system that may have fallen silent. */
#include "run/helper/silence.h"

#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void two_that_are_lost_are_enough(void **state)
{
    (void)state;
    struct silence silence = {0};
    char why[320] = "";
    silence_note(&silence, WORK_PREPARE, "native/a");
    assert_false(silence_refuses(&silence, WORK_PREPARE, why, sizeof why));
    silence_note(&silence, WORK_PREPARE, "native/b");
    assert_true(silence_refuses(&silence, WORK_PREPARE, why, sizeof why));
    assert_non_null(strstr(why, "native/a and native/b"));
}

/* Where nothing can be removed, things can still be made and looked at. */
static void one_work_is_not_refused_for_another(void **state)
{
    (void)state;
    struct silence silence = {0};
    char why[320];
    silence_note(&silence, WORK_CLEAN, "native/a");
    silence_note(&silence, WORK_CLEAN, "native/b");
    assert_true(silence_refuses(&silence, WORK_CLEAN, why, sizeof why));
    assert_false(silence_refuses(&silence, WORK_PREPARE, why, sizeof why));
    assert_false(silence_refuses(&silence, WORK_LOOK, why, sizeof why));
    silence_note(&silence, WORK_PREPARE, "native/c");
    assert_true(silence_refuses(&silence, WORK_PREPARE, why, sizeof why));
}

static void no_third_is_sent_where_two_may_be_lost(void **state)
{
    (void)state;
    struct silence silence = {.out = 64};
    assert_false(silence_holds(&silence)); /* all of them may answer any moment */
    silence.waiting = 1;
    assert_true(silence_holds(&silence));
    silence = (struct silence){.out = 1, .waiting = 1};
    assert_false(silence_holds(&silence));
    silence_note(&silence, WORK_CLEAN, "native/a");
    assert_true(silence_holds(&silence));
    silence = (struct silence){.out = 2, .doubted = true};
    assert_true(silence_holds(&silence));
    /* Nobody is out whose end could let it go on: it goes on, or is refused. */
    silence = (struct silence){0};
    silence_note(&silence, WORK_CLEAN, "native/a");
    silence_note(&silence, WORK_CLEAN, "native/b");
    assert_false(silence_holds(&silence));
}

static void each_file_system_is_known_by_itself(void **state)
{
    (void)state;
    static struct silences silences;
    struct silence *one = silence_of(&silences, "0:1");
    assert_ptr_equal(silence_of(&silences, "0:1"), one);
    assert_ptr_not_equal(silence_of(&silences, "0:2"), one);
    assert_int_equal(silences.count, 2);
}

int test_silence(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_that_are_lost_are_enough),
        cmocka_unit_test(one_work_is_not_refused_for_another),
        cmocka_unit_test(no_third_is_sent_where_two_may_be_lost),
        cmocka_unit_test(each_file_system_is_known_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
