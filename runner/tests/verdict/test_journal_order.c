/* SPDX-License-Identifier: MIT */
/* A journal is good only if every line of it is there once, in an order that a probe can write. */
#include "journal_fixture.h"
#include "unit.h"

struct numbered {
    unsigned long sequence;
    const char *body;
    const char *nonce; /* NULL for the right one */
};

struct example {
    struct numbered lines[8];
    const char *reason; /* part of it; NULL for a good journal */
    size_t events;      /* handed out */
};

#define ENTER "enter rename from=a to=b"
#define LEAVE "leave rename ret=0"
#define HELD "check x result=held"
#define BROKEN "check x result=broken want=1 got=2"
#define END "end pass checks=0 broken=0"

static const struct example examples[] = {
    {{{0, BEGIN, 0}, {1, ENTER, 0}}, NULL, 2},
    {{{0, BEGIN, 0}, {1, END, 0}}, NULL, 2},
    {{{0, BEGIN, 0}, {1, HELD, 0}, {2, BROKEN, 0}, {3, "end fail checks=2 broken=1", 0}}, NULL, 4},
    {{{0, BEGIN, 0}, {1, "end unfit checks=0 broken=0", 0}}, NULL, 2},
    /* numbers */
    {{{1, BEGIN, 0}}, "gap: line 1 came where line 0 belongs", 0},
    {{{0, BEGIN, 0}, {2, ENTER, 0}, {3, LEAVE, 0}}, "gap: line 2 came where line 1 belongs", 1},
    {{{0, BEGIN, 0}, {4294967295, ENTER, 0}}, "lines missing: 4294967294", 1},
    {{{0, BEGIN, 0}, {0, BEGIN, 0}}, "repeat: line 0 came again", 1},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {1, ENTER, 0}}, "repeat: line 1 came again", 2},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, LEAVE, 0}, {1, ENTER, 0}}, "where line 3 belongs", 3},
    /* nonces */
    {{{0, BEGIN, "00000000"}}, "another run: its nonce is 00000000, not " NONCE, 0},
    {{{0, BEGIN, 0}, {1, ENTER, "4f3a9c02b1d7e686"}}, "another run", 1},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, "gibberish", "4f3a9c02b1d7e686"}}, "another run", 2},
    {{{0, BEGIN, 0}, {1, ENTER, NONCE "0"}}, "another run", 1},
    {{{0, BEGIN, 0}, {1, END, 0}, {7, END, "00000000"}}, "another run", 2},
    /* order */
    {{{0, ENTER, 0}}, "the first line is not begin", 0},
    {{{0, BEGIN, 0}, {1, BEGIN, 0}}, "begins a second time", 1},
    {{{0, BEGIN, 0}, {1, "fs a", 0}, {2, "fs a", 0}}, "a file system a second time", 2},
    {{{0, BEGIN, 0}, {1, LEAVE, 0}}, "leaves rename, and no call was entered", 1},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, LEAVE, 0}, {3, LEAVE, 0}}, "no call was entered", 3},
    {{{0, BEGIN, 0}, {1, "enter open path=a", 0}, {2, LEAVE, 0}}, "and open was entered", 2},
    {{{0, BEGIN, 0}, {1, "enter open path=a", 0}, {2, ENTER, 0}}, "while open was out", 2},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, HELD, 0}}, "while rename was out", 2},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, "note x", 0}}, "while rename was out", 2},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, "fs a", 0}}, "while rename was out", 2},
    {{{0, BEGIN, 0}, {1, ENTER, 0}, {2, END, 0}}, "while rename was out", 2},
    {{{0, BEGIN, 0}, {1, END, 0}, {2, "note x", 0}}, "after the end", 2},
    {{{0, BEGIN, 0}, {1, END, 0}, {2, END, 0}}, "after the end", 2},
    /* what the end counts */
    {{{0, BEGIN, 0}, {1, "end pass checks=1 broken=0", 0}}, "end counts 1 checks", 1},
    {{{0, BEGIN, 0}, {1, HELD, 0}, {2, END, 0}}, "the journal holds 1 and 0", 2},
    {{{0, BEGIN, 0}, {1, BROKEN, 0}, {2, "end pass checks=1 broken=0", 0}}, "holds 1 and 1", 2},
    {{{0, BEGIN, 0}, {1, HELD, 0}, {2, "end fail checks=1 broken=1", 0}}, "holds 1 and 0", 2},
};

static void examples_are_good_or_bad_for_their_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct text text = {0};
        for (const struct numbered *line = examples[i].lines; line->body != NULL; line++) {
            text_add_line(&text, line->nonce == NULL ? NONCE : line->nonce, line->sequence,
                          line->body);
            text_add_string(&text, "\n");
        }
        struct record record;
        record_read(&record, &text);
        if (examples[i].reason == NULL)
            assert_good(&record);
        else
            assert_bad(&record, examples[i].reason);
        if (record.count != examples[i].events)
            fail_msg("example %zu hands out %zu events", i, record.count);
        assert_int_equal(record_counts(&record)->damaged, 0);
        record_close(&record);
        text_free(&text);
    }
}

static void the_first_reason_stays_and_nothing_more_is_handed_out(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_line(&text, NONCE, 3, "note x");
    text_add_string(&text, "\n");
    text_add_good_journal(&text);
    struct record record;
    record_read(&record, &text);
    assert_bad(&record, "gap: line 3");
    assert_int_equal(record.count, 0);
    assert_int_equal(record_counts(&record)->lines, 1 + GOOD_LINES);
    record_close(&record);
    text_free(&text);
}

static void a_good_journal_twice_is_bad(void **state)
{
    (void)state;
    struct text text = {0};
    text_add_good_journal(&text);
    text_add_good_journal(&text);
    struct record record;
    record_read(&record, &text);
    assert_bad(&record, "repeat: line 0");
    record_close(&record);
    text_free(&text);
}

int test_journal_order(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_good_or_bad_for_their_reason),
        cmocka_unit_test(the_first_reason_stays_and_nothing_more_is_handed_out),
        cmocka_unit_test(a_good_journal_twice_is_bad),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
