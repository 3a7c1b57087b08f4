/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_FIXTURE_H
#define RO_JOURNAL_FIXTURE_H

#include "verdict/journal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NONCE "4f3a9c02b1d7e685"
#define BEGIN "begin tmp_root_sibling build=0123456789abcdef bits=32"

/** A growing piece of console text; release it with text_free. */
struct text {
    char *bytes;
    size_t length;
    size_t room;
};

void text_free(struct text *text);
void text_add(struct text *text, const void *bytes, size_t length);
void text_add_string(struct text *text, const char *string);

/** Adds "ROJ1 NONCE SEQUENCE BODY #crc" without an LF. */
void text_add_line(struct text *text, const char *nonce, unsigned long sequence, const char *body);

/** The same for NONCE, each with an LF, numbered as they come: text_add_journal(&text, BODY...). */
void text_add_bodies(struct text *text, const char *const *bodies, size_t count);
#define text_add_journal(text, ...)                                                                \
    text_add_bodies(text, (const char *const[]){__VA_ARGS__},                                      \
                    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

/** A whole good journal of a passing rename. */
void text_add_good_journal(struct text *text);
#define GOOD_LINES 6

/** What a reader said, kept beyond the handler: "SEQUENCE TEXT" lines, '*' first when repaired. */
struct record {
    struct journal_reader *reader;
    struct text events;
    size_t count;
};

void record_open(struct record *record);
void record_close(struct record *record);
void record_feed(struct record *record, const struct text *text);

/** Feeds the whole of `text` to a fresh record and finishes. */
void record_read(struct record *record, const struct text *text);

const struct journal_counts *record_counts(const struct record *record);
const char *record_events(const struct record *record);
const char *record_bad(const struct record *record);

/** Fails the test unless the journal is bad for a reason that holds `part`. */
void assert_bad(const struct record *record, const char *part);
void assert_good(const struct record *record);

#endif
