/* SPDX-License-Identifier: MIT */
/* The line in which a kernel or a daemon says that it panicked, and what follows it. */
#include "journal_fixture.h"
#include "run/cell/panic_watch.h"
#include "unit.h"

#include <stdio.h>

static struct panic_watch *open_nanvix(void)
{
    struct error error = ERROR_INIT;
    struct panic_watch *watch =
        panic_watch_new(panic_patterns_nanvix, panic_patterns_nanvix_count, &error);
    assert_non_null(watch);
    return watch;
}

static struct panic_watch *open_linux(void)
{
    struct error error = ERROR_INIT;
    struct panic_watch *watch =
        panic_watch_new(panic_patterns_linux, panic_patterns_linux_count, &error);
    assert_non_null(watch);
    return watch;
}

static void feed(struct panic_watch *watch, const char *text, size_t piece)
{
    size_t length = strlen(text);
    for (size_t at = 0; at < length; at += piece)
        panic_watch_feed(watch, text + at, length - at < piece ? length - at : piece);
}

static const char linux_text[] =
    "Linux version 6.1\n"
    "Kernel panic is configured\n"
    "[    0.31] Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000100\r\n"
    "CPU: 0 PID: 1 Comm: init Not tainted\r\n"
    "\r\n"
    "Stack:\x1b[0m\r\n";

static void a_linux_panic_is_kept_with_what_follows(void **state)
{
    (void)state;
    for (size_t piece = 1; piece < sizeof linux_text; piece++) {
        struct panic_watch *watch = open_linux();
        feed(watch, linux_text, piece);
        assert_true(panic_watch_seen(watch));
        assert_int_equal(panic_watch_count(watch), 3);
        assert_string_equal(panic_watch_line(watch, 0),
                            "[    0.31] Kernel panic - not syncing: Attempted to kill init! "
                            "exitcode=0x00000100");
        assert_string_equal(panic_watch_line(watch, 1), "CPU: 0 PID: 1 Comm: init Not tainted");
        assert_string_equal(panic_watch_line(watch, 2), "Stack:\\x1B[0m");
        panic_watch_free(watch);
    }
}

static void nanvix_panics_are_recognized(void **state)
{
    (void)state;
    static const char *const lines[] = {
        "[TRACE][nvx::panic] thread 0",
        "[FATAL] out of memory",
        "thread 'main' panicked at src/linuxd/rename.rs:12:5:",
    };
    for (size_t i = 0; i < 3; i++) {
        struct panic_watch *watch = open_nanvix();
        feed(watch, "[ERROR][vfs] failed\n", 20);
        assert_false(panic_watch_seen(watch));
        feed(watch, lines[i], 1);
        assert_false(panic_watch_seen(watch));
        panic_watch_finish(watch);
        assert_int_equal(panic_watch_count(watch), 1);
        assert_string_equal(panic_watch_line(watch, 0), lines[i]);
        panic_watch_free(watch);
    }
}

static void what_is_no_panic_is_not_taken_for_one(void **state)
{
    (void)state;
    static const char text[] =
        "[TRACE][nvx::panics]\n[fatal]\nFATAL\npanicked atoms\npanicked\nat x\n"
        "Kernel panic\n";
    struct panic_watch *nanvix = open_nanvix();
    struct panic_watch *linux_watch = open_linux();
    feed(nanvix, text, 5);
    feed(linux_watch, text, 5);
    panic_watch_finish(nanvix);
    panic_watch_finish(linux_watch);
    assert_int_equal(panic_watch_count(nanvix), 0);
    assert_int_equal(panic_watch_count(linux_watch), 0);
    panic_watch_free(nanvix);
    panic_watch_free(linux_watch);
}

static void a_journal_line_is_never_a_panic(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_journal(&text, "enter rename from=/tmp/Kernel%20panic%20-%20not%20syncing to=a",
                     "note panicked%20at a=%5BFATAL%5D");
    struct panic_watch *watch = open_nanvix();
    panic_watch_feed(watch, text.bytes, text.length);
    assert_false(panic_watch_seen(watch));
    panic_watch_free(watch);
    text_free(&text);
}

