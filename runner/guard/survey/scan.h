/* SPDX-License-Identifier: MIT */
#ifndef RO_SURVEY_SCAN_H
#define RO_SURVEY_SCAN_H

/* What the readers of a harness's text share; nobody else includes this. */

#include "guard/survey/text.h"

#include <ctype.h>
#include <string.h>

static inline bool is_word(char byte)
{
    return isalnum((unsigned char)byte) != 0 || byte == '_';
}

static inline size_t word_length(const char *text)
{
    size_t length = 0;
    while (is_word(text[length]))
        length++;
    return length;
}

static inline const char *skip_blanks(const char *text)
{
    return text + strspn(text, " \t\r\n\\");
}

static inline const char *start_of_line(const char *text, const char *at)
{
    while (at > text && at[-1] != '\n')
        at--;
    return at;
}

static inline bool is_comment(const char *text, const char *at)
{
    const char *line = start_of_line(text, at);
    return line[strspn(line, " \t")] == '#';
}

/** The next `word` from `from` on, with no letter, digit or '_' beside it; or NULL. */
const char *survey_find_word(const char *text, const char *from, const char *word);

/** Adds a name that is not in the list yet and can be one. Returns 0, or -1 without memory. */
int survey_add_name(struct string_list *list, const char *name, size_t length);

/** Collects the variables that a shell text asks for otherwise than by '$'. The same returns. */
int survey_environment(const char *text, enum source_language language, struct text_names *names);

/** Collects the options of a command line that the text reads. Returns 0, or -1 without memory. */
int survey_options(const char *text, enum source_language language, struct text_names *names);

#endif
