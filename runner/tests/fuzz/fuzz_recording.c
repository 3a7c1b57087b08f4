/* SPDX-License-Identifier: MIT */
/*
 * What the guard's recorder left behind. An input that starts with 'r' is a recording as it stands;
 * in any other the headers are left out, as no mutation would count bytes, and 0xff parts records.
 */
#include "fuzz.h"
#include "guard/judging/guest_start.h"
#include "guard/recording/recording.h"
#include "guard/recording_format.h"

#include <string.h>

#define INPUT_MAX 8192

/** Puts headers before the records of `data`; returns the length of the whole. */
static size_t frame(const uint8_t *data, size_t size, char *out)
{
    size_t length = 0;
    while (size > 0) {
        const uint8_t *end = memchr(data, 0xff, size);
        size_t record = end == NULL ? size : (size_t)(end - data);
        length += (size_t)sprintf(out + length, RECORDER_HEADER, record);
        memcpy(out + length, data, record);
        length += record;
        size -= record + (end != NULL);
        data += record + (end != NULL);
    }
    return length;
}

static void require_sense(const struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        const struct record *record = &recording->records[i];
        REQUIRE(record->tool != NULL && record->directory != NULL && record->arguments.count > 0);
        for (size_t at = 0; at < record->arguments.count; at++) {
            (void)record_names_interpreter(record, at);
            const char *identity = record_image_at(record, at);
            REQUIRE(identity == NULL || record_was_given_image(record, identity));
        }
    }
    struct guest_start_list starts;
    struct error error = ERROR_INIT;
    REQUIRE(guest_starts_collect(recording, "./bin/interpreter", &starts, &error) == 0);
    for (size_t i = 0; i < starts.count; i++)
        REQUIRE(starts.starts[i].launcher != NULL && starts.starts[i].command.program != NULL);
    guest_start_list_free(&starts);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > INPUT_MAX)
        return 0;
    char *framed = malloc((size + 1) * (RECORDER_HEADER_SIZE + 1));
    REQUIRE(framed != NULL);
    size_t length = size;
    if (data[0] == 'r')
        memcpy(framed, data, size);
    else
        length = frame(data + 1, size - 1, framed);
    /* A copy of exactly this size, so that a read past its end is seen. */
    char *exact = malloc(length == 0 ? 1 : length);
    REQUIRE(exact != NULL);
    memcpy(exact, framed, length);
    struct recording recording;
    struct error error = ERROR_INIT;
    if (recording_parse("recording", exact, length, &recording, &error) == 0) {
        require_sense(&recording);
        recording_free(&recording);
    } else {
        REQUIRE(error.code == ERROR_INPUT && error.what[0] != '\0');
    }
    free(exact);
    free(framed);
    return 0;
}
