/* SPDX-License-Identifier: MIT */
/* Kernel log lines that land inside a line of the journal: what is put together again, and what
 * must not be. */
#include "journal_fixture.h"
#include "unit.h"

#include <stdio.h>

#define BODY "enter rename from=/tmp/a to=/tmp/b"

/** "ROJ1 ... #crc" of line 1. */
static void add_middle(struct text *text)
{
    text_add_line(text, NONCE, 1, BODY);
}

/** Line 0, then what `build` makes of line 1 cut at `cut`, then line 2. */
typedef void (*cut_builder)(struct text *text, const char *line, size_t cut, size_t length);

static void kernel_line(struct text *text, const char *line, size_t cut, size_t length)
{
    text_add(text, line, cut);
    text_add_string(text, "[ERROR][nvx::vfs] no such file\n");
    text_add(text, line + cut, length - cut);
}

static void kernel_line_with_crlf(struct text *text, const char *line, size_t cut, size_t length)
{
    text_add(text, line, cut);
    text_add_string(text, "[TRACE][nvx::panic] x\r\n");
    text_add(text, line + cut, length - cut);
}

static void empty_kernel_line(struct text *text, const char *line, size_t cut, size_t length)
{
    text_add(text, line, cut);
    text_add_string(text, "[INFO]\n");
    text_add(text, line + cut, length - cut);
}

static void three_kernel_lines(struct text *text, const char *line, size_t cut, size_t length)
{
    text_add(text, line, cut);
    text_add_string(text, "[FATAL] a\n[WARN] b [INFO] c\n[DEBUG]\n");
    text_add(text, line + cut, length - cut);
}

static void kernel_lines_at_two_places(struct text *text, const char *line, size_t cut,
                                       size_t length)
{
    size_t second = cut + (length - cut) / 2;
    text_add(text, line, cut);
    text_add_string(text, "[INFO] a\n");
    text_add(text, line + cut, second - cut);
    text_add_string(text, "[INFO] b\n");
    text_add(text, line + second, length - second);
}

static void kernel_line_that_shows_a_prefix(struct text *text, const char *line, size_t cut,
                                            size_t length)
{
    text_add(text, line, cut);
    text_add_string(text, "[TRACE] write(1, \"ROJ1 4f3a9c02b1d7e685 1 enter\") RO\n");
    text_add(text, line + cut, length - cut);
}

static void long_kernel_line(struct text *text, const char *line, size_t cut, size_t length)
{
    text_add(text, line, cut);
    text_add_string(text, "[INFO] ");
    for (int i = 0; i < 2000; i++)
        text_add_string(text, "ROJ kernel");
    text_add_string(text, "\n");
    text_add(text, line + cut, length - cut);
}

static void assert_repaired_at_every_byte(cut_builder build)
{
    struct text line = {0};
    add_middle(&line);
    for (size_t cut = 1; cut <= line.length; cut++) {
        struct text text = {0};
        text_add_journal(&text, BEGIN);
        build(&text, line.bytes, cut, line.length);
        text_add_string(&text, "\n");
        text_add_line(&text, NONCE, 2, "leave rename ret=0");
        text_add_string(&text, "\n");
        for (size_t piece = 1; piece <= text.length; piece += text.length - 1) {
            struct record record;
            record_open(&record);
            for (size_t at = 0; at < text.length; at += piece)
                journal_reader_feed(record.reader, text.bytes + at, piece);
            assert_string_equal(record_events(&record),
                                "0 " BEGIN "\n*1 " BODY "\n2 leave rename ret=0\n");
            assert_good(&record);
            assert_int_equal(record_counts(&record)->repaired, 1);
            record_close(&record);
        }
        text_free(&text);
    }
    text_free(&line);
}

static void a_kernel_line_at_every_byte(void **state)
{
    (void)state;
    assert_repaired_at_every_byte(kernel_line);
    assert_repaired_at_every_byte(kernel_line_with_crlf);
    assert_repaired_at_every_byte(empty_kernel_line);
}

