/* SPDX-License-Identifier: MIT */
#include "report/markdown_decision.h"
#include "base/json_access.h"
#include "report/decision.h"
#include "report/text/escape.h"
#include "report/text/text_buffer.h"

#include <string.h>

static int write_reasons(FILE *out, const json_t *object, const char *indent, struct error *error)
{
    size_t index;
    json_t *reason;
    json_array_foreach(json_object_get(object, "reasons"), index, reason) {
        CLEANUP_TEXT_BUFFER struct text_buffer words = {0};
        if (text_buffer_open(&words, error) != 0)
            return -1;
        decision_write_reason(words.out, reason);
        if (text_buffer_close(&words, error) != 0)
            return -1;
        (void)fprintf(out, "%s- ", indent);
        markdown_write(out, words.text);
        (void)fputc('\n', out);
    }
    return 0;
}

static void write_status(FILE *out, const char *status)
{
    (void)fprintf(out, "%s **", verdict_table[decision_status(status)].symbol);
    markdown_write(out, status);
    (void)fputs("**", out);
}

/** Whether the same is to be said of every one of several shapes. */
static bool are_alike(const json_t *shapes)
{
    static const char *const said[] = {"status", "needed", "passed", "reasons"};
    const json_t *first = json_array_get(shapes, 0);
    size_t index;
    json_t *shape;
    json_array_foreach(shapes, index, shape) {
        for (size_t i = 0; i < sizeof said / sizeof said[0]; i++)
            if (!json_equal(json_object_get(shape, said[i]), json_object_get(first, said[i])))
                return false;
    }
    return json_array_size(shapes) > 1;
}

static int write_all_shapes(FILE *out, const json_t *shapes, struct error *error)
{
    const json_t *first = json_array_get(shapes, 0);
    if (strcmp(member_text(first, "status"), "met") == 0)
        return 0;
    (void)fprintf(out, "    - all %zu shapes: ", json_array_size(shapes));
    write_status(out, member_text(first, "status"));
    (void)fprintf(out, ", %.0f of %.0f needed passed\n", member_number(first, "passed", 0),
                  member_number(first, "needed", 0));
    return write_reasons(out, first, "      ", error);
}

static int write_mode(FILE *out, const json_t *mode, struct error *error)
{
    size_t index;
    json_t *shape;
    (void)fputs("  - ", out);
    markdown_write(out, member_text(mode, "mode"));
    (void)fputs(": ", out);
    write_status(out, member_text(mode, "status"));
    (void)fputs(json_truth(mode, "waived") ? ", **WAIVED and not measured**\n" : "\n", out);
    if (write_reasons(out, mode, "    ", error) != 0)
        return -1;
    if (are_alike(json_object_get(mode, "shapes")))
        return write_all_shapes(out, json_object_get(mode, "shapes"), error);
    json_array_foreach(json_object_get(mode, "shapes"), index, shape) {
        if (strcmp(member_text(shape, "status"), "met") == 0)
            continue;
        (void)fputs("    - ", out);
        markdown_write_code(out, member_text(shape, "shape"));
        (void)fputs(": ", out);
        write_status(out, member_text(shape, "status"));
        (void)fprintf(out, ", %.0f of %.0f needed passed\n", member_number(shape, "passed", 0),
                      member_number(shape, "needed", 0));
        if (write_reasons(out, shape, "      ", error) != 0)
            return -1;
    }
    return 0;
}

static int write_issue(FILE *out, const json_t *issue, struct error *error)
{
    const json_t *upstream = json_object_get(issue, "upstream");
    size_t index;
    json_t *mode;
    (void)fputs("- **", out);
    markdown_write(out, member_text(issue, "issue"));
    (void)fputs("**: ", out);
    write_status(out, member_text(issue, "status"));
    (void)fputs("\n  - resolved upstream (", out);
    markdown_write(out, member_text(issue, "reference"));
    (void)fputs("): ", out);
    write_status(out, member_text(upstream, "status"));
    (void)fputs(json_truth(upstream, "required") ? "\n" : ", not required by these criteria\n",
                out);
    if (write_reasons(out, upstream, "    ", error) != 0)
        return -1;
    json_array_foreach(json_object_get(issue, "modes"), index, mode) {
        if (write_mode(out, mode, error) != 0)
            return -1;
    }
    return 0;
}

/** What a yes rests on beside evidence. */
static void write_terms(FILE *out, const json_t *terms)
{
    size_t index;
    json_t *term;
    json_array_foreach(terms, index, term) {
        if (!decision_term_is_told(term))
            continue;
        (void)fputs("- **TERM** ", out);
        markdown_write_code(out, member_text(term, "id"));
        (void)fputs(": ", out);
        markdown_write(out, member_text(term, "detail"));
        (void)fputc('\n', out);
    }
}

