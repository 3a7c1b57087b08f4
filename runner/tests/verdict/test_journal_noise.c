/* SPDX-License-Identifier: MIT */
/* Any amount of any noise is passed over, in time that grows with it and no faster. */
#include "journal_fixture.h"
#include "unit.h"

#include <time.h>

#define MEGABYTE ((size_t)1 << 20)

/* A sanitizer sees in a tenth of it what it can see; the plain build shows the time. */
#if defined(__SANITIZE_ADDRESS__)
#define LARGE MEGABYTE
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LARGE MEGABYTE
#endif
#endif
#ifndef LARGE
#define LARGE (10 * MEGABYTE)
#endif

static const char *const units[] = {
    "x",
    "R",
    "\n",
    "\r\n",
    "ROJ1 ",
    "ROJ1 \n",
    "RO[INFO]\n",
    "R[ERR",
    "ROJ1 aaaaaaaa 0 end ",
    "ROJ1 aaaaaaaa 0 note x #00000000",
    "ROJ1 aaaaaaaa 0 note x #00000000\n",
    "ROJ1 aaaaaaaa 0 note x #00000000[INFO]\n",
    "ROJ1 aaaaaaaa 0 note x[INFO] ROJ1 ",
    "[INFO]\n",
    " #00000000[INFO]\n",
    "usb 1-1: new device found, idVendor=0951 ROJ1\r\n",
};
#define UNIT_COUNT (sizeof units / sizeof units[0])

static void fill(struct text *text, const char *unit, size_t length)
{
    size_t step = strlen(unit);
    text->bytes = malloc(length + 1);
    assert_non_null(text->bytes);
    for (size_t i = 0; i < length; i++)
        text->bytes[i] = unit[i % step];
    text->length = length;
    text->room = length + 1;
}

static double cpu_seconds(void)
{
    struct timespec now;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A journal in the middle of noise is read, with and without a line end between them. */
static void a_journal_inside_noise_is_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        struct text noise = {0};
        struct text journal = {0};
        fill(&noise, units[i], MEGABYTE / 8);
        text_add_good_journal(&journal);
        struct record record;
        record_open(&record);
        record_feed(&record, &noise);
        record_feed(&record, &journal);
        record_feed(&record, &noise);
        journal_reader_finish(record.reader);
        assert_int_equal(record.count, GOOD_LINES);
        assert_good(&record);
        assert_int_equal(record_counts(&record)->noise_bytes, 2 * noise.length);
        record_close(&record);
        text_free(&noise);
        text_free(&journal);
    }
}

/* Between any two lines of a journal there may be whole lines of noise. */
static void noise_lines_between_the_lines_change_nothing(void **state)
{
    (void)state;
    struct text journal = {0};
    text_add_good_journal(&journal);
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        struct text noise = {0};
        fill(&noise, units[i], 1000);
        noise.bytes[noise.length - 1] = '\n';
        struct record record;
        record_open(&record);
        for (const char *line = journal.bytes; *line != '\0'; line = strchr(line, '\n') + 1) {
            record_feed(&record, &noise);
            journal_reader_feed(record.reader, line, (size_t)(strchr(line, '\n') - line) + 1);
        }
        assert_int_equal(record.count, GOOD_LINES);
        assert_good(&record);
        record_close(&record);
        text_free(&noise);
    }
    text_free(&journal);
}

/* Ten megabytes, whatever they are made of. The bound is fifty times what was measured for the
 * worst unit on a slow machine; a reader that is quadratic in its input needs hours. */
static void ten_megabytes_of_any_noise_take_little_time(void **state)
{
    (void)state;
    for (size_t i = 0; i < UNIT_COUNT; i++) {
        struct text noise = {0};
        fill(&noise, units[i], LARGE);
        struct record record;
        double start = cpu_seconds();
        record_read(&record, &noise);
        double spent = cpu_seconds() - start;
        print_message("%8.1f MB/s of unit %zu\n", (double)LARGE / 1e6 / spent, i);
        assert_true(spent < 60);
        assert_int_equal(record.count, 0);
        assert_int_equal(record_counts(&record)->lines, 0);
        assert_int_equal(record_counts(&record)->noise_bytes, noise.length);
        record_close(&record);
        text_free(&noise);
    }
}

static void ten_megabytes_of_journal_are_read(void **state)
{
    (void)state;
    struct text all = {0};
    text_add_journal(&all, BEGIN);
    unsigned long sequence = 1;
    for (; all.length < LARGE; sequence++) {
        text_add_line(&all, NONCE, sequence,
                      sequence % 2 != 0 ? "enter rename from=/tmp/s/a to=/tmp/s/b"
                                        : "leave rename ret=0");
        text_add_string(&all, "\n");
    }
    struct record record;
    record_open(&record);
    double start = cpu_seconds();
    record_feed(&record, &all);
    print_message("%8.1f MB/s of journal\n", (double)all.length / 1e6 / (cpu_seconds() - start));
    assert_good(&record);
    assert_int_equal(record_counts(&record)->lines, sequence);
    assert_int_equal(record_counts(&record)->noise_bytes, 0);
    record_close(&record);
    text_free(&all);
}

int test_journal_noise(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_journal_inside_noise_is_read),
        cmocka_unit_test(noise_lines_between_the_lines_change_nothing),
        cmocka_unit_test(ten_megabytes_of_any_noise_take_little_time),
        cmocka_unit_test(ten_megabytes_of_journal_are_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
