/* SPDX-License-Identifier: MIT */
/* What stands at the end of a run: the matrix, what did not pass, what that is worth. */
#include "run/progress.h"

#include "base/json_access.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

size_t progress_target_columns(const struct progress *progress)
{
    size_t longest = 0;
    for (size_t i = 0; i < progress->target_count; i++)
        if (strlen(progress->targets[i]) > longest)
            longest = strlen(progress->targets[i]);
    return longest;
}

size_t progress_shape_columns(const struct progress *progress)
{
    size_t longest = strlen("control_block");
    for (size_t i = 0; i < progress->shape_count; i++)
        if (strlen(progress->shapes[i]) > longest)
            longest = strlen(progress->shapes[i]);
    return longest;
}

/*
 * The largest rate of hangs that `attempts` clean attempts leave possible at 95 % confidence:
 * 1 - 0.05^(1/n), the exact one-sided bound of Clopper and Pearson for no event in n.
 */
static double hang_rate_bound(size_t attempts)
{
    return attempts == 0 ? 1.0 : 1.0 - pow(0.05, 1.0 / (double)attempts);
}

static enum verdict write_sum(const struct tally *tally, char *out, size_t size)
{
    enum verdict verdict = verdict_sum(tally->counts, 0);
    const char *lost = tally->lost ? " DATA LOST" : "";
    if (verdict == VERDICT_FLAKY)
        (void)snprintf(out, size, "flaky %zu/%zu%s", tally->counts[VERDICT_PASS], tally->total,
                       lost);
    else
        (void)snprintf(out, size, "%s%s",
                       verdict == VERDICT_MISSING ? "-" : verdict_table[verdict].name, lost);
    return verdict;
}

static size_t matrix_column_width(const struct progress *progress, size_t column)
{
    size_t width = strlen(progress->targets[column]);
    for (size_t shape = 0; shape < progress->shape_count; shape++) {
        char word[64];
        (void)write_sum(&progress->tallies[shape][column], word, sizeof word);
        width = strlen(word) > width ? strlen(word) : width;
    }
    /* One column always has to fit; a name longer than that is cut. */
    size_t room = terminal_width(&progress->terminal) - 2 - progress_shape_columns(progress);
    return width < room ? width : room;
}

static void print_matrix_row(const struct progress *progress, size_t shape, size_t first,
                             size_t end)
{
    (void)fprintf(progress->terminal.out, "%-*s", (int)progress_shape_columns(progress),
                  progress->shapes[shape]);
    for (size_t column = first; column < end; column++) {
        char word[64];
        enum verdict verdict = write_sum(&progress->tallies[shape][column], word, sizeof word);
        (void)fputs("  ", progress->terminal.out);
        terminal_word(&progress->terminal, word, verdict,
                      column + 1 < end ? matrix_column_width(progress, column) : 0);
    }
    (void)fputc('\n', progress->terminal.out);
}

/* As many targets side by side as there is room for, then the next ones below. */
static void print_matrix(const struct progress *progress)
{
    size_t first = 0;
    size_t width = terminal_width(&progress->terminal);
    while (first < progress->target_count) {
        size_t end = first;
        size_t used = progress_shape_columns(progress);
        do
            used += 2 + matrix_column_width(progress, end++);
        while (end < progress->target_count &&
               used + 2 + matrix_column_width(progress, end) <= width);
        (void)fprintf(progress->terminal.out, "\n%-*s", (int)progress_shape_columns(progress), "");
        for (size_t column = first; column < end; column++) {
            int columns = (int)matrix_column_width(progress, column);
            (void)fprintf(progress->terminal.out, "  %-*.*s", columns, columns,
                          progress->targets[column]);
        }
        (void)fputc('\n', progress->terminal.out);
        for (size_t shape = 0; shape < progress->shape_count; shape++)
            print_matrix_row(progress, shape, first, end);
        first = end;
    }
}

