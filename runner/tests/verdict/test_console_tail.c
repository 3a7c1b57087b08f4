/* SPDX-License-Identifier: MIT */
/* The last lines of the console, fit to be shown, without the journal. */
#include "journal_fixture.h"
#include "run/cell/console_tail.h"
#include "unit.h"

#include <stdio.h>

/** Feeds `text` in pieces and joins the lines that come out with '|'. */
static void read_tail(const struct text *text, size_t piece, struct text *joined)
{
    struct error error = ERROR_INIT;
    struct console_tail *tail = console_tail_new(&error);
    assert_non_null(tail);
    for (size_t at = 0; at < text->length; at += piece)
        console_tail_feed(tail, text->bytes + at,
                          text->length - at < piece ? text->length - at : piece);
    console_tail_finish(tail);
    text_add_string(joined, "");
    for (size_t i = 0; i < console_tail_count(tail); i++) {
        if (i > 0)
            text_add_string(joined, "|");
        text_add_string(joined, console_tail_line(tail, i));
    }
    console_tail_free(tail);
}

static void assert_tail(struct text *text, const char *expected)
{
    for (size_t piece = 1; piece <= text->length; piece++) {
        struct text joined = {0};
        read_tail(text, piece, &joined);
        assert_string_equal(joined.bytes, expected);
        text_free(&joined);
    }
    text_free(text);
}

static void lines_of_text_come_out(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "one\ntwo\r\n\n\r\r\nROJ thr\ree\r\r\n\x1b[1mfour");
    text_add(&text, "\0!\0", 3);
    assert_tail(&text, "one|two|ROJ thr\\x0Dee|\\x1B[1mfour!");
}

static void the_journal_is_left_out(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "booted\n");
    text_add_good_journal(&text);
    text_add_string(&text, "ROROJ1login: ");
    text_add_line(&text, "00000000", 12, "note x"); /* another run's is a journal too */
    text_add_string(&text, "\r\nhalted");
    assert_tail(&text, "booted|ROROJ1login: |halted");
}

static void damaged_lines_of_the_journal_stay(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "ROJ1 " NONCE " 7 note x #00000000\nROJ1 ROJ1 ");
    text_add_line(&text, NONCE, 0, BEGIN);
    text_add_string(&text, "\nROJ1 " NONCE " 8 en[INFO] x\nter ROJ1 ");
    assert_tail(&text, "ROJ1 " NONCE " 7 note x #00000000|ROJ1 ROJ1 |ROJ1 " NONCE
                       " 8 en[INFO] x|ter ROJ1 ");
}

static void only_the_last_lines_are_kept(void **state)
{
    (void)state;
    struct text text = {0};
    struct text expected = {0};
    for (int i = 0; i < 100; i++) {
        char line[16];
        (void)snprintf(line, sizeof line, "%d\n", i);
        text_add_string(&text, line);
        if (i >= 100 - CONSOLE_TAIL_LINES) {
            line[strlen(line) - 1] = i < 99 ? '|' : '\0';
            text_add_string(&expected, line);
        }
    }
    assert_tail(&text, expected.bytes);
    text_free(&expected);
}

static void a_line_is_cut_at_its_width(void **state)
{
    (void)state;
    for (size_t length = CONSOLE_TAIL_WIDTH - 1; length < 600; length++) {
        struct text text = {0};
        for (size_t i = 0; i < length; i++)
            text_add_string(&text, "x");
        struct text joined = {0};
        read_tail(&text, 100, &joined);
        if (length <= CONSOLE_TAIL_WIDTH)
            assert_string_equal(joined.bytes, text.bytes);
        else
            assert_string_equal(joined.bytes + CONSOLE_TAIL_WIDTH - 6, "x[...]");
        text_free(&joined);
        text_free(&text);
    }
}

static void a_flood_without_line_ends_is_one_line(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    struct console_tail *tail = console_tail_new(&error);
    for (int i = 0; i < 100000; i++)
        console_tail_feed(tail, "ROJ1 aaaaaaaa 0 note ", 21);
    assert_int_equal(console_tail_count(tail), 0);
    console_tail_finish(tail);
    assert_int_equal(console_tail_count(tail), 1);
    assert_int_equal(strlen(console_tail_line(tail, 0)), CONSOLE_TAIL_WIDTH);
    console_tail_feed(tail, "more\n", 5);
    assert_string_equal(console_tail_line(tail, 1), "more");
    console_tail_free(tail);
}

static void a_journal_line_behind_a_flood_is_left_out(void **state)
{
    (void)state;
    struct text text = {0};
    for (int i = 0; i < 1000; i++)
        text_add_string(&text, "ROJ1 x");
    text_add_line(&text, NONCE, 0, BEGIN);
    text_add_string(&text, "\nend\n");
    struct text joined = {0};
    read_tail(&text, 7, &joined);
    assert_int_equal(joined.length, CONSOLE_TAIL_WIDTH + strlen("|end"));
    assert_null(strstr(joined.bytes, "begin"));
    text_free(&joined);
    text_free(&text);
}

int test_console_tail(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_of_text_come_out),
        cmocka_unit_test(the_journal_is_left_out),
        cmocka_unit_test(damaged_lines_of_the_journal_stay),
        cmocka_unit_test(only_the_last_lines_are_kept),
        cmocka_unit_test(a_line_is_cut_at_its_width),
        cmocka_unit_test(a_flood_without_line_ends_is_one_line),
        cmocka_unit_test(a_journal_line_behind_a_flood_is_left_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
