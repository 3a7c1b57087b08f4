/* SPDX-License-Identifier: MIT */
/* recording_parse: a recording that lost or gained a byte is refused, never half believed. */
#include "guard/recording/recording.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FIRST "tool=nanvixd.elf\0directory=/d\0argument=./n\0argument=a=b\0variable=K=V\0"
#define SECOND                                                                                     \
    "tool=mkimage.elf\0directory=/d\0argument=m\0made=1.2.3\0image=3 1.2.3\0interpreter=2\0"

static const char whole[] = "record 00000045\n" FIRST "record 00000050\n" SECOND;

static int parse(const char *bytes, size_t size, struct recording *out)
{
    struct error error = ERROR_INIT;
    int failed = recording_parse("recording", bytes, size, out, &error);
    assert_int_equal(failed != 0, error.code == ERROR_INPUT);
    return failed;
}

static void a_whole_recording_is_read(void **state)
{
    (void)state;
    struct recording recording;
    assert_int_equal(parse(whole, sizeof whole - 1, &recording), 0);
    assert_int_equal(recording.count, 2);
    const struct record *first = &recording.records[0];
    assert_string_equal(first->tool, "nanvixd.elf");
    assert_string_equal(first->directory, "/d");
    assert_int_equal(first->arguments.count, 2);
    assert_string_equal(first->arguments.items[1], "a=b");
    assert_string_equal(first->variables.items[0], "K=V");
    assert_null(first->made);
    assert_null(record_image_at(first, 1));
    const struct record *second = &recording.records[1];
    assert_string_equal(second->made, "1.2.3");
    assert_string_equal(record_image_at(second, 3), "1.2.3");
    assert_null(record_image_at(second, 2));
    assert_true(record_was_given_image(second, "1.2.3"));
    assert_false(record_was_given_image(second, "1.2"));
    assert_true(record_names_interpreter(second, 2));
    assert_false(record_names_interpreter(second, 3));
    recording_free(&recording);
}

static void an_empty_recording_has_no_records(void **state)
{
    (void)state;
    struct recording recording;
    assert_int_equal(parse("", 0, &recording), 0);
    assert_int_equal(recording.count, 0);
    recording_free(&recording);
}

/* Every prefix that does not end between two records is damaged. */
static void a_recording_that_was_cut_is_refused(void **state)
{
    (void)state;
    const size_t first_end = 16 + sizeof FIRST - 1;
    for (size_t size = 1; size < sizeof whole - 1; size++) {
        struct recording recording;
        if (size == first_end)
            continue;
        if (parse(whole, size, &recording) == 0)
            fail_msg("accepted after %zu bytes", size);
    }
}

static void what_no_recorder_writes_is_refused(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t size;
    } rows[] = {
#define ROW(text) {text, sizeof(text) - 1}
        ROW("record 00000045 " FIRST),    ROW("recorD 00000045\n" FIRST),
        ROW("record 0000004G\n" FIRST),   ROW("record 00000044\n" FIRST),
        ROW("record 00000046\n" FIRST),   ROW("record ffffffff\n" FIRST),
        ROW("record -0000001\n" FIRST),   ROW("record 00000000\n"),
        ROW("record 00000007\ntool=x\0"), ROW("record 00000009\nunknown=\0"),
        ROW("record 00000004\ntool"),     ROW("junk record 00000045\n" FIRST),
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct recording recording;
        if (parse(rows[i].bytes, rows[i].size, &recording) == 0)
            fail_msg("accepted row %zu", i);
    }
}

int test_recording(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_whole_recording_is_read),
        cmocka_unit_test(an_empty_recording_has_no_records),
        cmocka_unit_test(a_recording_that_was_cut_is_refused),
        cmocka_unit_test(what_no_recorder_writes_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
