/* SPDX-License-Identifier: MIT */
#ifndef RO_RECORDING_H
#define RO_RECORDING_H

#include "base/error.h"
#include "guard/string_list.h"

#include <stdbool.h>
#include <stddef.h>

/** One call of a tool, as the recorder wrote it down (guard/recording_format.h). */
struct record {
    char *tool;
    char *directory;
    struct string_list arguments; /* argv, argv[0] first; never empty */
    struct string_list variables;
    struct string_list interpreters; /* numbers of elements of argv that are the interpreter */
    char *made;                      /* identity of the image it made, or NULL */
    struct string_list images;       /* "NUMBER IDENTITY": elements of argv that are images */
};

struct recording {
    struct record *records;
    size_t count;
};

/**
 * Reads a whole recording of `size` bytes; `name` stands for it in messages. The result is the
 * caller's, to be freed with recording_free. Returns 0, or -1 with ERROR_INPUT for one that is
 * damaged or cut short, or ERROR_MEMORY.
 */
int recording_parse(const char *name, const char *bytes, size_t size, struct recording *out,
                    struct error *error);

/** Whether element `number` of the record's argv is the interpreter's file. */
bool record_names_interpreter(const struct record *record, size_t number);

/** The identity of the recorded image that element `number` of argv is, or NULL. */
const char *record_image_at(const struct record *record, size_t number);

/** Whether any element of argv is the image with this identity. */
bool record_was_given_image(const struct record *record, const char *identity);

/** Frees what the recording holds and clears it. */
void recording_free(struct recording *recording);

#endif
