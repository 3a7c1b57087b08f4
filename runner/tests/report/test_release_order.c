/* SPDX-License-Identifier: MIT */
/* In which order releases stand in a history. */
#include "report/model/model.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void order(const char *const names[3], const char *const times[3],
                  const char *const wanted[3], bool by_version)
{
    struct report_release releases[3] = {0};
    struct report_target target = {.releases = releases, .release_count = 3};
    for (int i = 0; i < 3; i++) {
        releases[i].name = names[i];
        releases[i].started = times[i];
    }
    report_order_releases(&target);
    assert_int_equal(target.ordered_by_version, by_version);
    for (int i = 0; i < 3; i++)
        assert_string_equal(releases[i].name, wanted[i]);
}

static void versions_win_over_times(void **state)
{
    (void)state;
    order((const char *const[]){"0.14.10", "0.14.2", "0.14.9"},
          (const char *const[]){"2026-11-01T", "2026-11-03T", "2026-11-02T"},
          (const char *const[]){"0.14.2", "0.14.9", "0.14.10"}, true);
}

static void one_other_name_makes_time_count(void **state)
{
    (void)state;
    order((const char *const[]){"0.14.10", "53f2a022", "0.14.9"},
          (const char *const[]){"2026-11-01T", "2026-11-03T", "2026-11-02T"},
          (const char *const[]){"0.14.10", "0.14.9", "53f2a022"}, false);
}

static void what_nobody_can_order_makes_time_count(void **state)
{
    (void)state;
    order((const char *const[]){"0.15.0", "0.15.0-rc1", "0.14.9"},
          (const char *const[]){"2026-11-02T", "2026-11-03T", "2026-11-01T"},
          (const char *const[]){"0.14.9", "0.15.0", "0.15.0-rc1"}, false);
}

static void builds_of_one_release_stand_by_time(void **state)
{
    (void)state;
    struct report_release releases[2] = {0};
    struct report_target target = {.releases = releases, .release_count = 2};
    releases[0] = (struct report_release){.name = "1.0", .started = "2026-11-02T", .build = "a"};
    releases[1] = (struct report_release){.name = "1.0", .started = "2026-11-01T", .build = "b"};
    report_order_releases(&target);
    assert_string_equal(releases[0].build, "b");
    assert_false(target.ordered_by_version);
}

int test_release_order(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_win_over_times),
        cmocka_unit_test(one_other_name_makes_time_count),
        cmocka_unit_test(what_nobody_can_order_makes_time_count),
        cmocka_unit_test(builds_of_one_release_stand_by_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
