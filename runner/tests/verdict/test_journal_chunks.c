/* SPDX-License-Identifier: MIT */
/* However the bytes are cut into pieces, and whatever stands at the ends of lines, the events are
 * the same. */
#include "journal_fixture.h"
#include "unit.h"

static const char expected[] = "0 " BEGIN "\n"
                               "1 fs vfat dev=65024 source=/dev/ubda mount=/tmp\n"
                               "2 enter rename from=/tmp/a%20b to=/tmp/b\n"
                               "3 leave rename ret=0\n"
                               "4 check old_name_gone result=held\n"
                               "5 end pass checks=1 broken=0\n";

static void assert_whole(const struct record *record)
{
    assert_string_equal(record_events(record), expected);
    assert_good(record);
    assert_int_equal(record_counts(record)->lines, GOOD_LINES);
    assert_int_equal(record_counts(record)->damaged, 0);
    assert_int_equal(record_counts(record)->repaired, 0);
}

static void split_in_two_at_every_byte(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "booting ROJ\n");
    text_add_good_journal(&text);
    for (size_t cut = 0; cut <= text.length; cut++) {
        struct record record;
        record_open(&record);
        journal_reader_feed(record.reader, text.bytes, cut);
        journal_reader_feed(record.reader, text.bytes + cut, text.length - cut);
        assert_whole(&record);
        assert_int_equal(record_counts(&record)->noise_bytes, strlen("booting ROJ\n"));
        record_close(&record);
    }
    text_free(&text);
}

static void fed_in_equal_pieces(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_good_journal(&text);
    for (size_t piece = 1; piece < 70; piece++) {
        struct record record;
        record_open(&record);
        for (size_t at = 0; at < text.length; at += piece) {
            size_t left = text.length - at;
            journal_reader_feed(record.reader, text.bytes + at, left < piece ? left : piece);
        }
        assert_whole(&record);
        record_close(&record);
    }
    text_free(&text);
}

static void a_line_counts_with_its_lf_and_not_before(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_line(&text, NONCE, 0, BEGIN);
    struct record record;
    record_open(&record);
    record_feed(&record, &text);
    assert_int_equal(record.count, 0);
    assert_int_equal(record_counts(&record)->noise_bytes, 0);
    journal_reader_feed(record.reader, "\n", 1);
    assert_int_equal(record.count, 1);
    record_close(&record);
    text_free(&text);
}

static void a_last_line_without_lf_counts_at_the_end(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_good_journal(&text);
    text.length--;
    struct record record;
    record_read(&record, &text);
    assert_whole(&record);
    journal_reader_finish(record.reader);
    record_feed(&record, &text);
    assert_whole(&record);
    record_close(&record);
    text_free(&text);
}

static void a_cut_last_line_is_damaged_at_the_end(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_good_journal(&text);
    text.length -= 2;
    struct record record;
    record_open(&record);
    record_feed(&record, &text);
    assert_int_equal(record_counts(&record)->damaged, 0);
    journal_reader_finish(record.reader);
    assert_int_equal(record.count, GOOD_LINES - 1);
    assert_int_equal(record_counts(&record)->damaged, 1);
    assert_int_equal(record_counts(&record)->damaged_since_last, 1);
    assert_good(&record);
    record_close(&record);
    text_free(&text);
}

/** Reads a good journal with `extra` put before every byte that `before` says yes to. */
static void read_with(const char *extra, size_t length, char before)
{
    struct text plain = {0};
    struct text text = {0};
    text_add_good_journal(&plain);
    for (size_t i = 0; i < plain.length; i++) {
        if (before == '\0' || plain.bytes[i] == before)
            text_add(&text, extra, length);
        text_add(&text, plain.bytes + i, 1);
    }
    struct record record;
    record_read(&record, &text);
    assert_whole(&record);
    assert_int_equal(record_counts(&record)->noise_bytes, text.length - plain.length);
    record_close(&record);
    text_free(&plain);
    text_free(&text);
}

static void crlf_and_more_crs_end_a_line(void **state)
{
    (void)state;
    read_with("\r", 1, '\n');
    read_with("\r\r\r", 3, '\n');
}

static void nul_bytes_anywhere_are_passed_over(void **state)
{
    (void)state;
    read_with("\0", 1, '\0');
    read_with("\0\0\0", 3, '\0');
}

static void a_line_follows_other_text_on_its_line(void **state)
{
    (void)state;
    read_with("login: ", 7, 'R');
    read_with("RROROJROJ1", 10, 'R');
    read_with("\x1b[0m\xff\xfe", 6, 'R');
}

static void the_longest_line_is_read_and_no_longer_one(void **state)
{
    (void)state;
    for (size_t length = 478; length <= 481; length++) { /* with its LF */
        struct text text = {0};
        char body[480] = "note long";
        size_t frame = strlen("ROJ1 " NONCE " 1 ") + strlen(" #01234567\n");
        size_t used = strlen(body);
        for (int field = 0; used < length - frame; field++) {
            body[used++] = ' ';
            body[used++] = (char)('a' + field);
            body[used++] = '=';
            for (size_t i = 0; i < 133 && used < length - frame; i++)
                body[used++] = 'x';
        }
        body[used] = '\0';
        assert_int_equal(used, length - frame);
        text_add_line(&text, NONCE, 0, BEGIN);
        text_add_string(&text, "\n");
        text_add_line(&text, NONCE, 1, body);
        text_add_string(&text, "\r\r\n");
        struct record record;
        record_read(&record, &text);
        assert_int_equal(record.count, length <= 480 ? 2 : 1);
        assert_int_equal(record_counts(&record)->damaged, length <= 480 ? 0 : 1);
        record_close(&record);
        text_free(&text);
    }
}

int test_journal_chunks(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(split_in_two_at_every_byte),
        cmocka_unit_test(fed_in_equal_pieces),
        cmocka_unit_test(a_line_counts_with_its_lf_and_not_before),
        cmocka_unit_test(a_last_line_without_lf_counts_at_the_end),
        cmocka_unit_test(a_cut_last_line_is_damaged_at_the_end),
        cmocka_unit_test(crlf_and_more_crs_end_a_line),
        cmocka_unit_test(nul_bytes_anywhere_are_passed_over),
        cmocka_unit_test(a_line_follows_other_text_on_its_line),
        cmocka_unit_test(the_longest_line_is_read_and_no_longer_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
