/* SPDX-License-Identifier: MIT */
/* The grammar of a line: what is an event, and what is none although its checksum is right. */
#include "journal_fixture.h"
#include "unit.h"

#include <stdio.h>

#define LONG32 "abcdefghijklmnopqrstuvwxyz012345"
#define LONG64 LONG32 LONG32
#define LONG160 LONG64 LONG64 LONG32

struct example {
    const char *body;
    const char *fault; /* part of the reason, or NULL for a line that is an event */
};

static const struct example examples[] = {
    {"note x", NULL},
    {"note x key=", NULL},
    {"note x key=%+", NULL},
    {"note x a0_=A.z_/,:+@-%20%25%3D%FF%0A", NULL},
    {"note fuse.Some-thing a=1 b=2 c=3 d=4 e=5 f=6 g=7 h=8 i=9 j=0 k=1 l=2 m=3 n=4 o=5 p=6", NULL},
    {"note x " LONG32 "=" LONG160 "%+", NULL},
    {"note " LONG64, NULL},
    {"fs unknown dev=1", NULL},
    {"fs fuse.a%20b+c:d%+ dev=1", NULL},
    {"enter rename from= to=", NULL},
    {"enter readdir", NULL},
    {"check x result=held", NULL},
    {"check x result=broken want=1 got=2 loss=1", NULL},
    {"fs a%2 dev=1", "broken %XX"},
    {"fs %+ dev=1", "subject"},
    {"fs  dev=1", "subject"},
    {"Note x", "event is unknown"},
    {"stop x", "event is unknown"},
    {" note x", "event is unknown"},
    {"note", "subject"},
    {"note ", "subject"},
    {"note  x", "subject"},
    {"note a/b", "subject"},
    {"note a%20b", "subject"},
    {"note " LONG64 "x", "subject"},
    {"note x ", "no '='"},
    {"note x  a=1", "no '='"},
    {"note x a", "no '='"},
    {"note x =1", "key"},
    {"note x A=1", "key"},
    {"note x a-b=1", "key"},
    {"note x " LONG32 "6=1", "key"},
    {"note x a=1 b=2 a=3", "twice"},
    {"note x a=1=2", "must be encoded"},
    {"note x a=[", "must be encoded"},
    {"note x a=\x7f", "must be encoded"},
    {"note x a=\x1b", "must be encoded"},
    {"note x a=\xff", "must be encoded"},
    {"note x a=#", "must be encoded"},
    {"note x a=%", "broken %XX"},
    {"note x a=%2", "broken %XX"},
    {"note x a=%2g", "broken %XX"},
    {"note x a=%2a", "broken %XX"},
    {"note x a=%+b", "broken %XX"},
    {"note x a=%00", "NUL"},
    {"note x a=%41", "needs no encoding"},
    {"note x a=" LONG160 "xyz", "too long"},
    {"note x a= b= c= d= e= f= g= h= i= j= k= l= m= n= o= p= q=", "too many"},
    {"enter rename", "from= and to="},
    {"enter rename from=/a", "from= and to="},
    {"enter rename to=/a", "from= and to="},
    {"leave rename", "ret="},
    {"leave rename ret=", "ret="},
    {"leave rename ret=-", "ret="},
    {"leave rename ret=0x1", "ret="},
    {"leave rename ret=-1 errno=17", "only one"},
    {"leave rename ret=-1 error=EEXIST", "only one"},
    {"leave rename ret=-1 errno=x error=EEXIST", "no number"},
    {"leave rename ret=-1 errno=00 error=E%3F", "no number of an error"},
    {"leave rename ret=0 error=EIO", "only one"},
    {"leave rename ret=0 errno=5 error=EIO", "and succeeded"},
    {"leave read ret=16 errno=5 error=EIO", "and succeeded"},
    {"leave rename ret=0 ret=-1", "twice"},
    {"check x", "result="},
    {"check x result=maybe", "result="},
    {"check x result=held result=broken want=1 got=2", "twice"},
    {"check x result=held want=1", "only a broken one"},
    {"check x result=held got=1", "only a broken one"},
    {"check x result=held loss=1", "only a broken one"},
    {"check x result=held late=7", "only a broken one"},
    {"check x result=broken loss=1 late=7 want=1 got=2", "both loss= and late="},
    {"check x result=broken", "want= and got="},
    {"check x result=broken want=1", "want= and got="},
    {"check x result=broken got=1", "want= and got="},
    {"end pass", "checks="},
    {"end pass checks=0", "checks="},
    {"end pass broken=0", "checks="},
    {"end pass checks=-1 broken=0", "checks="},
    {"end pass checks=2 broken=1", "pass with broken"},
    {"end good checks=0 broken=0", "pass, fail and unfit"},
};

