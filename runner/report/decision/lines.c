/* SPDX-License-Identifier: MIT */
#include "report/decision/walk.h"

#include <ctype.h>

struct lines {
    struct decision_format format; /* first: the walk hands it back */
    escape_writer *escape;
    const char *before, *after;
    bool open;
};

static void begin_line(struct lines *lines, int indent)
{
    FILE *out = lines->format.out;
    if (lines->open)
        (void)fputs(lines->after, out);
    (void)fprintf(out, "%s%*s", lines->before, indent, "");
    lines->open = true;
}

static void part(struct decision_format *format, enum decision_part part, bool loud)
{
    struct lines *lines = (struct lines *)format;
    (void)loud; /* its loud words are in capitals */
    if (part == PART_COUNT)
        (void)fputs(lines->after, format->out);
    else if (part != PART_ANSWER)
        begin_line(lines, 0); /* an empty one */
    if (part != PART_COUNT)
        begin_line(lines, 0);
}

static bool point(struct decision_format *format, enum decision_point point, int depth)
{
    if (point == POINT_MEANING)
        (void)fputs(": ", format->out);
    else
        begin_line((struct lines *)format, 2 * depth + 2);
    return true;
}

static void word(struct decision_format *format, enum decision_word word, const char *text)
{
    if (word == WORD_HEADLINE || word == WORD_LOUD)
        for (; *text != '\0'; text++)
            (void)fputc(toupper((unsigned char)*text), format->out);
    else
        ((const struct lines *)format)->escape(format->out, text);
}

void decision_write_lines(FILE *out, const json_t *decision, size_t absent, escape_writer *escape,
                          const char *before, const char *after)
{
    struct lines lines = {.format = {.out = out, .part = part, .point = point, .word = word},
                          .escape = escape,
                          .before = before,
                          .after = after};
    decision_walk(decision, absent, &lines.format);
}
