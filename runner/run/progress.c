/* SPDX-License-Identifier: MIT */
#include "run/progress.h"

#include "base/clock.h"
#include "base/json_access.h"
#include "base/text.h"
#include "verdict/line.h"

#include <stdarg.h>
#include <string.h>

#define PROGRESS_EVERY_NS (200 * NS_PER_MS)
enum { LINE_MAX_BYTES = 2048, CONSOLE_LINES = 3, FRAMES = 4, WORD_COLUMNS = 9, DETAIL_INDENT = 10 };

void progress_start(struct progress *progress, FILE *out, bool live)
{
    *progress = (struct progress){.live = live && out != NULL};
    terminal_start(&progress->terminal, out);
    progress->documents = build_array(&progress->builder);
}

void progress_release(struct progress *progress)
{
    json_decref(progress->documents);
    progress->documents = NULL;
}

void progress_note(struct progress *progress, const char *format, ...)
{
    if (progress->terminal.out == NULL)
        return;
    char text[LINE_MAX_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    terminal_clear(&progress->terminal);
    terminal_wrap(&progress->terminal, 0, "note: ", text);
    (void)fflush(progress->terminal.out);
}

static void print_detail(const struct progress *progress, const char *label, const char *text)
{
    terminal_wrap(&progress->terminal, DETAIL_INDENT, label, text);
}

/* What is left of a line of the journal that the guest's kernel wrote into. */
static bool is_shred(const char *line)
{
    const char *end = strrchr(line, '#');
    return strstr(line, JOURNAL_PREFIX) != NULL ||
           (end != NULL && strspn(end + 1, "0123456789abcdef") == 8 && end[9] == '\0');
}

/* The guest's last lines: of one that did not start or broke off, they say why. */
static void print_console(const struct progress *progress, const json_t *cell)
{
    const json_t *tail = json_object_get(cell, "console_tail");
    const char *lines[CONSOLE_LINES];
    size_t count = 0;
    for (size_t i = json_array_size(tail); i > 0 && count < CONSOLE_LINES; i--) {
        const char *line = json_string_value(json_array_get(tail, i - 1));
        if (!is_shred(line))
            lines[count++] = line;
    }
    if (count == 0 && json_is_array(tail))
        print_detail(progress, "console: ", "(nothing but the journal)");
    while (count > 0)
        print_detail(progress, "console: ", lines[--count]);
}

/* The first thread that the summary could mean: the one that it names, by its number. */
static const json_t *find_told_thread(const json_t *evidence)
{
    size_t index;
    const json_t *thread;
    json_array_foreach(json_object_get(evidence, "threads"), index, thread) {
        char number[32];
        (void)snprintf(number, sizeof number, "(pid %d,",
                       (int)json_integer_value(json_object_get(thread, "tid")));
        if (strstr(member_text(evidence, "summary"), number) != NULL)
            return thread;
    }
    return NULL;
}

static void print_stack(const struct progress *progress, const json_t *evidence)
{
    const json_t *frames = json_object_get(find_told_thread(evidence), "stack");
    char line[LINE_MAX_BYTES] = "";
    size_t used = 0;
    for (size_t i = 0; i < json_array_size(frames) && i < FRAMES && used < sizeof line; i++) {
        const char *frame = item_text(frames, i);
        used += (size_t)snprintf(line + used, sizeof line - used, "%s%.*s", i == 0 ? "" : " < ",
                                 (int)strcspn(frame, "+"), frame);
    }
    if (used > 0)
        print_detail(progress, "stack:   ", line);
}

static void print_file_system(const struct progress *progress, const json_t *cell)
{
    const json_t *found = json_object_get(cell, "filesystem");
    char line[LINE_MAX_BYTES];
    const char *mount = member_text(found, "mount");
    (void)snprintf(line, sizeof line, "%s%s%s", member_text(found, "type"),
                   mount[0] == '\0' ? "" : ", mounted at ", mount);
    if (json_is_object(found))
        print_detail(progress, "on:      ", line);
}

/* What a kernel developer can act on: the call, and what the tree did meanwhile. */
static void print_evidence(const struct progress *progress, const json_t *cell)
{
    const json_t *evidence = json_object_get(cell, "evidence");
    char call[LINE_MAX_BYTES];
    (void)snprintf(call, sizeof call, "%s (out for %.1f s, %.1f s of it counted)",
                   member_text(cell, "reason"),
                   json_number_value(json_object_get(evidence, "out_ms")) / 1000.0,
                   json_number_value(json_object_get(evidence, "charged_ms")) / 1000.0);
    print_detail(progress, "call:    ", call);
    print_detail(progress, "tree:    ", member_text(evidence, "summary"));
    print_stack(progress, evidence);
    print_file_system(progress, cell);
}

/* What is known of a cell only when it has been cleared away. */
static void print_aftermath(const struct progress *progress, const json_t *cell)
{
    size_t index;
    const json_t *found;
    char line[LINE_MAX_BYTES];
    json_array_foreach(json_object_get(cell, "anomalies"), index, found) {
        (void)snprintf(line, sizeof line, "%s: %s", member_text(found, "kind"),
                       member_text(found, "detail"));
        print_detail(progress, "anomaly: ", line);
    }
    json_array_foreach(json_object_get(cell, "unkillable"), index, found) {
        (void)snprintf(line, sizeof line, "%s (pid %d, state %s, in %s) survived KILL",
                       member_text(found, "comm"),
                       (int)json_integer_value(json_object_get(found, "pid")),
                       member_text(found, "state"), member_text(found, "waits_in"));
        print_detail(progress, "left:    ", line);
    }
}

static void print_reason(const struct progress *progress, const json_t *cell)
{
    if (json_is_object(json_object_get(cell, "evidence")))
        print_evidence(progress, cell);
    else if (member_text(cell, "reason")[0] != '\0')
        print_detail(progress, "", member_text(cell, "reason"));
    if (verdict_of(cell) != VERDICT_FAIL) /* its checks have said it all */
        print_console(progress, cell);
}

/* Lines that arrive together have one time: then all that is known is that it was short. */
static void write_rename_time(const json_t *cell, char *out, size_t size)
{
    const json_t *rename_ms = json_object_get(cell, "rename_ms");
    out[0] = '\0';
    if (json_is_number(rename_ms) && json_number_value(rename_ms) < 0.01)
        (void)snprintf(out, size, "  rename < 0.1 ms");
    else if (json_is_number(rename_ms))
        (void)snprintf(out, size, "  rename %.2f ms", json_number_value(rename_ms));
}

/* The line of a cell behind its verdict: `told` is what must be said; times, the number of a first
 * attempt and columns are given up one after the other where there is no room for them. */
static void print_cell(struct progress *progress, const char *target, const json_t *cell,
                       const char *told)
{
    char rename_time[48];
    char number[24] = "";
    char forms[4][512];
    const char *shape = member_text(cell, "shape");
    int attempt = (int)json_integer_value(json_object_get(cell, "attempt"));
    double seconds = json_number_value(json_object_get(cell, "duration_ms")) / 1000.0;
    write_rename_time(cell, rename_time, sizeof rename_time);
    if (attempt > 1)
        (void)snprintf(number, sizeof number, " #%d", attempt);
    for (int i = 0; i < 2; i++)
        (void)snprintf(forms[i], sizeof forms[i], " %-*s %-*s #%-3d %8.3f s%s%s",
                       (int)progress_target_columns(progress), target,
                       (int)progress_shape_columns(progress), shape, attempt, seconds,
                       i == 0 ? rename_time : "", told);
    (void)snprintf(forms[2], sizeof forms[2], " %s/%s%s%s %.1f s", target, shape, number, told,
                   seconds);
    (void)snprintf(forms[3], sizeof forms[3], " %s%s%s", shape, number, told);
    size_t room = terminal_width(&progress->terminal) - WORD_COLUMNS;
    size_t form = 0;
    while (form < 3 && strlen(forms[form]) > room)
        form++;
    (void)fprintf(progress->terminal.out, "%.*s\n", (int)(room < 511 ? room : 511), forms[form]);
}

static void count(struct progress *progress, const char *target, const json_t *cell)
{
    for (size_t shape = 0; shape < progress->shape_count; shape++)
        for (size_t column = 0; column < progress->target_count; column++)
            if (strcmp(progress->shapes[shape], member_text(cell, "shape")) == 0 &&
                strcmp(progress->targets[column], target) == 0) {
                struct tally *tally = &progress->tallies[shape][column];
                tally->counts[verdict_of(cell)]++;
                tally->total++;
                tally->lost = tally->lost || json_is_true(json_object_get(cell, "data_loss"));
            }
}

/* Keeps the failures that took the shortest, in this order. */
static void keep_failure(struct progress *progress, const char *target, const json_t *cell)
{
    double ms = json_number_value(json_object_get(cell, "duration_ms"));
    size_t place = progress->failure_count++;
    if (place >= PROGRESS_FAILURES_MAX)
        place = PROGRESS_FAILURES_MAX - 1;
    if (place == PROGRESS_FAILURES_MAX - 1 && progress->failure_count > PROGRESS_FAILURES_MAX &&
        progress->failures[place].ms <= ms)
        return;
    for (; place > 0 && progress->failures[place - 1].ms > ms; place--)
        progress->failures[place] = progress->failures[place - 1];
    struct failure *failure = &progress->failures[place];
    failure->ms = ms;
    failure->verdict = verdict_of(cell);
    (void)snprintf(failure->cell, sizeof failure->cell, "%s/%s #%d", target,
                   member_text(cell, "shape"),
                   (int)json_integer_value(json_object_get(cell, "attempt")));
    (void)snprintf(failure->reason, sizeof failure->reason, "%s", member_text(cell, "reason"));
}

static const char *loss_of(const json_t *cell)
{
    return json_is_true(json_object_get(cell, "data_loss")) ? "  DATA LOST" : "";
}

static void show_cell(struct progress *progress, const char *target, const json_t *cell,
                      const char *word, enum verdict colour, const char *told)
{
    terminal_clear(&progress->terminal);
    terminal_word(&progress->terminal, word, colour, WORD_COLUMNS);
    print_cell(progress, target, cell, told);
}

void progress_slow(struct progress *progress, const char *target, const json_t *cell)
{
    if (progress->terminal.out == NULL)
        return;
    show_cell(progress, target, cell, "SLOW", VERDICT_SKIP, "");
    print_detail(progress, "call:    ", member_text(cell, "reason"));
    print_detail(progress, "tree:    ", member_text(json_object_get(cell, "evidence"), "summary"));
    (void)fflush(progress->terminal.out);
}

void progress_verdict(struct progress *progress, const char *target, const json_t *cell)
{
    enum verdict verdict = verdict_of(cell);
    if (progress->terminal.out == NULL)
        return;
    show_cell(progress, target, cell, verdict_table[verdict].name, verdict, loss_of(cell));
    print_reason(progress, cell);
    (void)fflush(progress->terminal.out);
}

/* The verdict was told when it was known; what has come of it since. */
static void print_end(struct progress *progress, const char *target, const json_t *cell)
{
    char line[256];
    if (json_array_size(json_object_get(cell, "anomalies")) == 0 &&
        json_array_size(json_object_get(cell, "unkillable")) == 0)
        return;
    terminal_clear(&progress->terminal);
    (void)snprintf(line, sizeof line, "%s/%s #%d, after %.1f s:", target,
                   member_text(cell, "shape"),
                   (int)json_integer_value(json_object_get(cell, "attempt")),
                   json_number_value(json_object_get(cell, "duration_ms")) / 1000.0);
    print_detail(progress, "ended:   ", line);
    print_aftermath(progress, cell);
}

void progress_cell(struct progress *progress, const char *target, const json_t *cell,
                   enum verdict told)
{
    enum verdict verdict = verdict_of(cell);
    bool odd = json_array_size(json_object_get(cell, "anomalies")) > 0;
    progress->done++;
    count(progress, target, cell);
    if (verdict != VERDICT_PASS && verdict != VERDICT_SKIP)
        keep_failure(progress, target, cell);
    /* Why a target is skipped has been said once, in a note. */
    if (progress->terminal.out == NULL || verdict == VERDICT_SKIP)
        return;
    if (told == verdict) {
        print_end(progress, target, cell);
    } else {
        char also[96];
        (void)snprintf(also, sizeof also, "%s%s%s", loss_of(cell),
                       told == VERDICT_COUNT ? "" : "  and no ",
                       told == VERDICT_COUNT ? "" : verdict_table[told].name);
        show_cell(progress, target, cell, verdict_table[verdict].name, verdict, also);
        if (verdict != VERDICT_PASS || odd)
            print_reason(progress, cell);
        print_aftermath(progress, cell);
    }
    (void)fflush(progress->terminal.out);
}

void progress_control(struct progress *progress, const char *target, const json_t *cell,
                      const char *expected, bool as_expected)
{
    char told[64];
    progress->done++;
    if (strcmp(expected, verdict_table[VERDICT_HANG].name) == 0) {
        progress->planted++;
        progress->recognised += as_expected ? 1 : 0;
    }
    if (progress->terminal.out == NULL)
        return;
    (void)snprintf(told, sizeof told, "  %s, expected %s", verdict_table[verdict_of(cell)].name,
                   expected);
    show_cell(progress, target, cell, as_expected ? "control" : "BROKEN",
              as_expected ? VERDICT_SKIP : VERDICT_FAIL, told);
    if (!as_expected) {
        print_reason(progress, cell);
        print_aftermath(progress, cell);
    }
    (void)fflush(progress->terminal.out);
}

bool progress_wants_tick(const struct progress *progress, uint64_t now_ns)
{
    return progress->terminal.is_terminal && now_ns - progress->line_ns >= PROGRESS_EVERY_NS;
}

void progress_tick(struct progress *progress, uint64_t now_ns, unsigned running, const char *what)
{
    char bar[128] = "";
    char line[1024];
    unsigned all = progress->planned > progress->done ? progress->planned : progress->done;
    unsigned left = all - progress->done;
    size_t width = terminal_width(&progress->terminal);
    if (width >= 60)
        terminal_bar(bar, sizeof bar, width / 5, progress->done, all);
    (void)snprintf(line, sizeof line, "%s%s%u/%u, %u running, %u left%s%s", bar,
                   bar[0] == '\0' ? "" : " ", progress->done, all, running,
                   left > running ? left - running : 0, what[0] == '\0' ? "" : ": ", what);
    progress->line_ns = now_ns;
    terminal_status(&progress->terminal, line);
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
    terminal_clear(&progress->terminal);
    (void)fprintf(progress->terminal.out, "  %10.3f ms  %s/%s  %s\n",
                  clock_ns_to_ms(since_launch_ns), target, shape, text);
    (void)fflush(progress->terminal.out);
}

void progress_document(struct progress *progress, const char *path)
{
    build_next_text(&progress->builder, progress->documents, path);
}
