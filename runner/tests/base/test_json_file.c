/* SPDX-License-Identifier: MIT */
/*
 * A JSON file is taken only if it is a regular file with one well-formed document; everything else
 * is refused with its place, and without waiting for a FIFO or reading a device.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/json_file.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void refuse_text(const char *text, size_t length, const char *where, const char *what)
{
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(json_source_parse(&source, "t.json", text, length, &error), -1);
    assert_int_equal(error.code, ERROR_INPUT);
    assert_string_equal(error.where, where);
    if (strstr(error.what, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.what, what);
    assert_null(source.root);
    assert_null(source.text);
}

static void test_bad_texts_are_refused_with_their_place(void **state)
{
    (void)state;
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {"", "t.json", "empty"},
        {"{\n \"a\": }", "t.json:2:7", "not valid JSON"},
        {"{\"a\": 1,\n\"b\": 2,\n\"a\": 3}", "t.json:3:3", "duplicate"},
        {"[1, 2", "t.json:1:5", "not valid JSON"},
        {"[\"\xff\"]", "t.json:1:3", "UTF-8"},
        {"[\"\xc0\x80\"]", "t.json:1:3", "UTF-8"},
        {"\xef\xbb\xbf{}", "t.json:1:1", "byte order mark"},
        {"[1e999]", "t.json:1:6", "overflow"},
        {"[123456789012345678901234567890]", "t.json:1:31", "too big"},
        {"[NaN]", "t.json:1:4", "not valid JSON"},
        {"{} x", "t.json:1:4", "not valid JSON"},
        {"\"word\"", "t.json:1:6", "not valid JSON"},
        {"[\"\\u0000\"]", "t.json:1:9", "not valid JSON"},
        {"[\"\\ud800\"]", "t.json:1:9", "not valid JSON"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        refuse_text(cases[i].text, strlen(cases[i].text), cases[i].where, cases[i].what);
    refuse_text("[1,\0 2]", 7, "t.json:1:4", "NUL");
}

static void test_deep_nesting_is_refused(void **state)
{
    (void)state;
    char deep[2 * (JSON_DEPTH_LIMIT + 1)];
    memset(deep, '[', JSON_DEPTH_LIMIT + 1);
    memset(deep + JSON_DEPTH_LIMIT + 1, ']', JSON_DEPTH_LIMIT + 1);
    refuse_text(deep, sizeof deep, "t.json:1:65", "nested deeper than 64 levels");

    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(json_source_parse(&source, "t", deep + 1, sizeof deep - 2, &error), 0);
}

static void test_errors_are_located_by_pointer(void **state)
{
    (void)state;
    static const char text[] = "{\n  \"k\": [10,\n    {\"deep\": true}]\n}";
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(json_source_parse(&source, "t.json", text, strlen(text), &error), 0);
    assert_int_equal(json_source_fail(&source, "/k/1/deep", &error, "is %s", "bad"), -1);
    assert_string_equal(error.where, "t.json:3:14");
    assert_string_equal(error.what, "is bad");
    error = (struct error)ERROR_INIT;
    assert_int_equal(json_source_fail_at_key(&source, "/k/1/deep", &error, "no"), -1);
    assert_string_equal(error.where, "t.json:3:6");
    error = (struct error)ERROR_INIT;
    assert_int_equal(json_source_fail(&source, "/k/1/missing", &error, "no"), -1);
    assert_string_equal(error.where, "t.json:3:5");
}

static void test_a_long_path_keeps_its_line(void **state)
{
    (void)state;
    char name[900];
    memset(name, 'p', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(json_source_parse(&source, name, "[\n!", 3, &error), -1);
    assert_string_equal(error.where + strlen(error.where) - 4, ":2:1");
}

static char *write_file(const char *directory, const char *name, const char *text)
{
    char *path = NULL;
    assert_true(asprintf(&path, "%s/%s", directory, name) > 0);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void refuse_file(const char *path, enum error_code code, const char *what)
{
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(json_source_load(&source, path, 16, &error), -1);
    assert_int_equal(error.code, code);
    assert_string_equal(error.where, path);
    if (strstr(error.what, what) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", error.what, what);
}

static void test_only_regular_files_within_the_limit_are_read(void **state)
{
    (void)state;
    char directory[] = "/tmp/ro-json-XXXXXX";
    assert_non_null(mkdtemp(directory));
    CLEANUP_FREE char *good = write_file(directory, "good", "{\"a\": 12345678}\n");
    CLEANUP_FREE char *large = write_file(directory, "large", "{\"a\": 123456789}\n");
    CLEANUP_FREE char *empty = write_file(directory, "empty", "");
    CLEANUP_FREE char *fifo = write_file(directory, "fifo", "");
    assert_int_equal(unlink(fifo), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);

    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(json_source_load(&source, good, 16, &error), 0);
    assert_string_equal(source.path, good);
    assert_int_equal(json_integer_value(json_object_get(source.root, "a")), 12345678);

    refuse_file(large, ERROR_INPUT, "larger than the 16 bytes");
    refuse_file(empty, ERROR_INPUT, "empty");
    refuse_file(fifo, ERROR_INPUT, "not a regular file");
    refuse_file("/dev/null", ERROR_INPUT, "not a regular file");
    refuse_file(directory, ERROR_INPUT, "is a directory");
    refuse_file("/nowhere/at/all", ERROR_ENVIRONMENT, "No such file");

    assert_int_equal(unlink(good) | unlink(large) | unlink(empty) | unlink(fifo), 0);
    assert_int_equal(rmdir(directory), 0);
}

int test_json_file(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_texts_are_refused_with_their_place),
        cmocka_unit_test(test_deep_nesting_is_refused),
        cmocka_unit_test(test_errors_are_located_by_pointer),
        cmocka_unit_test(test_a_long_path_keeps_its_line),
        cmocka_unit_test(test_only_regular_files_within_the_limit_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
