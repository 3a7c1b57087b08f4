/* SPDX-License-Identifier: MIT */
#include "report/decision.h"
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/text/escape.h"
#include "report/text/text_buffer.h"

#include <stdbool.h>
#include <string.h>

static void write_status(FILE *out, const char *status)
{
    enum verdict verdict = decision_status(status);
    (void)fprintf(out, " <span class=\"s %s\">",
                  verdict == VERDICT_PASS   ? "met"
                  : verdict == VERDICT_FAIL ? "unmet"
                                            : "unknown");
    html_write_icon(out, verdict);
    html_write(out, status);
    (void)fputs("</span>", out);
}

static int write_reasons(FILE *out, const json_t *object, struct error *error)
{
    const json_t *reasons = json_object_get(object, "reasons");
    size_t index;
    json_t *reason;
    if (json_array_size(reasons) == 0)
        return 0;
    (void)fputs("<ul class=why>", out);
    json_array_foreach(reasons, index, reason) {
        CLEANUP_TEXT_BUFFER struct text_buffer words = {0};
        if (text_buffer_open(&words, error) != 0)
            return -1;
        decision_write_reason(words.out, reason);
        if (text_buffer_close(&words, error) != 0)
            return -1;
        (void)fputs("<li>", out);
        html_write(out, words.text);
        (void)fputs("</li>", out);
    }
    (void)fputs("</ul>", out);
    return 0;
}

static bool is_met(const json_t *object)
{
    return strcmp(member_text(object, "status"), "met") == 0;
}

static int write_shape(FILE *out, const json_t *shape, struct error *error)
{
    (void)fputs("<li><code>", out);
    html_write(out, member_text(shape, "shape"));
    (void)fputs("</code>", out);
    write_status(out, member_text(shape, "status"));
    (void)fprintf(out, " <span class=sub>%.0f of %.0f needed passed</span>",
                  member_number(shape, "passed", 0), member_number(shape, "needed", 0));
    if (write_reasons(out, shape, error) != 0)
        return -1;
    (void)fputs("</li>", out);
    return 0;
}

/* How many shapes are met, and folded away why the others are not. */
static int write_shapes(FILE *out, const json_t *shapes, struct error *error)
{
    size_t index;
    json_t *shape;
    size_t met = 0;
    size_t all = json_array_size(shapes);

    json_array_foreach(shapes, index, shape) {
        met += is_met(shape) ? 1 : 0;
    }
    if (met == all) {
        (void)fprintf(out, " <span class=sub>%zu of %zu shapes</span>", met, all);
        return 0;
    }
    (void)fprintf(out, "<details><summary>%zu of %zu shapes; what stands in the way</summary><ul>",
                  met, all);
    json_array_foreach(shapes, index, shape) {
        if (!is_met(shape) && write_shape(out, shape, error) != 0)
            return -1;
    }
    (void)fputs("</ul></details>", out);
    return 0;
}

static int write_mode(FILE *out, const json_t *mode, struct error *error)
{
    const json_t *shapes = json_object_get(mode, "shapes");
    (void)fputs("<li><b>", out);
    html_write(out, member_text(mode, "mode"));
    (void)fputs("</b>", out);
    write_status(out, member_text(mode, "status"));
    if (json_truth(mode, "waived"))
        (void)fputs(" <strong class=waived>waived, not measured</strong>", out);
    if (json_array_size(shapes) > 0 && write_shapes(out, shapes, error) != 0)
        return -1;
    if (write_reasons(out, mode, error) != 0)
        return -1;
    (void)fputs("</li>", out);
    return 0;
}

static int write_upstream(FILE *out, const json_t *issue, struct error *error)
{
    const json_t *upstream = json_object_get(issue, "upstream");
    (void)fputs("<li><b>resolved upstream</b> (", out);
    html_write(out, member_text(issue, "reference"));
    (void)fputs(")", out);
    write_status(out, member_text(upstream, "status"));
    if (!json_truth(upstream, "required"))
        (void)fputs(" <span class=sub>not required by these criteria</span>", out);
    if (write_reasons(out, upstream, error) != 0)
        return -1;
    (void)fputs("</li>", out);
    return 0;
}

static int write_issue(FILE *out, const json_t *issue, struct error *error)
{
    size_t index;
    json_t *mode;
    (void)fputs("<div class=issue><h2>", out);
    html_write(out, member_text(issue, "issue"));
    write_status(out, member_text(issue, "status"));
    (void)fputs("</h2><ul class=criteria>", out);
    if (write_upstream(out, issue, error) != 0)
        return -1;
    json_array_foreach(json_object_get(issue, "modes"), index, mode) {
        if (write_mode(out, mode, error) != 0)
            return -1;
    }
    (void)fputs("</ul></div>\n", out);
    return 0;
}

static void write_missing(FILE *out, const json_t *decision)
{
    const json_t *missing = json_object_get(decision, "missing");
    size_t index;
    json_t *entry;
    if (json_array_size(missing) == 0)
        return;
    (void)fprintf(out,
                  "<details class=todo><summary>What is still missing "
                  "<span class=sub>%zu</span></summary><ul>",
                  json_array_size(missing));
    json_array_foreach(missing, index, entry) {
        (void)fputs("<li>", out);
        if (*member_text(entry, "issue") != '\0') {
            (void)fputs("<b>", out);
            html_write(out, member_text(entry, "issue"));
            (void)fputs("</b>: ", out);
        }
        html_write(out, member_text(entry, "what"));
        (void)fputs("</li>", out);
    }
    (void)fputs("</ul></details>\n", out);
}

