/* SPDX-License-Identifier: MIT */
/*
 * The journal reader. An input is console text (console_text.h). Whatever it is, the events must
 * not depend on how it is cut into pieces, each must stand in the text, and they must be the ones
 * that the model finds.
 */
#include "console_text.h"
#include "fuzz.h"
#include "journal_model.h"
#include "verdict/journal.h"

#include <string.h>
#include <zlib.h>

struct reading {
    struct journal_reader *reader;
    const struct console_text *plain; /* the input without its NULs */
    int64_t last;
    uint64_t events;
    uint64_t repaired;
    const struct model *model; /* NULL where it has nothing to say */
    uLong digest;              /* over all that was handed out */
};

static void digest(struct reading *reading, const char *string)
{
    reading->digest = crc32(reading->digest, (const Bytef *)string, (uInt)strlen(string) + 1);
}

/** An event that needed no repair stands in the text just so, with its right checksum. */
static void require_in_text(const struct reading *reading, const struct journal_event *event)
{
    char line[1024];
    int length = snprintf(line, sizeof line - 16, CONSOLE_PREFIX CONSOLE_NONCE " %u %s",
                          (unsigned)event->sequence, event->text);
    REQUIRE(length > 0 && length < 480);
    uLong crc = crc32(0, (const Bytef *)line, (uInt)length);
    length += sprintf(line + length, " #%08lx", crc);
    REQUIRE(length < 480);
    REQUIRE(memmem(reading->plain->bytes, reading->plain->length, line, (size_t)length) != NULL);
}

static void take_event(void *context, const struct journal_event *event)
{
    struct reading *reading = context;
    REQUIRE(journal_reader_bad(reading->reader) == NULL);
    REQUIRE(event->sequence == reading->last + 1);
    REQUIRE((event->sequence == 0) == (event->kind == JOURNAL_BEGIN));
    REQUIRE(event->field_count <= JOURNAL_FIELDS_MAX);
    for (const char *byte = event->text; *byte != '\0'; byte++)
        REQUIRE(*byte >= 0x20 && *byte < 0x7f);
    digest(reading, event->text);
    digest(reading, event->subject);
    for (size_t i = 0; i < event->field_count; i++) {
        digest(reading, event->fields[i].key);
        digest(reading, event->fields[i].value);
        REQUIRE(journal_event_field(event, event->fields[i].key) == event->fields[i].value);
    }
    if (!event->repaired)
        require_in_text(reading, event);
    if (reading->model != NULL) {
        REQUIRE(reading->events < reading->model->count);
        const struct model_line *line = &reading->model->lines[reading->events];
        REQUIRE(line->sequence == event->sequence && line->repaired == event->repaired);
        REQUIRE(strcmp(line->text, event->text) == 0);
    }
    reading->last = event->sequence;
    reading->events++;
    reading->repaired += event->repaired;
}

static void read_in_pieces(struct reading *reading, const struct console_text *text,
                           const struct console_text *plain, const struct model *model,
                           size_t piece)
{
    struct error error = ERROR_INIT;
    *reading = (struct reading){.plain = plain, .model = model, .last = -1};
    reading->reader = journal_reader_new(CONSOLE_NONCE, take_event, reading, &error);
    REQUIRE(reading->reader != NULL);
    for (size_t at = 0; at < text->length; at += piece)
        journal_reader_feed(reading->reader, text->bytes + at,
                            text->length - at < piece ? text->length - at : piece);
    journal_reader_finish(reading->reader);

    const struct journal_counts *counts = journal_reader_counts(reading->reader);
    REQUIRE(counts->noise_bytes <= text->length);
    REQUIRE(counts->lines >= reading->events);
    REQUIRE(counts->repaired >= reading->repaired);
    REQUIRE(counts->damaged_since_last <= counts->damaged);
    REQUIRE(journal_reader_bad(reading->reader) != NULL || counts->lines == reading->events);
    if (model != NULL)
        REQUIRE(counts->lines == model->count && counts->repaired == model->repaired);
    const char *bad = journal_reader_bad(reading->reader);
    for (const char *byte = bad == NULL ? "" : bad; *byte != '\0'; byte++)
        REQUIRE(*byte >= 0x20 && *byte < 0x7f);
}

static void require_same(const struct reading *one, const struct reading *other)
{
    const struct journal_counts *a = journal_reader_counts(one->reader);
    const struct journal_counts *b = journal_reader_counts(other->reader);
    REQUIRE(one->events == other->events && one->digest == other->digest);
    REQUIRE(a->lines == b->lines && a->damaged == b->damaged && a->repaired == b->repaired);
    REQUIRE(a->damaged_since_last == b->damaged_since_last && a->noise_bytes == b->noise_bytes);
    const char *bad = journal_reader_bad(one->reader);
    const char *other_bad = journal_reader_bad(other->reader);
    REQUIRE((bad == NULL) == (other_bad == NULL));
    REQUIRE(bad == NULL || strcmp(bad, other_bad) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct console_text text;
    static struct console_text plain;
    static struct model model;
    if (size > CONSOLE_INPUT_MAX)
        return 0;
    console_expand(&text, data, size);
    plain.length = 0;
    for (size_t i = 0; i < text.length; i++)
        if (text.bytes[i] != '\0')
            plain.bytes[plain.length++] = text.bytes[i];

    const struct model *known =
        model_read(&model, CONSOLE_NONCE, plain.bytes, plain.length) ? &model : NULL;
    struct reading whole;
    read_in_pieces(&whole, &text, &plain, known, sizeof text.bytes);
    for (size_t piece = 1; piece <= 13; piece += 6) {
        struct reading cut;
        read_in_pieces(&cut, &text, &plain, known, piece);
        require_same(&whole, &cut);
        journal_reader_free(cut.reader);
    }
    journal_reader_free(whole.reader);
    return 0;
}
