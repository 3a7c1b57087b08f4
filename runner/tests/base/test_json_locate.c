/* SPDX-License-Identifier: MIT */
/*
 * Values are found again in a text by JSON pointer, whatever the text's layout, escapes and
 * nesting, and a text that is cut short is never read beyond its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_locate.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const char text[] = "{\n"
                           "  \"a\": [1, {\"b\": \"x]\\\"}\"}, [[]], null],\n"
                           "  \"a/b\": {\"~\": true, \"\": 5},\n"
                           "  \"\\u0063\": \"\xc3\xa9\", \"d\": -1.5e3\n"
                           "}\n";

static void expect_found(const char *pointer, const char *start)
{
    struct json_place place;
    assert_true(json_locate(text, strlen(text), pointer, &place));
    assert_memory_equal(text + place.value, start, strlen(start));
}

static void test_finds_every_value(void **state)
{
    (void)state;
    expect_found("", "{\n");
    expect_found("/a", "[1,");
    expect_found("/a/0", "1,");
    expect_found("/a/1", "{\"b\"");
    expect_found("/a/1/b", "\"x]");
    expect_found("/a/2", "[[]]");
    expect_found("/a/2/0", "[]");
    expect_found("/a/3", "null");
    expect_found("/a~1b", "{\"~\"");
    expect_found("/a~1b/~0", "true");
    expect_found("/a~1b/", "5}");
    expect_found("/c", "\"\xc3\xa9\"");
    expect_found("/d", "-1.5e3");
}

static void test_key_of_a_member(void **state)
{
    (void)state;
    struct json_place place;
    assert_true(json_locate(text, strlen(text), "/d", &place));
    assert_memory_equal(text + place.key, "\"d\"", 3);
    assert_true(json_locate(text, strlen(text), "/a/3", &place));
    assert_memory_equal(text + place.key, "null", 4);
}

static void test_missing_value_gives_the_deepest_there_is(void **state)
{
    (void)state;
    static const struct {
        const char *pointer;
        const char *deepest;
    } cases[] = {
        {"/zz", "{\n"},         {"/a/9", "[1,"},    {"/a/x", "[1,"},
        {"/a/1/c/d", "{\"b\""}, {"/d/e", "-1.5e3"}, {"/a/99999999999999999999999", "[1,"},
        {"/a~1", "{\n"},        {"x", "{\n"},       {"/a/2/0/0", "[]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct json_place place;
        assert_false(json_locate(text, strlen(text), cases[i].pointer, &place));
        assert_memory_equal(text + place.value, cases[i].deepest, strlen(cases[i].deepest));
    }
}

static void test_cut_text_stays_within_its_bytes(void **state)
{
    (void)state;
    static const char *const pointers[] = {"/a/1/b", "/a~1b/~0", "/c", "/d/0", "/a/3"};
    for (size_t length = 0; length <= strlen(text); length++) {
        /* An exact copy on the heap, so that a sanitizer sees a byte too many. */
        char *copy = malloc(length > 0 ? length : 1);
        assert_non_null(copy);
        memcpy(copy, text, length);
        for (size_t i = 0; i < sizeof pointers / sizeof pointers[0]; i++) {
            struct json_place place;
            (void)json_locate(copy, length, pointers[i], &place);
            assert_true(place.value <= length);
            assert_true(place.key <= length);
        }
        free(copy);
    }
}

static void test_lines_and_columns_count_characters(void **state)
{
    (void)state;
    static const char sample[] = "ab\n\xc3\xa9\xe2\x82\xac"
                                 "x\r\ny";
    static const struct {
        size_t offset, line, column;
    } cases[] = {{0, 1, 1}, {2, 1, 3}, {3, 2, 1}, {5, 2, 2}, {8, 2, 3}, {11, 3, 1}, {99, 3, 2}};
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        size_t line = 0;
        size_t column = 0;
        json_line_and_column(sample, strlen(sample), cases[i].offset, &line, &column);
        assert_int_equal(line, cases[i].line);
        assert_int_equal(column, cases[i].column);
    }
}

static void test_nesting_is_measured_and_limited(void **state)
{
    (void)state;
    size_t offset = 0;
    assert_int_equal(json_nesting("[[],{\"[[[\":[]}]", 15, 64, &offset), 3);
    assert_int_equal(json_nesting("5", 1, 64, &offset), 0);
    assert_int_equal(json_nesting("]]]][", 5, 64, &offset), 1);
    assert_int_equal(json_nesting("[[[[[[", 6, 3, &offset), 4);
    assert_int_equal(offset, 3);
    assert_int_equal(json_nesting("\"\\", 2, 3, &offset), 0);
}

int test_json_locate(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_finds_every_value),
        cmocka_unit_test(test_key_of_a_member),
        cmocka_unit_test(test_missing_value_gives_the_deepest_there_is),
        cmocka_unit_test(test_cut_text_stays_within_its_bytes),
        cmocka_unit_test(test_lines_and_columns_count_characters),
        cmocka_unit_test(test_nesting_is_measured_and_limited),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
