/* SPDX-License-Identifier: MIT */
/* A line that was changed on its way is never taken for another line, and is seen to be missing. */
#include "journal_fixture.h"
#include "unit.h"

#include <stdio.h>

static void every_changed_byte_makes_its_line_disappear(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_good_journal(&text);
    struct record whole;
    record_read(&whole, &text);
    for (size_t at = 0; at < text.length; at++) {
        char original = text.bytes[at];
        for (int change = 1; change < 256; change++) {
            text.bytes[at] = (char)((unsigned char)original ^ (unsigned)change);
            struct record record;
            record_read(&record, &text);
            /* What was handed out is a beginning of the true journal, without its last line. */
            size_t read = strlen(record_events(&record));
            assert_memory_equal(record_events(&record), record_events(&whole), read);
            if (original == '\n' && at + 1 == text.length) {
                assert_true(record.count == GOOD_LINES || record_counts(&record)->damaged == 1);
            } else {
                assert_true(record.count < GOOD_LINES);
                bool last = record.count == GOOD_LINES - 1;
                assert_true(last || record_bad(&record) != NULL);
            }
            record_close(&record);
        }
        text.bytes[at] = original;
    }
    record_close(&whole);
    text_free(&text);
}

static void every_lost_byte_makes_its_line_disappear(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_good_journal(&text);
    for (size_t at = 0; at + 1 < text.length; at++) {
        struct text cut = {0};
        text_add(&cut, text.bytes, at);
        text_add(&cut, text.bytes + at + 1, text.length - at - 1);
        struct record record;
        record_read(&record, &cut);
        assert_true(record.count < GOOD_LINES);
        record_close(&record);
        text_free(&cut);
    }
    text_free(&text);
}

static void a_damaged_start_hides_no_line_behind_it(void **state)
{
    (void)state;
    static const char *const starts[] = {
        "ROJ1 ",
        "ROJ1 " NONCE,
        "ROJ1 " NONCE " 0 begin tmp_root_si",
        "ROJ1 " NONCE " 0 begin x build=0123456789abcdef bits=32 #00000000",
        "ROJ1 " NONCE " 0 begin x build=0123456789abcdef bits=32 #00000000 ",
    };
    for (size_t i = 0; i < sizeof starts / sizeof starts[0]; i++) {
        struct text text = {0};
        text_add_string(&text, starts[i]);
        text_add_good_journal(&text);
        struct record record;
        record_read(&record, &text);
        assert_good(&record);
        assert_int_equal(record.count, GOOD_LINES);
        assert_int_equal(record_counts(&record)->damaged, 1);
        assert_int_equal(record_counts(&record)->damaged_since_last, 0);
        record_close(&record);
        text_free(&text);
    }
}

static void a_prefix_inside_a_value_is_no_start(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_journal(&text, BEGIN, "enter rename from=ROJ1 to=/tmp/ROJ1");
    struct record record;
    record_read(&record, &text);
    assert_good(&record);
    assert_int_equal(record.count, 2);
    assert_int_equal(record_counts(&record)->damaged, 0);
    record_close(&record);
    text_free(&text);
}

static void a_gap_tells_how_many_damaged_lines_lie_in_it(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_journal(&text, BEGIN);
    text_add_string(&text, "ROJ1 " NONCE " 1 note x #00000000\nROJ1 " NONCE " 2 no\n");
    text_add_line(&text, NONCE, 3, "note y");
    text_add_string(&text, "\n");
    struct record record;
    record_read(&record, &text);
    assert_bad(&record, "line 3 came where line 1 belongs");
    assert_bad(&record, "missing: 2");
    assert_bad(&record, "damaged lines there: 2");
    assert_int_equal(record.count, 1);
    record_close(&record);
    text_free(&text);
}

static void damage_since_the_last_line_is_counted_by_itself(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "ROJ1 early\n");
    text_add_journal(&text, BEGIN);
    struct record record;
    record_open(&record);
    record_feed(&record, &text);
    assert_int_equal(record_counts(&record)->damaged, 1);
    assert_int_equal(record_counts(&record)->damaged_since_last, 0);
    journal_reader_feed(record.reader, "ROJ1 late\n", 10);
    assert_int_equal(record_counts(&record)->damaged, 2);
    assert_int_equal(record_counts(&record)->damaged_since_last, 1);
    assert_good(&record);
    record_close(&record);
    text_free(&text);
}

int test_journal_damage(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_changed_byte_makes_its_line_disappear),
        cmocka_unit_test(every_lost_byte_makes_its_line_disappear),
        cmocka_unit_test(a_damaged_start_hides_no_line_behind_it),
        cmocka_unit_test(a_prefix_inside_a_value_is_no_start),
        cmocka_unit_test(a_gap_tells_how_many_damaged_lines_lie_in_it),
        cmocka_unit_test(damage_since_the_last_line_is_counted_by_itself),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
