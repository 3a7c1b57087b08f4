/* SPDX-License-Identifier: MIT */
#include "run/front.h"

#include "base/clock.h"
#include "base/text.h"
#include "run/verdict.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROGRESS_EVERY_NS (200 * NS_PER_MS)
enum { LINE_MAX_BYTES = 2048, CONSOLE_LINES = 3 };

void front_start(struct front *front, FILE *out)
{
    const char *term = getenv("TERM");
    const char *no_colour = getenv("NO_COLOR");
    *front = (struct front){.out = out};
    front->documents = build_array(&front->builder);
    front->terminal =
        out != NULL && isatty(fileno(out)) != 0 && term != NULL && strcmp(term, "dumb") != 0;
    front->colour = front->terminal && (no_colour == NULL || no_colour[0] == '\0');
}

void front_release(struct front *front)
{
    json_decref(front->documents);
    front->documents = NULL;
}

static void hide_progress(struct front *front)
{
    if (front->progress_shown)
        (void)fputs("\r\033[K", front->out);
    front->progress_shown = false;
}

void front_note(struct front *front, const char *format, ...)
{
    if (front->out == NULL)
        return;
    char text[LINE_MAX_BYTES];
    char shown[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    (void)text_sanitize(text, strlen(text), shown, sizeof shown);
    hide_progress(front);
    (void)fprintf(front->out, "note: %s\n", shown);
    (void)fflush(front->out);
}

static const char *colour_of(const char *verdict)
{
    if (strcmp(verdict, "pass") == 0)
        return "\033[32m";
    if (strcmp(verdict, "skip") == 0)
        return "\033[36m";
    if (strcmp(verdict, "hang") == 0 || strcmp(verdict, "stall") == 0)
        return "\033[1;31m";
    return "\033[31m";
}

/* Prints a word in `width` columns, in a verdict's colour where there are colours. */
static void print_word(const struct front *front, const char *word, const char *verdict, int width)
{
    if (front->colour)
        (void)fprintf(front->out, "%s%-*s\033[0m", colour_of(verdict), width, word);
    else
        (void)fprintf(front->out, "%-*s", width, word);
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

/* Guests write what they like, so their words pass the sanitizer before they reach a terminal. */
static void print_detail(const struct front *front, const char *label, const char *text)
{
    char clean[LINE_MAX_BYTES];
    (void)text_sanitize(text, strlen(text), clean, sizeof clean);
    (void)fprintf(front->out, "          %s%s\n", label, clean);
}

/* The guest's last lines: of one that did not start or broke off, they say why. */
static void print_console(const struct front *front, const json_t *cell)
{
    const json_t *tail = json_object_get(cell, "console_tail");
    size_t count = json_array_size(tail);
    if (count == 0 && json_is_array(tail))
        print_detail(front, "console: ", "(nothing but the journal)");
    for (size_t i = count > CONSOLE_LINES ? count - CONSOLE_LINES : 0; i < count; i++)
        print_detail(front, "console: ", json_string_value(json_array_get(tail, i)));
}

/* What a kernel developer can act on: the call, and what the tree did meanwhile. */
static void print_evidence(const struct front *front, const json_t *cell)
{
    const json_t *evidence = json_object_get(cell, "evidence");
    char out[256];
    (void)snprintf(out, sizeof out, " (out for %.1f s, %.1f s of it counted)",
                   json_number_value(json_object_get(evidence, "out_ms")) / 1000.0,
                   json_number_value(json_object_get(evidence, "charged_ms")) / 1000.0);
    char call[LINE_MAX_BYTES];
    (void)snprintf(call, sizeof call, "%s%s", text_at(cell, "reason"), out);
    print_detail(front, "call:    ", call);
    print_detail(front, "tree:    ", text_at(evidence, "summary"));
}

static void print_reason(const struct front *front, const json_t *cell)
{
    size_t index;
    const json_t *anomaly;
    if (json_is_object(json_object_get(cell, "evidence")))
        print_evidence(front, cell);
    else if (text_at(cell, "reason")[0] != '\0')
        print_detail(front, "", text_at(cell, "reason"));
    if (strcmp(text_at(cell, "verdict"), "fail") != 0) /* its checks have said it all */
        print_console(front, cell);
    json_array_foreach(json_object_get(cell, "anomalies"), index, anomaly) {
        char line[LINE_MAX_BYTES];
        (void)snprintf(line, sizeof line, "%s: %s", text_at(anomaly, "kind"),
                       text_at(anomaly, "detail"));
        print_detail(front, "anomaly: ", line);
    }
    json_array_foreach(json_object_get(cell, "unkillable"), index, anomaly) {
        char line[LINE_MAX_BYTES];
        (void)snprintf(line, sizeof line, "%s (pid %d, state %s, in %s) survived KILL",
                       text_at(anomaly, "comm"),
                       (int)json_integer_value(json_object_get(anomaly, "pid")),
                       text_at(anomaly, "state"), text_at(anomaly, "waits_in"));
        print_detail(front, "left:    ", line);
    }
}

static void count(struct front *front, const char *target, const json_t *cell)
{
    for (size_t shape = 0; shape < front->shape_count; shape++)
        for (size_t column = 0; column < front->target_count; column++)
            if (strcmp(front->shapes[shape], text_at(cell, "shape")) == 0 &&
                strcmp(front->targets[column], target) == 0) {
                struct tally *tally = &front->tallies[shape][column];
                for (int verdict = 0; verdict < FRONT_VERDICTS; verdict++)
                    if (strcmp(verdict_name((enum verdict)verdict), text_at(cell, "verdict")) == 0)
                        tally->counts[verdict]++;
                tally->total++;
            }
}

/* Lines that arrive together have one time: then all that is known is that it was short. */
static void print_rename_time(const struct front *front, double ms)
{
    if (ms < 0.01)
        (void)fprintf(front->out, "  rename < 0.1 ms");
    else
        (void)fprintf(front->out, "  rename %.2f ms", ms);
}

void front_cell(struct front *front, const char *target, const json_t *cell, const char *expected,
                bool as_expected)
{
    const char *verdict = text_at(cell, "verdict");
    const json_t *rename_ms = json_object_get(cell, "rename_ms");
    front->done++;
    if (expected == NULL)
        count(front, target, cell);
    /* Why a target is skipped has been said once, in a note. */
    if (front->out == NULL || strcmp(verdict, "skip") == 0)
        return;
    hide_progress(front);
    if (expected != NULL)
        print_word(front, as_expected ? "control" : "BROKEN", as_expected ? "skip" : "fail", 9);
    else
        print_word(front, verdict, verdict, 9);
    (void)fprintf(front->out, " %-20s %-18s #%-3d %8.3f s", target, text_at(cell, "shape"),
                  (int)json_integer_value(json_object_get(cell, "attempt")),
                  json_number_value(json_object_get(cell, "duration_ms")) / 1000.0);
    if (json_is_number(rename_ms))
        print_rename_time(front, json_number_value(rename_ms));
    if (expected != NULL)
        (void)fprintf(front->out, "  %s, expected %s", verdict, expected);
    (void)fputc('\n', front->out);
    bool odd = json_array_size(json_object_get(cell, "anomalies")) > 0;
    if (expected == NULL ? strcmp(verdict, "pass") != 0 || odd : !as_expected)
        print_reason(front, cell);
    (void)fflush(front->out);
}

void front_progress(struct front *front, uint64_t now_ns, const char *running)
{
    if (!front->terminal || now_ns - front->progress_ns < PROGRESS_EVERY_NS)
        return;
    front->progress_ns = now_ns;
    (void)fprintf(front->out, "\r\033[K[%u/%u] %.60s", front->done, front->planned, running);
    (void)fflush(front->out);
    front->progress_shown = true;
}

void front_journal_line(struct front *front, const char *target, const char *shape,
                        uint64_t since_launch_ns, const char *text)
{
    if (front->out == NULL || !front->live)
        return;
    hide_progress(front);
    (void)fprintf(front->out, "  %10.3f ms  %s/%s  %s\n", clock_ns_to_ms(since_launch_ns), target,
                  shape, text);
    (void)fflush(front->out);
}

void front_document(struct front *front, const char *path)
{
    build_next_text(&front->builder, front->documents, path);
}

bool tally_is_flaky(const struct tally *tally)
{
    unsigned kinds = 0;
    for (int verdict = 0; verdict < FRONT_VERDICTS; verdict++)
        kinds += tally->counts[verdict] > 0 ? 1 : 0;
    return kinds > 1;
}

void tally_describe(const struct tally *tally, char *out, size_t size)
{
    if (tally->total == 0) {
        (void)snprintf(out, size, "-");
        return;
    }
    if (tally_is_flaky(tally)) {
        (void)snprintf(out, size, "flaky %u/%u", tally->counts[VERDICT_PASS], tally->total);
        return;
    }
    for (int verdict = 0; verdict < FRONT_VERDICTS; verdict++)
        if (tally->counts[verdict] > 0)
            (void)snprintf(out, size, "%s", verdict_name((enum verdict)verdict));
}

double hang_rate_bound(unsigned attempts)
{
    return attempts == 0 ? 1.0 : 1.0 - pow(0.05, 1.0 / attempts);
}

static void print_row(const struct front *front, size_t shape)
{
    (void)fprintf(front->out, "%-20s", front->shapes[shape]);
    for (size_t column = 0; column < front->target_count; column++) {
        const struct tally *tally = &front->tallies[shape][column];
        char word[40];
        tally_describe(tally, word, sizeof word);
        int width = (int)strlen(front->targets[column]);
        width = width < 11 ? 11 : width;
        (void)fputc(' ', front->out);
        print_word(front, word, tally_is_flaky(tally) ? "fail" : word, width);
    }
    (void)fputc('\n', front->out);
}

/* The fewest attempts that a cell with nothing but passes has had, which an interrupt makes fewer
 * than were planned; 0 where no cell is clean. */
static unsigned fewest_clean_attempts(const struct front *front)
{
    unsigned fewest = 0;
    for (size_t shape = 0; shape < front->shape_count; shape++)
        for (size_t column = 0; column < front->target_count; column++) {
            const struct tally *tally = &front->tallies[shape][column];
            if (tally->total > 0 && tally->counts[VERDICT_PASS] == tally->total &&
                (fewest == 0 || tally->total < fewest))
                fewest = tally->total;
        }
    return fewest;
}

void front_matrix(struct front *front)
{
    unsigned attempts = fewest_clean_attempts(front);
    if (front->out == NULL)
        return;
    hide_progress(front);
    (void)fprintf(front->out, "\n%-20s", "");
    for (size_t column = 0; column < front->target_count; column++)
        (void)fprintf(front->out, " %-11s", front->targets[column]);
    (void)fputc('\n', front->out);
    for (size_t shape = 0; shape < front->shape_count; shape++)
        print_row(front, shape);
    (void)fputc('\n', front->out);
    if (attempts > 0)
        (void)fprintf(front->out,
                      "%u clean attempt%s at a cell would leave a hang rate of up to %.1f %% "
                      "possible (95 %% bound).\n",
                      attempts, attempts == 1 ? "" : "s", 100.0 * hang_rate_bound(attempts));
    size_t index;
    const json_t *path;
    json_array_foreach(front->documents, index, path)
        (void)fprintf(front->out, "%s%s\n", index == 0 ? "documents: " : "           ",
                      json_string_value(path));
    (void)fflush(front->out);
}