static int write_remarks(FILE *out, const struct report *report, struct error *error)
{
    const char *criteria = decision_criteria_words(report->decision);
    size_t absent = decision_absent(report->decision, report->model);
    if (criteria != NULL) {
        (void)fprintf(out, "**%s**\n\n", criteria);
        write_terms(out, json_object_get(report->decision, "terms"));
        if (write_reasons(out, json_object_get(report->decision, "criteria"), "", error) != 0)
            return -1;
        (void)fputc('\n', out);
    }
    (void)fprintf(out, "%s\n\n", decision_signers_words(report->decision));
    if (absent > 0)
        (void)fprintf(out,
                      "**The decision also rests on %zu documents that are not in this "
                      "report.**\n\n",
                      absent);
    return 0;
}

static void write_release(FILE *out, const char *release)
{
    if (*release == '\0') {
        (void)fputs(" No evidence counts about any release.\n\n", out);
        return;
    }
    (void)fputs(" Tested release: ", out);
    markdown_write(out, release);
    (void)fputs(".\n\n", out);
}

static int write_refused(FILE *out, const json_t *refused, struct error *error)
{
    size_t index;
    json_t *document;
    json_array_foreach(refused, index, document) {
        (void)fputs("- refused: ", out);
        markdown_write(out, member_text(document, "target"));
        (void)fputs(" (", out);
        markdown_write(out, member_text(document, "digest"));
        (void)fputs(")\n", out);
        if (write_reasons(out, document, "  ", error) != 0)
            return -1;
    }
    return 0;
}

/** The guest commands as they were caught: what has to be changed in the harness. */
static void write_unprotected(FILE *out, const json_t *mode)
{
    size_t index;
    json_t *command;
    json_array_foreach(json_object_get(mode, "unprotected_commands"), index, command) {
        (void)fputs("  - ", out);
        markdown_write(out, member_text(mode, "mode"));
        (void)fputs(": unprotected: ", out);
        markdown_write_code(out, json_string_value(command));
        (void)fputc('\n', out);
    }
}

/** What no run of the harness has shown. */
static void write_gaps(FILE *out, const json_t *harness)
{
    size_t index;
    json_t *gap;
    json_array_foreach(json_object_get(harness, "not_exercised"), index, gap) {
        size_t number;
        json_t *name;
        (void)fputs("  - not exercised: ", out);
        markdown_write(out, member_text(gap, "kind"));
        json_array_foreach(json_object_get(gap, "names"), number, name) {
            (void)fputs(number == 0 ? " " : ", ", out);
            markdown_write_code(out, json_string_value(name));
        }
        (void)fputs(": ", out);
        markdown_write(out, member_text(gap, "why"));
        (void)fputc('\n', out);
    }
    (void)fputs(json_truth(harness, "confined") ? "  - confined: " : "  - unconfined: ", out);
    markdown_write(out, member_text(harness, "confinement"));
    (void)fputc('\n', out);
}

static void write_harness(FILE *out, const json_t *harness)
{
    size_t index;
    json_t *mode;
    if (!json_is_object(harness))
        return;
    (void)fputs("- harness: **", out);
    markdown_write(out, member_text(harness, "status"));
    (void)fputs("**\n", out);
    json_array_foreach(json_object_get(harness, "modes"), index, mode) {
        write_unprotected(out, mode);
    }
    write_gaps(out, harness);
}

int markdown_write_decision(FILE *out, const struct report *report, struct error *error)
{
    enum decision_answer answer = decision_answer(report->decision);
    size_t index;
    json_t *issue;

    if (answer == DECISION_NONE) {
        (void)fprintf(out, "## rename-oracle\n\n%s\n\n", decision_meaning(answer));
        return 0;
    }
    (void)fprintf(out, "## %s ",
                  answer == DECISION_MAY_BE_REMOVED ? verdict_table[VERDICT_PASS].symbol
                                                    : verdict_table[VERDICT_FAIL].symbol);
    decision_write_headline(out, report->decision);
    (void)fprintf(out, "\n\n%s", decision_meaning(answer));
    write_release(out, member_text(report->decision, "tested_release"));
    if (write_remarks(out, report, error) != 0)
        return -1;
    json_array_foreach(json_object_get(report->decision, "issues"), index, issue) {
        if (write_issue(out, issue, error) != 0)
            return -1;
    }
    if (write_refused(out, json_object_get(report->decision, "refused"), error) != 0)
        return -1;
    write_harness(out, json_object_get(report->decision, "harness"));
    (void)fputs("\n<sub>Decided by <code>rename-oracle gate</code>, decision ", out);
    markdown_write_code(out, member_text(report->decision, "digest"));
    (void)fputs("</sub>\n\n", out);
    return 0;
}
