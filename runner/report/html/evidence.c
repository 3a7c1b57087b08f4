/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/text/escape.h"

#include <string.h>

static void write_cell_text(FILE *out, const json_t *object, const char *key)
{
    (void)fputs("<td>", out);
    html_write(out, member_text(object, key));
}

static void write_stack(FILE *out, const json_t *stack)
{
    size_t index;
    json_t *line;
    if (json_array_size(stack) == 0)
        return;
    (void)fputs("<details><summary>stack</summary><pre>", out);
    json_array_foreach(stack, index, line) {
        html_write(out, json_string_value(line));
        (void)fputc('\n', out);
    }
    (void)fputs("</pre></details>", out);
}

static void write_thread(FILE *out, const json_t *thread, double window_ms)
{
    double cpu = member_number(thread, "cpu_ms", 0);
    const json_t *syscall = json_object_get(thread, "syscall");
    bool busy = cpu * 2 > window_ms;

    (void)fprintf(out, "<tr%s><td>%.0f/%.0f", busy ? " class=busy" : "",
                  member_number(thread, "pid", 0), member_number(thread, "tid", 0));
    write_cell_text(out, thread, "comm");
    write_cell_text(out, thread, "state");
    (void)fprintf(out, "<td>%.0f<td>%.0f<td>", cpu, member_number(thread, "waited_ms", 0));
    if (json_is_integer(syscall))
        (void)fprintf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(syscall));
    write_cell_text(out, thread, "waits_in");
    write_stack(out, json_object_get(thread, "stack"));
    (void)fputc('\n', out);
}

static void write_threads(FILE *out, const json_t *evidence)
{
    const json_t *threads = json_object_get(evidence, "threads");
    double window_ms = member_number(evidence, "window_ms", 0);
    size_t index;
    json_t *thread;

    if (json_array_size(threads) == 0) {
        (void)fputs("<p class=note>No thread was left to look at.</p>\n", out);
        return;
    }
    (void)fprintf(
        out,
        "<div class=scroll tabindex=0 role=group aria-label=Threads><table class=th>"
        "<caption>Threads over %.0f ms</caption><thead><tr><th scope=col>pid/tid"
        "<th scope=col>command<th scope=col>state<th scope=col>CPU ms"
        "<th scope=col>kept waiting ms<th scope=col>syscall<th scope=col>waits in<tbody>\n",
        window_ms);
    json_array_foreach(threads, index, thread) {
        write_thread(out, thread, window_ms);
    }
    (void)fputs("</table></div>\n", out);
    if (json_truth(evidence, "threads_cut"))
        (void)fputs("<p class=note>There were more threads than are listed.</p>\n", out);
}

static void write_ended(FILE *out, const json_t *process)
{
    size_t index;
    json_t *line;
    const json_t *lines = json_object_get(process, "last_lines");

    (void)fputs("<div class=ended><p><strong>Ended while the call was out:</strong> <code>", out);
    html_write(out, member_text(process, "comm"));
    (void)fprintf(out, "</code> (%.0f), ", member_number(process, "pid", 0));
    html_write(out, member_text(process, "status"));
    (void)fputs(", after ", out);
    html_write_duration(out, member_number(process, "after_ms", 0));
    (void)fputs(".</p>\n", out);
    if (json_array_size(lines) > 0) {
        (void)fputs("<pre tabindex=0 aria-label=\"Its last lines\" role=group>", out);
        json_array_foreach(lines, index, line) {
            html_write(out, json_string_value(line));
            (void)fputc('\n', out);
        }
        (void)fputs("</pre>", out);
    }
    (void)fputs("</div>\n", out);
}

static void write_task(FILE *out, const json_t *task)
{
    (void)fputs("<li><code>", out);
    html_write(out, member_text(task, "comm"));
    (void)fprintf(out, "</code> (%.1s)", member_text(task, "state"));
    write_stack(out, json_object_get(task, "stack"));
    (void)fputc('\n', out);
}

static void write_inspection(FILE *out, const json_t *inspection)
{
    (void)fputs("<p>Inspection <code>", out);
    html_write(out, member_text(inspection, "name"));
    (void)fputs("</code>: ", out);
    html_write(out, member_text(inspection, "status"));
    (void)fputs("</p>\n", out);
    write_stack(out, json_object_get(inspection, "output"));
}

/* What was seen inside the target while the call was out. */
static void write_inside(FILE *out, const json_t *inside)
{
    const json_t *tasks = json_object_get(inside, "tasks");
    size_t index;
    json_t *item;
    if (json_truth(inside, "silent"))
        (void)fputs("<p>The guest told nothing of itself: it had stopped as a whole.</p>\n", out);
    if (json_array_size(tasks) > 0)
        (void)fputs("<h5>Inside the guest</h5><ul class=inside>\n", out);
    json_array_foreach(tasks, index, item) {
        write_task(out, item);
    }
    if (json_array_size(tasks) > 0)
        (void)fputs("</ul>\n", out);
    json_array_foreach(json_object_get(inside, "inspections"), index, item) {
        write_inspection(out, item);
    }
}

void html_write_evidence(FILE *out, const json_t *evidence)
{
    size_t index;
    json_t *process;
    const json_t *early = json_object_get(evidence, "early");

    if (!json_is_object(evidence))
        return;
    (void)fprintf(out, "<h5>Evidence: %s</h5>\n<p>", member_text(evidence, "state"));
    html_write(out, member_text(evidence, "summary"));
    (void)fputs("</p>\n<p class=note>Out for ", out);
    html_write_duration(out, member_number(evidence, "out_ms", 0));
    (void)fputs(", of which ", out);
    html_write_duration(out, member_number(evidence, "charged_ms", 0));
    (void)fputs(" count against the budget.", out);
    if (json_is_object(early)) {
        (void)fputs(" The wait was ended early by the rule <q>", out);
        html_write(out, member_text(early, "rule"));
        (void)fprintf(out, "</q> after %.0f ms without progress.",
                      member_number(early, "quiet_ms", 0));
    }
    (void)fputs("</p>\n", out);
    json_array_foreach(json_object_get(evidence, "ended"), index, process) {
        write_ended(out, process);
    }
    write_threads(out, evidence);
    write_inside(out, json_object_get(evidence, "inside"));
}