static void read_body(struct record *record, const char *body)
{
    struct text text = {0};
    text_add_journal(&text, BEGIN, body);
    record_read(record, &text);
    text_free(&text);
}

static void examples_are_events_or_named_faults(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        struct record record;
        read_body(&record, examples[i].body);
        if (examples[i].fault == NULL) {
            assert_good(&record);
            assert_int_equal(record.count, 2);
            assert_int_equal(record_counts(&record)->damaged, 0);
        } else {
            assert_bad(&record, examples[i].fault);
            assert_int_equal(record.count, 1);
            assert_int_equal(record_counts(&record)->damaged, 1);
        }
        record_close(&record);
    }
}

static const struct example beginnings[] = {
    {"begin x build=0123456789abcdef bits=64", NULL},
    {"begin x bits=64", "build="},
    {"begin x build=0123456789abcde bits=64", "build="},
    {"begin x build=0123456789ABCDEF bits=64", "build="},
    {"begin x build=0123456789abcdef", "bits="},
    {"begin x build=0123456789abcdef bits=16", "bits="},
};

static void a_beginning_has_its_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        struct text text = {0};
        struct record record;
        text_add_journal(&text, beginnings[i].body);
        record_read(&record, &text);
        if (beginnings[i].fault == NULL)
            assert_good(&record);
        else
            assert_bad(&record, beginnings[i].fault);
        record_close(&record);
        text_free(&text);
    }
}

static void check_decoded(void *context, const struct journal_event *event)
{
    if (event->kind == JOURNAL_BEGIN) {
        assert_string_equal(journal_event_field(event, "bits"), "32");
        return;
    }
    assert_int_equal(event->kind, JOURNAL_NOTE);
    assert_int_equal(event->sequence, 1);
    assert_string_equal(event->subject, "name");
    assert_int_equal(event->field_count, 4);
    assert_string_equal(journal_event_field(event, "a"), "x y=%\n\xff");
    assert_string_equal(journal_event_field(event, "b"), "");
    assert_string_equal(journal_event_field(event, "c"), "cut");
    assert_string_equal(journal_event_field(event, "d"), "");
    assert_null(journal_event_field(event, "e"));
    assert_false(event->fields[0].clipped);
    assert_false(event->fields[1].clipped);
    assert_true(event->fields[2].clipped);
    assert_true(event->fields[3].clipped);
    assert_string_equal(event->text, "note name a=x%20y%3D%25%0A%FF b= c=cut%+ d=%+");
    *(bool *)context = true;
}

static void fields_are_decoded(void **state)
{
    (void)state;
    bool seen = false;
    struct error error = ERROR_INIT;
    struct journal_reader *reader = journal_reader_new(NONCE, check_decoded, &seen, &error);
    struct text text = {0};
    text_add_journal(&text, BEGIN, "note name a=x%20y%3D%25%0A%FF b= c=cut%+ d=%+");
    journal_reader_feed(reader, text.bytes, text.length);
    assert_true(seen);
    journal_reader_free(reader);
    text_free(&text);
}

static void sequence_numbers_have_one_form(void **state)
{
    (void)state;
    static const char *const numbers[] = {"00", "-1", "+0", "4294967296", "99999999999", "0x0", ""};
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        char frame[64]; /* the number stands where the nonce ends, so that the fixture can place it
                         */
        (void)snprintf(frame, sizeof frame, NONCE " %s %s", numbers[i], "note x");
        struct text text = {0};
        struct record record;
        text_add_line(&text, frame, 7, "a=1");
        record_read(&record, &text);
        assert_bad(&record, "sequence number");
        record_close(&record);
        text_free(&text);
    }
}

static void nonces_outside_the_format_are_refused(void **state)
{
    (void)state;
    static const char too_long[] = "012345678901234567890123456789012";
    const char *const nonces[] = {"", "0123456", too_long, "0123456G", "0123 567"};
    for (size_t i = 0; i < sizeof nonces / sizeof nonces[0]; i++) {
        struct error error = ERROR_INIT;
        assert_null(journal_reader_new(nonces[i], check_decoded, NULL, &error));
        assert_int_equal(error.code, ERROR_INTERNAL);
    }
}

int test_journal_grammar(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_events_or_named_faults),
        cmocka_unit_test(a_beginning_has_its_fields),
        cmocka_unit_test(fields_are_decoded),
        cmocka_unit_test(sequence_numbers_have_one_form),
        cmocka_unit_test(nonces_outside_the_format_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
