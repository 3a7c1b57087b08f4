/* SPDX-License-Identifier: MIT */
#include "guard/recording/recording.h"

#include "guard/recording_format.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int damaged(const char *name, size_t offset, struct error *error)
{
    return error_set(error, ERROR_INPUT, name, "the recording is damaged at byte %zu", offset);
}

static int out_of_memory(const char *name, struct error *error)
{
    return error_set(error, ERROR_MEMORY, name, "no memory for the recording");
}

static struct record *add_record(struct recording *recording)
{
    struct record *records =
        reallocarray(recording->records, recording->count + 1, sizeof *records);
    if (records == NULL)
        return NULL;
    recording->records = records;
    struct record *record = &records[recording->count++];
    *record = (struct record){0};
    return record;
}

static int set_text(char **slot, const char *value)
{
    free(*slot);
    *slot = strdup(value);
    return *slot == NULL ? -1 : 0;
}

/* Returns 0, -1 for no memory, 1 for a key that does not exist. */
static int take_field(struct record *record, const char *key, size_t key_length, const char *value)
{
    const struct {
        const char *key;
        char **text;
        struct string_list *list;
    } fields[] = {
        {"tool", &record->tool, NULL},
        {"directory", &record->directory, NULL},
        {"argument", NULL, &record->arguments},
        {"variable", NULL, &record->variables},
        {"interpreter", NULL, &record->interpreters},
        {"made", &record->made, NULL},
        {"image", NULL, &record->images},
    };
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        if (strlen(fields[i].key) != key_length || strncmp(fields[i].key, key, key_length) != 0)
            continue;
        if (fields[i].text != NULL)
            return set_text(fields[i].text, value);
        return string_list_add(fields[i].list, value);
    }
    return 1;
}

static int take_fields(struct record *record, const char *name, const char *bytes, size_t start,
                       size_t end, struct error *error)
{
    size_t offset = start;
    while (offset < end) {
        const char *field = bytes + offset;
        const char *nul = memchr(field, '\0', end - offset);
        const char *equals = nul == NULL ? NULL : memchr(field, '=', (size_t)(nul - field));
        if (equals == NULL)
            return damaged(name, offset, error);
        int taken = take_field(record, field, (size_t)(equals - field), equals + 1);
        if (taken < 0)
            return out_of_memory(name, error);
        if (taken > 0)
            return damaged(name, offset, error);
        offset += (size_t)(nul - field) + 1;
    }
    if (record->tool == NULL || record->directory == NULL || record->arguments.count == 0)
        return damaged(name, start, error);
    return 0;
}

/* The number of payload bytes that a header announces, or -1. */
static long read_header(const char *bytes, size_t left)
{
    char header[RECORDER_HEADER_SIZE + 1];
    if (left < RECORDER_HEADER_SIZE)
        return -1;
    memcpy(header, bytes, RECORDER_HEADER_SIZE);
    header[RECORDER_HEADER_SIZE] = '\0';
    if (strncmp(header, "record ", 7) != 0 || header[RECORDER_HEADER_SIZE - 1] != '\n' ||
        strspn(header + 7, "0123456789abcdef") != 8)
        return -1;
    return strtol(header + 7, NULL, 16);
}

int recording_parse(const char *name, const char *bytes, size_t size, struct recording *out,
                    struct error *error)
{
    *out = (struct recording){0};
    size_t offset = 0;
    while (offset < size) {
        long length = read_header(bytes + offset, size - offset);
        size_t start = offset + RECORDER_HEADER_SIZE;
        int failed = 0;
        struct record *record = NULL;
        if (length < 0 || (size_t)length > size - start)
            failed = damaged(name, offset, error);
        else if ((record = add_record(out)) == NULL)
            failed = out_of_memory(name, error);
        else
            failed = take_fields(record, name, bytes, start, start + (size_t)length, error);
        if (failed != 0) {
            recording_free(out);
            return -1;
        }
        offset = start + (size_t)length;
    }
    return 0;
}

bool record_names_interpreter(const struct record *record, size_t number)
{
    char text[24];
    (void)snprintf(text, sizeof text, "%zu", number);
    return string_list_has(&record->interpreters, text);
}

const char *record_image_at(const struct record *record, size_t number)
{
    char prefix[24];
    int length = snprintf(prefix, sizeof prefix, "%zu ", number);
    for (size_t i = 0; i < record->images.count; i++)
        if (strncmp(record->images.items[i], prefix, (size_t)length) == 0)
            return record->images.items[i] + length;
    return NULL;
}

bool record_was_given_image(const struct record *record, const char *identity)
{
    for (size_t i = 0; i < record->images.count; i++) {
        const char *space = strchr(record->images.items[i], ' ');
        if (space != NULL && strcmp(space + 1, identity) == 0)
            return true;
    }
    return false;
}

void recording_free(struct recording *recording)
{
    for (size_t i = 0; i < recording->count; i++) {
        struct record *record = &recording->records[i];
        free(record->tool);
        free(record->directory);
        free(record->made);
        string_list_free(&record->arguments);
        string_list_free(&record->variables);
        string_list_free(&record->interpreters);
        string_list_free(&record->images);
    }
    free(recording->records);
    *recording = (struct recording){0};
}