static void several_kernel_lines_at_every_byte(void **state)
{
    (void)state;
    assert_repaired_at_every_byte(three_kernel_lines);
    assert_repaired_at_every_byte(kernel_lines_at_two_places);
}

static void kernel_lines_of_any_content_at_every_byte(void **state)
{
    (void)state;
    assert_repaired_at_every_byte(kernel_line_that_shows_a_prefix);
    assert_repaired_at_every_byte(long_kernel_line);
}

static void a_line_that_is_whole_counts_before_the_kernel_line_ends(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_line(&text, NONCE, 0, BEGIN);
    text_add_string(&text, "[INFO]");
    struct record record;
    record_open(&record);
    record_feed(&record, &text);
    assert_string_equal(record_events(&record), "*0 " BEGIN "\n");
    record_close(&record);
    text_free(&text);
}

static void a_line_inside_a_kernel_line_needs_no_repair(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "[INFO] the kernel says ");
    text_add_line(&text, NONCE, 0, BEGIN);
    text_add_string(&text, "\nand goes on\n");
    struct record record;
    record_read(&record, &text);
    assert_string_equal(record_events(&record), "0 " BEGIN "\n");
    assert_int_equal(record_counts(&record)->repaired, 0);
    assert_int_equal(record_counts(&record)->damaged, 0);
    record_close(&record);
    text_free(&text);
}

static void a_whole_line_behind_kernel_text_ends_the_repair(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "ROJ1 " NONCE " 0 begin tmp[INFO] the kernel ");
    text_add_line(&text, NONCE, 0, BEGIN);
    text_add_string(&text, "\n");
    struct record record;
    record_read(&record, &text);
    assert_string_equal(record_events(&record), "0 " BEGIN "\n");
    assert_int_equal(record_counts(&record)->damaged, 1);
    assert_int_equal(record_counts(&record)->repaired, 0);
    record_close(&record);
    text_free(&text);
}

static void the_next_line_is_not_swallowed(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_string(&text, "ROJ1 " NONCE " 0 begin tmp[INFO] x\n");
    text_add_good_journal(&text);
    struct record record;
    record_read(&record, &text);
    assert_good(&record);
    assert_int_equal(record.count, GOOD_LINES);
    assert_int_equal(record_counts(&record)->damaged, 1);
    assert_int_equal(record_counts(&record)->repaired, 0);
    record_close(&record);
    text_free(&text);
}

/* Each holds a %s for the first part of line 1 and one for the rest of it. */
static const char *const hopeless[] = {
    "%s\n%s\n",                        /* cut, and nothing of the kernel's there */
    "%sINFO x\n%s\n",                  /* no mark */
    "%s[info] x\n%s\n",                /* no mark of the kernel's */
    "%s[NOTE] x\n%s\n",                /* the same */
    "%s[INFO x]\n%s\n",                /* the same */
    "%s[INFO] x%s\n",                  /* the kernel's line does not end */
    "%s[INFO] x\n\n%s\n",              /* another line follows: joined once only */
    "%s[INFO] x\nhello\n%s\n",         /* the same */
    "%s[INFO] x\nhello[INFO] y\n%s\n", /* the same, before another kernel line */
    "%s[INFO] x\n %s\n",               /* a byte too many */
    "%s[INFO] x\n%s.\n",               /* the same, at the end */
    "%s\r[INFO] x\n%s\n",              /* the same, in the middle */
    "[INFO] x\n%s\nROJ1 %s\n",         /* the kernel's line lies before ours */
};

