/* SPDX-License-Identifier: MIT */
#include "run/terminal.h"

#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* Below this there is no room to set text in far. */
enum { NARROW = 60, WIDTH_UNKNOWN = 80, WIDTH_LEAST = 32, LINE_BYTES = 2048 };

void terminal_start(struct terminal *terminal, FILE *out)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    *terminal = (struct terminal){.out = out};
    terminal->is_terminal =
        out != NULL && isatty(fileno(out)) != 0 && term != NULL && strcmp(term, "dumb") != 0;
    terminal->colour = terminal->is_terminal && (no_colour == NULL || no_colour[0] == '\0');
}

size_t terminal_width(const struct terminal *terminal)
{
    struct winsize size = {0};
    if (!terminal->is_terminal)
        return SIZE_MAX;
    if (ioctl(fileno(terminal->out), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_UNKNOWN;
    /* The last column stays free: some terminals break the line as soon as it is written to. */
    return size.ws_col < WIDTH_LEAST ? WIDTH_LEAST : size.ws_col - 1;
}

/* Every character that may be wide counts as wide: a line that ends early is no harm. */
static size_t columns_of(const struct glyph *glyph)
{
    return glyph->code < 0x1100 ? 1 : 2;
}

static size_t word_columns(const char *word, size_t left)
{
    struct glyph glyph;
    size_t columns = 0;
    while (text_next(&word, &left, &glyph) && glyph.code != ' ')
        columns += columns_of(&glyph);
    return columns;
}

static size_t break_line(FILE *out, size_t indent)
{
    (void)fprintf(out, "\n%*s", (int)indent, "");
    return indent;
}

void terminal_wrap(const struct terminal *terminal, size_t indent, const char *label,
                   const char *text)
{
    char clean[LINE_BYTES];
    struct glyph glyph;
    size_t width = terminal_width(terminal);
    size_t left = text_sanitize(text, strlen(text), clean, sizeof clean);
    const char *rest = clean;
    indent = width < NARROW && indent > 2 ? 2 : indent;
    size_t below = width < NARROW ? indent + 2 : indent + strlen(label);
    size_t column = indent + strlen(label);
    (void)fprintf(terminal->out, "%*s%s", (int)indent, "", label);
    while (text_next(&rest, &left, &glyph)) {
        bool space = glyph.code == ' ';
        size_t needed = space ? 1 + word_columns(rest, left) : columns_of(&glyph);
        if (column > below && needed > width - (column < width ? column : width)) {
            /* A word that no line has room for is broken where its line ends. */
            if (!space || needed <= width - below) {
                column = break_line(terminal->out, below);
                if (space)
                    continue;
            }
        }
        (void)fwrite(glyph.bytes, 1, glyph.length, terminal->out);
        column += columns_of(&glyph);
    }
    (void)fputc('\n', terminal->out);
}

static const char *colour_of(enum verdict verdict)
{
    if (verdict == VERDICT_PASS)
        return "\033[32m";
    if (verdict == VERDICT_SKIP)
        return "\033[36m";
    if (verdict == VERDICT_HANG || verdict == VERDICT_STALL)
        return "\033[1;31m";
    return "\033[31m";
}

void terminal_word(const struct terminal *terminal, const char *word, enum verdict verdict,
                   size_t width)
{
    (void)fprintf(terminal->out, "%s%-*s%s", terminal->colour ? colour_of(verdict) : "", (int)width,
                  word, terminal->colour ? "\033[0m" : "");
}

void terminal_clear(struct terminal *terminal)
{
    if (terminal->line_shown)
        (void)fputs("\r\033[K", terminal->out);
    terminal->line_shown = false;
}

void terminal_status(struct terminal *terminal, const char *text)
{
    struct glyph glyph;
    size_t left = strlen(text);
    size_t room = terminal_width(terminal);
    terminal_clear(terminal);
    while (text_next(&text, &left, &glyph) && columns_of(&glyph) <= room) {
        (void)fwrite(glyph.bytes, 1, glyph.length, terminal->out);
        room -= columns_of(&glyph);
    }
    (void)fflush(terminal->out);
    terminal->line_shown = true;
}

void terminal_bar(char *out, size_t size, size_t columns, unsigned done, unsigned all)
{
    char marks[101];
    size_t room = columns - 2 < sizeof marks ? columns - 2 : sizeof marks - 1;
    size_t full = all == 0 ? 0 : room * (done < all ? done : all) / all;
    memset(marks, '#', full);
    memset(marks + full, '-', room - full);
    (void)snprintf(out, size, "[%.*s]", (int)room, marks);
}
