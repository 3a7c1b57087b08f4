/* SPDX-License-Identifier: MIT */
#ifndef RO_SURVEY_TEXT_H
#define RO_SURVEY_TEXT_H

#include "guard/string_list.h"

#include <stdbool.h>
#include <stddef.h>

/** The language of a file of a harness, as far as reading variables goes. */
enum source_language { SOURCE_PYTHON, SOURCE_SHELL, SOURCE_MAKE };

/** What the text of one file of a harness names. */
struct text_names {
    struct string_list variables; /* of the environment, that it reads or may read */
    struct string_list modules;   /* words that look like test modules */
    struct string_list options;   /* of its own command line */
    bool built;                   /* it reads variables whose names do not stand in it */
};

/**
 * Collects the names in a text. In doubt a name is taken: one too many costs a line of output, one
 * too few would be a promise that nobody kept. Returns 0, or -1 when memory ran out.
 */
int survey_text(const char *text, enum source_language language, struct text_names *names);

/** Whether `word` stands in the text, with no letter, digit or '_' beside it. */
bool text_has_word(const char *text, const char *word);

/** Frees the names. */
void text_names_free(struct text_names *names);

/** Whether the text asks whether it has a terminal, and which operating system this is. */
bool text_asks_for_terminal(const char *text);
bool text_asks_for_system(const char *text);

/** Whether the text starts something through timeout(1). */
bool text_uses_timeout_program(const char *text);

/** The line (from 1) of the first call of nanvixd or mkimage that is no comment; 0 for none. */
size_t text_line_of_start(const char *text);

#endif
