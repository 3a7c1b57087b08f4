/* SPDX-License-Identifier: MIT */
#include "run/progress.h"

#include "base/clock.h"
#include "base/text.h"
#include "verdict/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_EVERY_NS (200 * NS_PER_MS)
enum { LINE_MAX_BYTES = 2048, CONSOLE_LINES = 3 };

void progress_start(struct progress *progress, FILE *out, bool live)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    *progress = (struct progress){.out = out, .live = live && out != NULL};
    progress->documents = build_array(&progress->builder);
    progress->terminal =
        out != NULL && isatty(fileno(out)) != 0 && term != NULL && strcmp(term, "dumb") != 0;
    progress->colour = progress->terminal && (no_colour == NULL || no_colour[0] == '\0');
}

void progress_release(struct progress *progress)
{
    json_decref(progress->documents);
    progress->documents = NULL;
}

static void hide_line(struct progress *progress)
{
    if (progress->line_shown)
        (void)fputs("\r\033[K", progress->out);
    progress->line_shown = false;
}

void progress_note(struct progress *progress, const char *format, ...)
{
    if (progress->out == NULL)
        return;
    char text[LINE_MAX_BYTES];
    char shown[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)text_sanitize(text, strlen(text), shown, sizeof shown);
    hide_line(progress);
    (void)fprintf(progress->out, "note: %s\n", shown);
    (void)fflush(progress->out);
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

/* Prints a word in `width` columns, in a verdict's colour where there are colours. */
static void print_word(const struct progress *progress, const char *word, enum verdict verdict,
                       int width)
{
    if (progress->colour)
        (void)fprintf(progress->out, "%s%-*s\033[0m", colour_of(verdict), width, word);
    else
        (void)fprintf(progress->out, "%-*s", width, word);
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* Guests write what they like, so their words pass the sanitizer before they reach a terminal. */
static void print_detail(const struct progress *progress, const char *label, const char *text)
{
    char clean[LINE_MAX_BYTES];
    (void)text_sanitize(text, strlen(text), clean, sizeof clean);
    (void)fprintf(progress->out, "          %s%s\n", label, clean);
}

/* The guest's last lines: of one that did not start or broke off, they say why. */
static void print_console(const struct progress *progress, const json_t *cell)
{
    const json_t *tail = json_object_get(cell, "console_tail");
    size_t count = json_array_size(tail);
    if (count == 0 && json_is_array(tail))
        print_detail(progress, "console: ", "(nothing but the journal)");
    for (size_t i = count > CONSOLE_LINES ? count - CONSOLE_LINES : 0; i < count; i++)
        print_detail(progress, "console: ", json_string_value(json_array_get(tail, i)));
}

/* What a kernel developer can act on: the call, and what the tree did meanwhile. */
static void print_evidence(const struct progress *progress, const json_t *cell)
{
    const json_t *evidence = json_object_get(cell, "evidence");
    char out[256];
    (void)snprintf(out, sizeof out, " (out for %.1f s, %.1f s of it counted)",
                   json_number_value(json_object_get(evidence, "out_ms")) / 1000.0,
                   json_number_value(json_object_get(evidence, "charged_ms")) / 1000.0);
    char call[LINE_MAX_BYTES];
    (void)snprintf(call, sizeof call, "%s%s", text_at(cell, "reason"), out);
    print_detail(progress, "call:    ", call);
    print_detail(progress, "tree:    ", text_at(evidence, "summary"));
}

static void print_reason(const struct progress *progress, const json_t *cell)
{
    size_t index;
    const json_t *anomaly;
    if (json_is_object(json_object_get(cell, "evidence")))
        print_evidence(progress, cell);
    else if (text_at(cell, "reason")[0] != '\0')
        print_detail(progress, "", text_at(cell, "reason"));
    if (verdict_of(cell) != VERDICT_FAIL) /* its checks have said it all */
        print_console(progress, cell);
    json_array_foreach(json_object_get(cell, "anomalies"), index, anomaly) {
        char line[LINE_MAX_BYTES];
        (void)snprintf(line, sizeof line, "%s: %s", text_at(anomaly, "kind"),
                       text_at(anomaly, "detail"));
        print_detail(progress, "anomaly: ", line);
    }
    json_array_foreach(json_object_get(cell, "unkillable"), index, anomaly) {
        char line[LINE_MAX_BYTES];
        (void)snprintf(line, sizeof line, "%s (pid %d, state %s, in %s) survived KILL",
                       text_at(anomaly, "comm"),
                       (int)json_integer_value(json_object_get(anomaly, "pid")),
                       text_at(anomaly, "state"), text_at(anomaly, "waits_in"));
        print_detail(progress, "left:    ", line);
    }
}

static void count(struct progress *progress, const char *target, const json_t *cell)
{
    for (size_t shape = 0; shape < progress->shape_count; shape++)
        for (size_t column = 0; column < progress->target_count; column++)
            if (strcmp(progress->shapes[shape], text_at(cell, "shape")) == 0 &&
                strcmp(progress->targets[column], target) == 0) {
                struct tally *tally = &progress->tallies[shape][column];
                tally->counts[verdict_of(cell)]++;
                tally->total++;
            }
}

/* Lines that arrive together have one time: then all that is known is that it was short. */
static void print_rename_time(const struct progress *progress, double ms)
{
    if (ms < 0.01)
        (void)fprintf(progress->out, "  rename < 0.1 ms");
    else
        (void)fprintf(progress->out, "  rename %.2f ms", ms);
}

void progress_cell(struct progress *progress, const char *target, const json_t *cell,
                   const char *expected, bool as_expected)
{
    enum verdict verdict = verdict_of(cell);
    const char *name = verdict_table[verdict].name;
    const json_t *rename_ms = json_object_get(cell, "rename_ms");
    progress->done++;
    if (expected == NULL)
        count(progress, target, cell);
    /* Why a target is skipped has been said once, in a note. */
    if (progress->out == NULL || verdict == VERDICT_SKIP)
        return;
    hide_line(progress);
    if (expected != NULL)
        print_word(progress, as_expected ? "control" : "BROKEN",
                   as_expected ? VERDICT_SKIP : VERDICT_FAIL, 9);
    else
        print_word(progress, name, verdict, 9);
    (void)fprintf(progress->out, " %-20s %-18s #%-3d %8.3f s", target, text_at(cell, "shape"),
                  (int)json_integer_value(json_object_get(cell, "attempt")),
                  json_number_value(json_object_get(cell, "duration_ms")) / 1000.0);
    if (json_is_number(rename_ms))
        print_rename_time(progress, json_number_value(rename_ms));
    if (expected != NULL)
        (void)fprintf(progress->out, "  %s, expected %s", name, expected);
    (void)fputc('\n', progress->out);
    bool odd = json_array_size(json_object_get(cell, "anomalies")) > 0;
    if (expected == NULL ? verdict != VERDICT_PASS || odd : !as_expected)
        print_reason(progress, cell);
    (void)fflush(progress->out);
}

bool progress_wants_tick(const struct progress *progress, uint64_t now_ns)
{
    return progress->terminal && now_ns - progress->line_ns >= PROGRESS_EVERY_NS;
}

void progress_tick(struct progress *progress, uint64_t now_ns, const char *running)
{
    progress->line_ns = now_ns;
    (void)fprintf(progress->out, "\r\033[K[%u/%u] %.60s", progress->done, progress->planned,
                  running);
    (void)fflush(progress->out);
    progress->line_shown = true;
}

bool progress_is_live(const struct progress *progress)
{
    return progress->live;
}

void progress_target(struct progress *progress, const char *name)
{
    if (progress->target_count < PROGRESS_TARGETS_MAX)
        (void)snprintf(progress->targets[progress->target_count++], sizeof progress->targets[0],
                       "%s", name);
}

void progress_shape(struct progress *progress, const char *name)
{
    if (progress->shape_count < PROGRESS_SHAPES_MAX)
        progress->shapes[progress->shape_count++] = name;
}

void progress_plan(struct progress *progress, unsigned cells)
{
    progress->planned = cells;
}

void progress_journal_line(struct progress *progress, const char *target, const char *shape,
                           uint64_t since_launch_ns, const char *text)
{
    if (!progress->live)
        return;
    hide_line(progress);
    (void)fprintf(progress->out, "  %10.3f ms  %s/%s  %s\n", clock_ns_to_ms(since_launch_ns),
                  target, shape, text);
    (void)fflush(progress->out);
}

void progress_document(struct progress *progress, const char *path)
{
    build_next_text(&progress->builder, progress->documents, path);
}

/*
 * The largest rate of hangs that `attempts` clean attempts leave possible at 95 % confidence:
 * 1 - 0.05^(1/n), the exact one-sided bound of Clopper and Pearson for no event in n.
 */
static double hang_rate_bound(size_t attempts)
{
    return attempts == 0 ? 1.0 : 1.0 - pow(0.05, 1.0 / (double)attempts);
}

static void print_row(const struct progress *progress, size_t shape)
{
    (void)fprintf(progress->out, "%-20s", progress->shapes[shape]);
    for (size_t column = 0; column < progress->target_count; column++) {
        const struct tally *tally = &progress->tallies[shape][column];
        enum verdict verdict = verdict_sum(tally->counts, 0);
        char word[64];
        (void)snprintf(word, sizeof word, "%s",
                       verdict == VERDICT_MISSING ? "-" : verdict_table[verdict].name);
        if (verdict == VERDICT_FLAKY)
            (void)snprintf(word, sizeof word, "flaky %zu/%zu", tally->counts[VERDICT_PASS],
                           tally->total);
        int width = (int)strlen(progress->targets[column]);
        print_word(progress, word, verdict, width < 11 ? 11 : width);
    }
    (void)fputc('\n', progress->out);
}

/* The fewest attempts that a cell with nothing but passes has had, which an interrupt makes fewer
 * than were planned; 0 where no cell is clean. */
static size_t fewest_clean_attempts(const struct progress *progress)
{
    size_t fewest = 0;
    for (size_t shape = 0; shape < progress->shape_count; shape++)
        for (size_t column = 0; column < progress->target_count; column++) {
            const struct tally *tally = &progress->tallies[shape][column];
            if (tally->total > 0 && tally->counts[VERDICT_PASS] == tally->total &&
                (fewest == 0 || tally->total < fewest))
                fewest = tally->total;
        }
    return fewest;
}

void progress_matrix(struct progress *progress)
{
    size_t attempts = fewest_clean_attempts(progress);
    if (progress->out == NULL)
        return;
    hide_line(progress);
    (void)fprintf(progress->out, "\n%-20s", "");
    for (size_t column = 0; column < progress->target_count; column++)
        (void)fprintf(progress->out, " %-11s", progress->targets[column]);
    (void)fputc('\n', progress->out);
    for (size_t shape = 0; shape < progress->shape_count; shape++)
        print_row(progress, shape);
    (void)fputc('\n', progress->out);
    if (attempts > 0)
        (void)fprintf(progress->out,
                      "%zu clean attempt%s at a cell would leave a hang rate of up to %.1f %% "
                      "possible (95 %% bound).\n",
                      attempts, attempts == 1 ? "" : "s", 100.0 * hang_rate_bound(attempts));
    size_t index;
    const json_t *path;
    json_array_foreach(progress->documents, index, path)
        (void)fprintf(progress->out, "%s%s\n", index == 0 ? "documents: " : "           ",
                      json_string_value(path));
    (void)fflush(progress->out);
}
