/* SPDX-License-Identifier: MIT */
/* How a journal's lines become rows, and which call did not come back. */
#include "report/model/timeline.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

/* A cell whose journal has these lines, one a millisecond. */
static json_t *make_cell(const char *const *lines)
{
    json_t *timeline = json_array();
    for (int i = 0; lines[i] != NULL; i++)
        (void)json_array_append_new(timeline, json_pack("{s:i,s:s}", "ms", i, "line", lines[i]));
    return json_pack("{s:{s:o}}", "journal", "timeline", timeline);
}

#define READ(it, ...)                                                                              \
    CLEANUP_JSON json_t *it##_cell = make_cell((const char *const[]){__VA_ARGS__, NULL});          \
    CLEANUP_TIMELINE struct timeline it = {0};                                                     \
    struct error it##_error = ERROR_INIT;                                                          \
    assert_int_equal(timeline_read(&it, it##_cell, &it##_error), 0)

static void a_call_and_its_return_are_one_row(void **state)
{
    (void)state;
    READ(timeline, "0 begin s build=0123456789abcdef bits=32", "1 enter mkdir path=/tmp/s",
         "2 leave mkdir ret=0", "3 check listing result=held", "4 end pass checks=1 broken=0");
    assert_int_equal(timeline.count, 4);
    const struct timeline_row *call = &timeline.rows[1];
    assert_int_equal(call->kind, ROW_CALL);
    assert_string_equal(call->subject, "mkdir");
    assert_string_equal(call->arguments, "path=/tmp/s");
    assert_string_equal(call->result, "ret=0");
    assert_true(call->returned);
    assert_false(call->adverse);
    assert_true(call->took_ms > 0.99 && call->took_ms < 1.01);
    assert_false(timeline.rows[2].adverse);
    assert_null(timeline_stuck(&timeline));
}

static void a_line_may_come_without_its_number(void **state)
{
    (void)state;
    READ(timeline, "begin s build=0123456789abcdef bits=32", "enter rename from=a to=b");
    assert_int_equal(timeline.count, 2);
    assert_string_equal(timeline.rows[0].subject, "s");
    assert_ptr_equal(timeline_stuck(&timeline), &timeline.rows[1]);
}

static void the_call_without_return_is_the_stuck_one(void **state)
{
    (void)state;
    READ(timeline, "0 enter mkdir path=a", "1 leave mkdir ret=0", "2 enter rename from=a to=b",
         "3 note odd k=v");
    assert_int_equal(timeline.count, 3);
    assert_ptr_equal(timeline_stuck(&timeline), &timeline.rows[1]);
    assert_string_equal(timeline_stuck(&timeline)->subject, "rename");
}

static void a_return_of_another_call_is_not_taken_for_it(void **state)
{
    (void)state;
    READ(timeline, "0 enter rename from=a to=b", "1 leave close ret=0");
    assert_int_equal(timeline.count, 2);
    assert_false(timeline.rows[0].returned);
    assert_int_equal(timeline.rows[1].kind, ROW_RETURN);
}

static void a_second_return_does_not_reach_an_older_call(void **state)
{
    (void)state;
    READ(timeline, "0 enter rename from=a to=b", "1 enter close fd=3", "2 leave close ret=0",
         "3 leave rename ret=0");
    assert_false(timeline.rows[0].returned);
}

static void failures_and_broken_checks_are_adverse(void **state)
{
    (void)state;
    READ(timeline, "0 enter rename from=a to=b", "1 leave rename ret=-1 errno=17 error=EEXIST",
         "2 check gone result=broken want=ENOENT got=0", "3 enter stat path=a",
         "4 leave stat ret=-1 errno=2 error=ENOENT");
    assert_true(timeline.rows[0].adverse);
    assert_true(timeline.rows[1].adverse);
    assert_false(timeline.rows[2].adverse); /* how a probe looks for a name that has to be gone */
}

static void odd_lines_are_kept_as_they_are(void **state)
{
    (void)state;
    READ(timeline, "", " ", "7", "7 ", "7 enter", "enter ", "7  enter rename", "x enter rename",
         "1 entertain rename", "leave", "leave rename", "enter rename from=a", "check x result=odd",
         "check x result=broken want=%2g got=b");
    assert_int_equal(timeline.count, 14);
    for (size_t i = 0; i < timeline.count; i++) {
        assert_int_equal(timeline.rows[i].kind, ROW_OTHER);
        assert_true(timeline.rows[i].returned);
    }
    assert_string_equal(timeline.rows[7].arguments, "x enter rename");
}

static void no_journal_is_an_empty_timeline(void **state)
{
    (void)state;
    CLEANUP_JSON json_t *cell = json_object();
    CLEANUP_TIMELINE struct timeline timeline = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(timeline_read(&timeline, cell, &error), 0);
    assert_int_equal(timeline.count, 0);
}

static void the_same_events_are_the_same_whatever_the_facts(void **state)
{
    (void)state;
    READ(one, "0 fs vfat dev=1", "1 enter stat path=a", "2 leave stat ret=0", "3 note inode ino=1");
    READ(two, "0 fs ext4 dev=2", "1 enter stat path=a", "2 leave stat ret=0");
    READ(other, "0 fs vfat dev=1", "1 enter stat path=a",
         "2 leave stat ret=-1 errno=2 error=ENOENT");
    READ(cut, "0 fs vfat dev=1", "1 enter stat path=a");
    assert_true(timeline_same(&one, &two));
    assert_false(timeline_same(&one, &other));
    assert_false(timeline_same(&one, &cut));
    assert_false(timeline_same(&cut, &one));
}

int test_timeline(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_and_its_return_are_one_row),
        cmocka_unit_test(a_line_may_come_without_its_number),
        cmocka_unit_test(the_call_without_return_is_the_stuck_one),
        cmocka_unit_test(a_return_of_another_call_is_not_taken_for_it),
        cmocka_unit_test(a_second_return_does_not_reach_an_older_call),
        cmocka_unit_test(failures_and_broken_checks_are_adverse),
        cmocka_unit_test(odd_lines_are_kept_as_they_are),
        cmocka_unit_test(no_journal_is_an_empty_timeline),
        cmocka_unit_test(the_same_events_are_the_same_whatever_the_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