/* Once more at the end, where they are looked for. */
static void print_failures(const struct progress *progress)
{
    size_t shown = progress->failure_count < PROGRESS_FAILURES_MAX ? progress->failure_count
                                                                   : PROGRESS_FAILURES_MAX;
    if (shown > 0)
        (void)fprintf(progress->terminal.out, "\nnot passed, the shortest first%s:\n",
                      shown < progress->failure_count ? ", of many" : "");
    for (size_t i = 0; i < shown; i++) {
        const struct failure *failure = &progress->failures[i];
        char word[24];
        char line[512];
        (void)snprintf(word, sizeof word, "%-9s ", verdict_table[failure->verdict].name);
        (void)snprintf(line, sizeof line, "%s, %.1f s: %s", failure->cell, failure->ms / 1000.0,
                       failure->reason);
        terminal_wrap(&progress->terminal, 2, word, line);
    }
}

/* The fewest attempts that a cell with nothing but passes has had, which an interrupt makes fewer
 * than were planned; 0 where no cell is clean. */
static size_t fewest_clean_attempts(const struct progress *progress, size_t *passed, size_t *total)
{
    size_t fewest = 0;
    for (size_t shape = 0; shape < progress->shape_count; shape++)
        for (size_t column = 0; column < progress->target_count; column++) {
            const struct tally *tally = &progress->tallies[shape][column];
            *passed += tally->counts[VERDICT_PASS];
            *total += tally->total - tally->counts[VERDICT_SKIP];
            if (tally->total > 0 && tally->counts[VERDICT_PASS] == tally->total &&
                (fewest == 0 || tally->total < fewest))
                fewest = tally->total;
        }
    return fewest;
}

static void print_counts(const struct progress *progress)
{
    char line[512];
    size_t passed = 0;
    size_t total = 0;
    size_t attempts = fewest_clean_attempts(progress, &passed, &total);
    if (progress->planted == 0)
        (void)snprintf(line, sizeof line,
                       "%zu of %zu cells passed. No control ran, so nothing shows that a hang "
                       "would have been seen.",
                       passed, total);
    else
        (void)snprintf(line, sizeof line,
                       "%zu of %zu cells passed, and %u of %u planted hangs were recognised as "
                       "such.",
                       passed, total, progress->recognised, progress->planted);
    (void)fputc('\n', progress->terminal.out);
    if (total > 0)
        terminal_wrap(&progress->terminal, 0, "", line);
    (void)snprintf(line, sizeof line,
                   "%zu clean attempt%s at a cell would leave a hang rate of up to %.1f %% "
                   "possible (95 %% bound).",
                   attempts, attempts == 1 ? "" : "s", 100.0 * hang_rate_bound(attempts));
    if (attempts > 0)
        terminal_wrap(&progress->terminal, 0, "", line);
}

/* The run's own command line, with `last` behind it unless it is there already. */
static void print_again(const struct progress *progress, char *const *argv, const char *last)
{
    FILE *out = progress->terminal.out;
    const char *command = strchr(argv[0], ' ');
    (void)fputs("again:     ", out);
    text_quote_for_shell(out, program_invocation_name);
    (void)fputs(command == NULL ? "" : command, out);
    for (char *const *word = argv + 1; *word != NULL; word++)
        if (strcmp(*word, last) != 0) {
            (void)fputc(' ', out);
            text_quote_for_shell(out, *word);
        }
    (void)fprintf(out, " %s\n", last);
}

void progress_end(struct progress *progress, char *const *argv, const char *last)
{
    FILE *out = progress->terminal.out;
    size_t index;
    const json_t *path;
    if (out == NULL)
        return;
    terminal_clear(&progress->terminal);
    print_matrix(progress);
    print_failures(progress);
    print_counts(progress);
    json_array_foreach(progress->documents, index, path)
        (void)fprintf(out, "%s%s\n", index == 0 ? "documents: " : "           ",
                      json_string_value(path));
    if (index > 0) {
        const char *first = item_text(progress->documents, 0);
        (void)fputs("page:      ", out);
        text_quote_for_shell(out, program_invocation_name);
        (void)fprintf(out, " report -o report.html -- %.*s\n", (int)(strrchr(first, '/') - first),
                      first);
    }
    if (progress->failure_count > 0)
        print_again(progress, argv, last);
    (void)fflush(out);
}
