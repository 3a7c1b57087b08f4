/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/model/timeline.h"
#include "report/text/escape.h"
#include "report/words.h"

/* So many rows lead up to the end in plain text; the document and the page have all of them. */
enum { ROWS_SHOWN = 12 };

static void write_row(FILE *out, const struct timeline_row *row)
{
    (void)fprintf(out, "  %10.2f ms  %s", row->ms, row->kind == ROW_CALL ? "" : row->event);
    if (row->kind != ROW_CALL && *row->event != '\0')
        (void)fputc(' ', out);
    plain_write(out, row->subject);
    if (*row->subject != '\0')
        (void)fputc(' ', out);
    plain_write(out, row->arguments);
    if (row->kind == ROW_CALL && row->returned) {
        (void)fputs("  -> ", out);
        plain_write(out, row->result);
    } else if (!row->returned) {
        (void)fputs("  <== did not come back", out);
    }
    (void)fputc('\n', out);
}

static int write_timeline(FILE *out, const json_t *cell, struct error *error)
{
    CLEANUP_TIMELINE struct timeline timeline = {0};
    if (timeline_read(&timeline, cell, error) != 0)
        return -1;
    if (timeline.count == 0)
        return 0;
    size_t first = timeline.count > ROWS_SHOWN ? timeline.count - ROWS_SHOWN : 0;
    (void)fputs("\njournal", out);
    if (first > 0)
        (void)fprintf(out, " (the last %d of %zu events)", ROWS_SHOWN, timeline.count);
    (void)fputs(":\n", out);
    for (size_t i = first; i < timeline.count; i++)
        write_row(out, &timeline.rows[i]);
    return 0;
}

static void write_lines(FILE *out, const char *title, const json_t *lines)
{
    size_t index;
    json_t *item;
    if (json_array_size(lines) > 0)
        (void)fprintf(out, "\n%s:\n", title);
    json_array_foreach(lines, index, item) {
        (void)fputs("  ", out);
        plain_write(out, json_string_value(item));
        (void)fputc('\n', out);
    }
}

/* What was seen inside the target: one task a line, and what the inspections printed. */
static void write_inside(FILE *out, const json_t *inside)
{
    size_t index;
    size_t frame;
    const json_t *item;
    if (json_truth(inside, "silent"))
        (void)fputs("\nthe guest told nothing of itself: it had stopped as a whole\n", out);
    json_array_foreach(json_object_get(inside, "tasks"), index, item) {
        const json_t *stack = json_object_get(item, "stack");
        (void)fputs(index == 0 ? "\ninside the guest:\n  " : "  ", out);
        plain_write(out, member_text(item, "comm"));
        (void)fprintf(out, " (%.1s)", member_text(item, "state"));
        for (frame = 0; frame < json_array_size(stack); frame++) {
            (void)fputc(' ', out);
            plain_write(out, item_text(stack, frame));
        }
        (void)fputc('\n', out);
    }
    json_array_foreach(json_object_get(inside, "inspections"), index, item) {
        (void)fputs("\ninspection ", out);
        plain_write(out, member_text(item, "name"));
        (void)fputs(": ", out);
        plain_write(out, member_text(item, "status"));
        write_lines(out, "it printed", json_object_get(item, "output"));
    }
}

static void write_member(FILE *out, const char *before, const json_t *object, const char *key)
{
    (void)fputs(before, out);
    plain_write(out, member_text(object, key));
}

static void write_threads(FILE *out, const json_t *evidence)
{
    size_t index;
    json_t *thread;
    if (!json_is_object(evidence))
        return;
    (void)fprintf(out, "\nthreads over %.0f ms (pid/tid command state cpu waits-in):\n",
                  member_number(evidence, "window_ms", 0));
    json_array_foreach(json_object_get(evidence, "threads"), index, thread) {
        (void)fprintf(out, "  %.0f/%.0f", member_number(thread, "pid", 0),
                      member_number(thread, "tid", 0));
        write_member(out, " ", thread, "comm");
        write_member(out, " ", thread, "state");
        (void)fprintf(out, " %.0f ms", member_number(thread, "cpu_ms", 0));
        write_member(out, " ", thread, "waits_in");
        (void)fputc('\n', out);
    }
    if (json_truth(evidence, "threads_cut"))
        (void)fputs("  (there were more threads than are listed)\n", out);
}

static void write_processes(FILE *out, const json_t *cell, const json_t *evidence)
{
    size_t index;
    json_t *process;
    json_array_foreach(json_object_get(evidence, "ended"), index, process) {
        (void)fputs("\nended while the call was out:", out);
        write_member(out, " ", process, "comm");
        (void)fprintf(out, " (%.0f)", member_number(process, "pid", 0));
        write_member(out, " ", process, "status");
        (void)fprintf(out, " after %.2f ms\n", member_number(process, "after_ms", 0));
        write_lines(out, "its last lines", json_object_get(process, "last_lines"));
    }
    json_array_foreach(json_object_get(cell, "unkillable"), index, process) {
        (void)fputs("\nsurvived KILL and was left behind:", out);
        write_member(out, " ", process, "comm");
        (void)fprintf(out, " (%.0f)", member_number(process, "pid", 0));
        write_member(out, " ", process, "state");
        write_member(out, " ", process, "waits_in");
        (void)fputc('\n', out);
    }
}

static void write_anomalies(FILE *out, const json_t *cell)
{
    size_t index;
    json_t *anomaly;
    json_array_foreach(json_object_get(cell, "anomalies"), index, anomaly) {
        write_member(out, "\nanomaly: ", anomaly, "kind");
        write_member(out, ": ", anomaly, "detail");
        (void)fputc('\n', out);
    }
}

static void write_host_view(FILE *out, const json_t *view)
{
    if (!json_is_object(view))
        return;
    write_member(out, "\nthe host's view of the ", view, "kind");
    write_member(out, ": ", view, "result");
    (void)fputc('\n', out);
    write_lines(out, "findings", json_object_get(view, "findings"));
}

static void write_artifacts(FILE *out, const json_t *artifacts)
{
    const char *kind;
    json_t *path;
    json_object_foreach(iterable(artifacts), kind, path) {
        (void)fputs("\nartifact: ", out);
        plain_write(out, kind);
        (void)fputs(" in ", out);
        plain_write(out, json_string_value(path));
        (void)fputc('\n', out);
    }
}

int details_text_write(FILE *out, const struct attempt *attempt, struct error *error)
{
    const json_t *cell = attempt->cell;
    const json_t *evidence = json_object_get(cell, "evidence");

    (void)fprintf(out, "verdict: %s", verdict_table[attempt->verdict].name);
    write_member(out, "\nreason: ", cell, "reason");
    if (json_truth(cell, "data_loss"))
        (void)fputs("\ndata was lost", out);
    (void)fputc('\n', out);
    if (write_timeline(out, cell, error) != 0)
        return -1;
    write_threads(out, evidence);
    write_inside(out, json_object_get(evidence, "inside"));
    write_processes(out, cell, evidence);
    write_anomalies(out, cell);
    write_host_view(out, json_object_get(cell, "host_view"));
    write_artifacts(out, json_object_get(cell, "artifacts"));
    write_lines(out, "console, its last lines", json_object_get(cell, "console_tail"));
    return 0;
}
