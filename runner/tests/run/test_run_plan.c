/* SPDX-License-Identifier: MIT */
/* The order of the plan: who fills a file system that others share comes last, and alone. */
#include "run/state.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct run_options no_options;
static struct run run;

/* Two targets: the cells of the first share a file system, each of the second has its own. */
static void make_plan(bool controls)
{
    run = (struct run){
        .options = &no_options,
        .attempts = 2,
        .target_count = 2,
        .shapes = {shape_find("full_disk"), shape_find("identity")},
        .shape_count = 2,
        .plan = {.controls = controls, .attempt = 1},
    };
    run.targets[0].wanted = run.targets[1].wanted = UINT64_MAX;
    run.targets[0].setup.target.name = "shared";
    run.targets[1].setup.target.name = "own";
    run.targets[1].setup.target.own_file_system = true;
}

/* "TARGET SHAPE ATTEMPT", or "" for nothing. */
static const char *take(bool idle)
{
    static char text[128];
    const struct shape *shape = NULL;
    struct run_target *target = NULL;
    unsigned attempt = 0;
    text[0] = '\0';
    if (run_take_next(&run, idle, &shape, &target, &attempt))
        (void)snprintf(text, sizeof text, "%s %s %u", target->setup.target.name, shape->name,
                       attempt);
    return text;
}

static void last_and_alone(void **state)
{
    (void)state;
    make_plan(false);
    assert_string_equal(take(true), "own full_disk 1");
    assert_string_equal(take(false), "shared identity 1");
    assert_string_equal(take(false), "own identity 1");
    assert_string_equal(take(false), "own full_disk 2");
    assert_string_equal(take(false), "shared identity 2");
    assert_string_equal(take(false), "own identity 2");
    assert_string_equal(take(false), "");
    assert_false(run.planned_out);
    assert_string_equal(take(true), "shared full_disk 1");
    assert_string_equal(take(false), "");
    assert_string_equal(take(true), "shared full_disk 2");
    assert_string_equal(take(false), "");
    assert_string_equal(take(true), "");
    assert_true(run.planned_out);
}

/* The controls come first, and nothing is left out or taken twice. */
static void whole(void **state)
{
    (void)state;
    make_plan(true);
    for (int i = 0; i < 8; i++)
        assert_non_null(strstr(take(false), " control_"));
    int cells = 0;
    while (take(true)[0] != '\0')
        cells++;
    assert_int_equal(cells, 8);
    assert_true(run.planned_out);
}

int test_run_plan(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(last_and_alone),
        cmocka_unit_test(whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
