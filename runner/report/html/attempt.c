/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/text/escape.h"
#include "report/text/memory.h"
#include "report/words.h"

#include <string.h>

static void write_fact(FILE *out, const char *name, const char *value)
{
    if (*value == '\0')
        return;
    (void)fprintf(out, "<dt>%s</dt><dd>", name);
    html_write(out, value);
    (void)fputs("</dd>", out);
}

static void write_time(FILE *out, const char *name, const json_t *cell, const char *key)
{
    if (!json_is_number(json_object_get(cell, key)))
        return;
    (void)fprintf(out, "<dt>%s</dt><dd>", name);
    html_write_duration(out, member_number(cell, key, 0));
    (void)fputs("</dd>", out);
}

static void write_filesystem(FILE *out, const json_t *filesystem)
{
    if (!json_is_object(filesystem))
        return;
    (void)fputs("<dt>File system</dt><dd>", out);
    html_write(out, member_text(filesystem, "type"));
    if (*member_text(filesystem, "mount") != '\0') {
        (void)fputs(" on ", out);
        html_write(out, member_text(filesystem, "mount"));
    }
    if (*member_text(filesystem, "source") != '\0') {
        (void)fputs(" from ", out);
        html_write(out, member_text(filesystem, "source"));
    }
    if (json_is_integer(json_object_get(filesystem, "longest_name")))
        (void)fprintf(out, ", names of up to %.0f bytes",
                      member_number(filesystem, "longest_name", 0));
    (void)fputs("</dd>", out);
}

static void write_host_view(FILE *out, const json_t *view)
{
    size_t index;
    json_t *finding;
    if (!json_is_object(view))
        return;
    (void)fprintf(out, "<dt>Host's view of the %s</dt><dd>%s",
                  strcmp(member_text(view, "kind"), "fat-image") == 0 ? "FAT image" : "directory",
                  member_text(view, "result"));
    json_array_foreach(json_object_get(view, "findings"), index, finding) {
        (void)fputs("<br>", out);
        html_write(out, json_string_value(finding));
    }
    (void)fputs("</dd>", out);
}

static void write_artifacts(FILE *out, const json_t *artifacts)
{
    const char *kind;
    json_t *path;
    json_object_foreach(iterable(artifacts), kind, path) {
        (void)fputs("<dt>Artifact, ", out);
        html_write(out, kind);
        (void)fputs("</dt><dd><code>", out);
        html_write(out, json_string_value(path));
        (void)fputs("</code></dd>", out);
    }
}

static void write_facts(FILE *out, const struct attempt *attempt)
{
    const json_t *cell = attempt->cell;
    (void)fputs("<dl class=facts>", out);
    write_fact(out, "Reason", member_text(cell, "reason"));
    write_fact(out, "errno", member_text(json_object_get(cell, "errno"), "name"));
    write_time(out, "Longest rename", cell, "rename_ms");
    write_time(out, "From launch to end", cell, "duration_ms");
    write_host_view(out, json_object_get(cell, "host_view"));
    write_filesystem(out, json_object_get(cell, "filesystem"));
    write_artifacts(out, json_object_get(cell, "artifacts"));
    (void)fputs("</dl>\n", out);
}

static void write_marks(FILE *out, const json_t *cell)
{
    size_t index;
    json_t *item;
    if (json_truth(cell, "data_loss"))
        (void)fputs("<p class=loss><strong>Data was lost.</strong></p>\n", out);
    json_array_foreach(json_object_get(cell, "unkillable"), index, item) {
        (void)fputs("<p class=loss><strong>Survived KILL and was left behind:</strong> <code>",
                    out);
        html_write(out, member_text(item, "comm"));
        (void)fprintf(out, "</code> (%.0f), state ", member_number(item, "pid", 0));
        html_write(out, member_text(item, "state"));
        (void)fputs(", waits in ", out);
        html_write(out, member_text(item, "waits_in"));
        (void)fputs(".</p>\n", out);
    }
    json_array_foreach(json_object_get(cell, "anomalies"), index, item) {
        (void)fputs("<p class=odd><strong>Anomaly:</strong> <code>", out);
        html_write(out, member_text(item, "kind"));
        (void)fputs("</code>, ", out);
        html_write(out, member_text(item, "detail"));
        (void)fputs("</p>\n", out);
    }
}

static void write_console(FILE *out, const json_t *lines)
{
    size_t index;
    json_t *line;
    if (json_array_size(lines) == 0)
        return;
    (void)fputs("<h5>The console's last lines</h5>\n"
                "<pre tabindex=0 role=group aria-label=Console>",
                out);
    json_array_foreach(lines, index, line) {
        html_write(out, json_string_value(line));
        (void)fputc('\n', out);
    }
    (void)fputs("</pre>\n", out);
}

int html_write_attempt(FILE *out, const struct attempt *attempt, const struct attempt *same_as,
                       struct error *error)
{
    const json_t *cell = attempt->cell;
    write_marks(out, cell);
    write_facts(out, attempt);
    if (attempt->verdict == VERDICT_SKIP)
        return 0;
    (void)fputs("<h5>Journal</h5>\n", out);
    if (html_write_journal(out, attempt, same_as, error) != 0)
        return -1;
    html_write_evidence(out, json_object_get(cell, "evidence"));
    write_console(out, json_object_get(cell, "console_tail"));
    return 0;
}