static void what_must_not_be_repaired(void **state)
{
    (void)state;
    struct text line = {0};
    add_middle(&line);
    for (size_t i = 0; i < sizeof hopeless / sizeof hopeless[0]; i++) {
        char head[64] = "";
        char rest[256];
        memcpy(head, line.bytes, 30);
        memcpy(rest, line.bytes + 30, line.length - 30 + 1);
        const char *format = hopeless[i];
        const char *second = strstr(strstr(format, "%s") + 2, "%s");
        struct text text = {0};
        text_add_journal(&text, BEGIN);
        text_add(&text, format, (size_t)(strstr(format, "%s") - format));
        text_add_string(&text, head);
        text_add(&text, strstr(format, "%s") + 2, (size_t)(second - strstr(format, "%s") - 2));
        text_add_string(&text, rest);
        text_add_string(&text, second + 2);
        struct record record;
        record_read(&record, &text);
        if (record.count != 1)
            fail_msg("example %zu was repaired", i);
        assert_in_range(record_counts(&record)->damaged, 1, 2);
        assert_int_equal(record_counts(&record)->repaired, 0);
        record_close(&record);
        text_free(&text);
    }
    text_free(&line);
}

static void a_changed_byte_is_not_repaired_away(void **state)
{
    (void)state;
    struct text line = {0};
    add_middle(&line);
    for (size_t at = 0; at < line.length; at++) {
        struct text text = {0};
        text_add_journal(&text, BEGIN);
        size_t start = text.length;
        kernel_line(&text, line.bytes, 20, line.length);
        text_add_string(&text, "\n");
        size_t mark = strlen("[ERROR][nvx::vfs] no such file\n");
        text.bytes[start + (at < 20 ? at : at + mark)] ^= 1;
        struct record record;
        record_read(&record, &text);
        assert_int_equal(record.count, 1);
        assert_int_equal(record_counts(&record)->repaired, 0);
        record_close(&record);
        text_free(&text);
    }
    text_free(&line);
}

static void a_repaired_line_must_follow_in_order(void **state)
{
    (void)state;
    struct text line = {0};
    struct text text = {0};
    text_add_line(&line, NONCE, 2, "note x");
    text_add_journal(&text, BEGIN);
    kernel_line(&text, line.bytes, 20, line.length);
    text_add_string(&text, "\n");
    struct record record;
    record_read(&record, &text);
    assert_bad(&record, "gap: line 2");
    record_close(&record);
    text_free(&text);
    text_free(&line);

    text_add_line(&line, "00000000", 0, BEGIN);
    kernel_line(&text, line.bytes, 20, line.length);
    text_add_string(&text, "\n");
    record_read(&record, &text);
    assert_bad(&record, "another run");
    record_close(&record);
    text_free(&text);
    text_free(&line);
}

static void a_repair_at_the_end_of_the_stream(void **state)
{
    (void)state;
    struct text line = {0};
    add_middle(&line);
    for (size_t cut = 1; cut < line.length; cut++) {
        struct text text = {0};
        struct record record;
        text_add_journal(&text, BEGIN);
        kernel_line(&text, line.bytes, cut, line.length); /* and no LF */
        record_read(&record, &text);
        assert_int_equal(record.count, 2);
        record_close(&record);
        text_free(&text);

        text_add_journal(&text, BEGIN);
        text_add(&text, line.bytes, cut);
        text_add_string(&text, "[ERROR] the guest's last");
        record_read(&record, &text);
        assert_int_equal(record.count, 1);
        assert_int_equal(record_counts(&record)->damaged, cut < 5 ? 0 : 1);
        record_close(&record);
        text_free(&text);
    }
    text_free(&line);
}

int test_journal_repair(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kernel_line_at_every_byte),
        cmocka_unit_test(several_kernel_lines_at_every_byte),
        cmocka_unit_test(kernel_lines_of_any_content_at_every_byte),
        cmocka_unit_test(a_line_that_is_whole_counts_before_the_kernel_line_ends),
        cmocka_unit_test(a_line_inside_a_kernel_line_needs_no_repair),
        cmocka_unit_test(a_whole_line_behind_kernel_text_ends_the_repair),
        cmocka_unit_test(the_next_line_is_not_swallowed),
        cmocka_unit_test(what_must_not_be_repaired),
        cmocka_unit_test(a_changed_byte_is_not_repaired_away),
        cmocka_unit_test(a_repaired_line_must_follow_in_order),
        cmocka_unit_test(a_repair_at_the_end_of_the_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