static void ten_lines_follow_and_no_more(void **state)
{
    (void)state;
    struct panic_watch *watch = open_nanvix();
    feed(watch, "[FATAL] first\n", 100);
    for (int i = 0; i < 1000; i++)
        feed(watch, i % 2 != 0 ? "[FATAL] again\n" : "flood\n", 100);
    feed(watch, "unfinished", 100);
    panic_watch_finish(watch);
    assert_int_equal(panic_watch_count(watch), 1 + PANIC_WATCH_FOLLOWING);
    assert_string_equal(panic_watch_line(watch, 0), "[FATAL] first");
    assert_string_equal(panic_watch_line(watch, 10), "[FATAL] again");
    panic_watch_free(watch);
}

/* A program that never ends its line does not hide the panic, wherever it stands. */
static void a_panic_behind_a_flood_is_found(void **state)
{
    (void)state;
    for (size_t lead = 0; lead < 2500; lead++) {
        struct panic_watch *watch = open_linux();
        for (size_t i = 0; i < lead; i++)
            panic_watch_feed(watch, "x", 1);
        feed(watch, "Kernel panic - not syncing: oops", 7);
        for (size_t i = 0; i < 2000; i++)
            panic_watch_feed(watch, "y", 1);
        feed(watch, "\nStack:\n", 7);
        assert_int_equal(panic_watch_count(watch), 2);
        assert_non_null(strstr(panic_watch_line(watch, 0), "Kernel panic - not syncing: oopsy"));
        if (lead > 1024)
            assert_memory_equal(panic_watch_line(watch, 0), "[...]", 5);
        assert_string_equal(panic_watch_line(watch, 1), "Stack:");
        panic_watch_free(watch);
    }
}

static void a_long_line_after_the_panic_is_one_line(void **state)
{
    (void)state;
    struct panic_watch *watch = open_nanvix();
    feed(watch, "[FATAL]\n", 100);
    for (size_t i = 0; i < 100000; i++)
        feed(watch, "flood ", 6);
    assert_int_equal(panic_watch_count(watch), 2);
    feed(watch, "\n\nend", 6);
    panic_watch_finish(watch);
    assert_int_equal(panic_watch_count(watch), 3);
    assert_string_equal(panic_watch_line(watch, 2), "end");
    panic_watch_free(watch);
}

static void bad_patterns_are_refused(void **state)
{
    (void)state;
    char too_long[PANIC_PATTERN_MAX + 2];
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *const patterns[] = {"", "a\nb", too_long};
    for (size_t i = 0; i < 3; i++) {
        struct error error = ERROR_INIT;
        assert_null(panic_watch_new(patterns + i, 1, &error));
        assert_int_equal(error.code, ERROR_INPUT);
    }
    struct error error = ERROR_INIT;
    const char *const longest[] = {too_long + 1};
    struct panic_watch *watch = panic_watch_new(longest, 1, &error);
    for (size_t i = 0; i < 3000 - PANIC_PATTERN_MAX; i++)
        feed(watch, "y", 1);
    feed(watch, too_long + 1, 1);
    panic_watch_finish(watch);
    assert_true(panic_watch_seen(watch));
    panic_watch_free(watch);
}

int test_panic_watch(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_linux_panic_is_kept_with_what_follows),
        cmocka_unit_test(nanvix_panics_are_recognized),
        cmocka_unit_test(what_is_no_panic_is_not_taken_for_one),
        cmocka_unit_test(a_journal_line_is_never_a_panic),
        cmocka_unit_test(ten_lines_follow_and_no_more),
        cmocka_unit_test(a_panic_behind_a_flood_is_found),
        cmocka_unit_test(a_long_line_after_the_panic_is_one_line),
        cmocka_unit_test(bad_patterns_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