static void write_guards(FILE *out, const json_t *decision)
{
    const json_t *guards = json_object_get(decision, "explicit_rename_guards");
    size_t index;
    json_t *guard;
    if (json_array_size(guards) == 0)
        return;
    (void)fputs("<details class=todo><summary>The issues' own guards on explicit renames "
                "<span class=sub>another question than -B</span></summary><ul>",
                out);
    json_array_foreach(guards, index, guard) {
        (void)fputs("<li>Guards of <b>", out);
        html_write(out, member_text(guard, "issue"));
        (void)fprintf(out, "</b>: %s</li>", decision_guard_words(member_text(guard, "answer")));
    }
    (void)fputs("</ul></details>\n", out);
}

/** The guest commands as they were caught: what has to be changed in the harness. */
static void write_unprotected(FILE *out, const json_t *commands)
{
    size_t index;
    json_t *command;
    if (json_array_size(commands) == 0)
        return;
    (void)fputs("<ul>", out);
    json_array_foreach(commands, index, command) {
        (void)fputs("<li>unprotected: <code>", out);
        html_write(out, json_string_value(command));
        (void)fputs("</code></li>", out);
    }
    (void)fputs("</ul>", out);
}

/** What no run of the harness has shown. */
static void write_gaps(FILE *out, const json_t *harness)
{
    size_t index;
    json_t *gap;
    json_array_foreach(json_object_get(harness, "not_exercised"), index, gap) {
        size_t number;
        json_t *name;
        (void)fputs("<li>not exercised: ", out);
        html_write(out, member_text(gap, "kind"));
        json_array_foreach(json_object_get(gap, "names"), number, name) {
            (void)fputs(number == 0 ? " <code>" : ", <code>", out);
            html_write(out, json_string_value(name));
            (void)fputs("</code>", out);
        }
        (void)fputs(": ", out);
        html_write(out, member_text(gap, "why"));
        (void)fputs("</li>", out);
    }
    (void)fputs(json_truth(harness, "confined") ? "<li>confined: " : "<li>unconfined: ", out);
    html_write(out, member_text(harness, "confinement"));
    (void)fputs("</li>", out);
}

static void write_harness(FILE *out, const json_t *harness)
{
    size_t index;
    json_t *mode;
    if (!json_is_object(harness))
        return;
    (void)fputs("<details class=todo><summary>The harness as it is: <b>", out);
    html_write(out, member_text(harness, "status"));
    (void)fputs("</b></summary><ul>", out);
    json_array_foreach(json_object_get(harness, "modes"), index, mode) {
        (void)fputs("<li><b>", out);
        html_write(out, member_text(mode, "mode"));
        (void)fputs("</b>: ", out);
        html_write(out, member_text(mode, "verdict"));
        (void)fputs(*member_text(mode, "reason") == '\0' ? "" : ", ", out);
        html_write(out, member_text(mode, "reason"));
        write_unprotected(out, json_object_get(mode, "unprotected_commands"));
        (void)fputs("</li>", out);
    }
    write_gaps(out, harness);
    (void)fputs("</ul></details>\n", out);
}

/** What a yes rests on beside evidence. */
static void write_terms(FILE *out, const json_t *terms)
{
    size_t index;
    json_t *term;
    (void)fputs("<ul class=why>", out);
    json_array_foreach(terms, index, term) {
        if (!decision_term_is_told(term))
            continue;
        (void)fprintf(out, "<li><strong>term</strong>: %s: ", member_text(term, "id"));
        html_write(out, member_text(term, "detail"));
        (void)fputs("</li>", out);
    }
    (void)fputs("</ul>", out);
}

static int write_criteria_remark(FILE *out, const json_t *decision, struct error *error)
{
    const char *words = decision_criteria_words(decision);
    if (words == NULL)
        return 0;
    (void)fprintf(out, "<div class=loss><strong>%s</strong>", words);
    write_terms(out, json_object_get(decision, "terms"));
    if (write_reasons(out, json_object_get(decision, "criteria"), error) != 0)
        return -1;
    (void)fputs("</div>\n", out);
    return 0;
}

static void write_absent(FILE *out, const struct report *report)
{
    size_t absent = decision_absent(report->decision, report->model);
    if (absent > 0)
        (void)fprintf(out,
                      "<p class=odd>The decision also rests on %zu documents that are not on "
                      "this page.</p>\n",
                      absent);
}

static void write_sources(FILE *out, const json_t *decision)
{
    const char *release = member_text(decision, "tested_release");
    (void)fputs("<p class=note>", out);
    if (*release != '\0') {
        (void)fputs("Tested release <b>", out);
        html_write(out, release);
        (void)fputs("</b>. ", out);
    }
    (void)fputs("Decided at ", out);
    html_write(out, member_text(decision, "decided_at"));
    (void)fputs(" by the gate; decision <code class=hash>", out);
    html_write(out, member_text(decision, "digest"));
    (void)fputs("</code>, criteria <code class=hash>", out);
    html_write(out, member_text(json_object_get(decision, "criteria"), "digest"));
    (void)fprintf(out, "</code>. %s</p>\n", decision_signers_words(decision));
}

int html_write_decision(FILE *out, const struct report *report, struct error *error)
{
    const json_t *decision = report->decision;
    size_t index;
    json_t *issue;

    if (write_criteria_remark(out, decision, error) != 0)
        return -1;
    write_absent(out, report);
    (void)fputs("<div class=issues>\n", out);
    json_array_foreach(json_object_get(decision, "issues"), index, issue) {
        if (write_issue(out, issue, error) != 0)
            return -1;
    }
    (void)fputs("</div>\n", out);
    write_missing(out, decision);
    write_guards(out, decision);
    write_harness(out, json_object_get(decision, "harness"));
    write_sources(out, decision);
    return 0;
}
