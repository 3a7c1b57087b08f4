/* SPDX-License-Identifier: MIT */
#include "journal_fixture.h"

#include <stdio.h>
#include <zlib.h>

void text_free(struct text *text)
{
    free(text->bytes);
    *text = (struct text){NULL, 0, 0};
}

void text_add(struct text *text, const void *bytes, size_t length)
{
    if (text->length + length + 1 > text->room) {
        text->room = 2 * (text->length + length + 1);
        text->bytes = realloc(text->bytes, text->room);
        assert_non_null(text->bytes);
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
}

void text_add_string(struct text *text, const char *string)
{
    text_add(text, string, strlen(string));
}

void text_add_line(struct text *text, const char *nonce, unsigned long sequence, const char *body)
{
    char line[4096];
    int length = snprintf(line, sizeof line - 16, "ROJ1 %s %lu %s", nonce, sequence, body);
    assert_in_range(length, 1, sizeof line - 17);
    unsigned long checksum = crc32(0, (const Bytef *)line, (uInt)length);
    length += snprintf(line + length, sizeof line - (size_t)length, " #%08lx", checksum);
    text_add(text, line, (size_t)length);
}

void text_add_bodies(struct text *text, const char *const *bodies, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        text_add_line(text, NONCE, i, bodies[i]);
        text_add_string(text, "\n");
    }
}

void text_add_good_journal(struct text *text)
{
    text_add_journal(text, BEGIN, "fs vfat dev=65024 source=/dev/ubda mount=/tmp",
                     "enter rename from=/tmp/a%20b to=/tmp/b", "leave rename ret=0",
                     "check old_name_gone result=held", "end pass checks=1 broken=0");
}

static void keep_event(void *context, const struct journal_event *event)
{
    struct record *record = context;
    char number[32];
    (void)snprintf(number, sizeof number, "%s%u ", event->repaired ? "*" : "",
                   (unsigned)event->sequence);
    text_add_string(&record->events, number);
    text_add_string(&record->events, event->text);
    text_add_string(&record->events, "\n");
    record->count++;
}

void record_open(struct record *record)
{
    *record = (struct record){0};
    struct error error = ERROR_INIT;
    record->reader = journal_reader_new(NONCE, keep_event, record, &error);
    assert_non_null(record->reader);
    text_add_string(&record->events, "");
}

void record_close(struct record *record)
{
    journal_reader_free(record->reader);
    text_free(&record->events);
}

void record_feed(struct record *record, const struct text *text)
{
    journal_reader_feed(record->reader, text->bytes, text->length);
}

void record_read(struct record *record, const struct text *text)
{
    record_open(record);
    record_feed(record, text);
    journal_reader_finish(record->reader);
}

const struct journal_counts *record_counts(const struct record *record)
{
    return journal_reader_counts(record->reader);
}

const char *record_events(const struct record *record)
{
    return record->events.bytes;
}

const char *record_bad(const struct record *record)
{
    return journal_reader_bad(record->reader);
}

void assert_bad(const struct record *record, const char *part)
{
    const char *reason = record_bad(record);
    assert_non_null(reason);
    if (strstr(reason, part) == NULL)
        fail_msg("the reason is '%s' and should speak of '%s'", reason, part);
}

void assert_good(const struct record *record)
{
    if (record_bad(record) != NULL)
        fail_msg("the journal should be good and is bad: %s", record_bad(record));
}
