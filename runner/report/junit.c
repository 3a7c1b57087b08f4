/* SPDX-License-Identifier: MIT */
/* The dialect of JUnit's XML that Jenkins, GitLab and GitHub's reporters agree on. */
#include "base/json_access.h"
#include "report/decision/decision.h"
#include "report/decision/walk.h"
#include "report/report.h"
#include "report/text/escape.h"
#include "report/text/memory.h"
#include "report/words.h"

#include "verdict/shapes.h"

#include <string.h>

struct counts {
    size_t tests, failures, errors, skipped;
    double ms;
};

/* A suite while it is being put together: counts stand before cases in XML. */
struct suite {
    struct text_buffer cases;
    struct counts counts;
    const struct report_target *target;
};

static void begin_case(struct suite *suite, double ms)
{
    FILE *out = suite->cases.out;
    suite->counts.tests++;
    suite->counts.ms += ms;
    (void)fputs("    <testcase classname=\"rename-oracle.", out);
    xml_write(out, suite->target->name);
    (void)fprintf(out, "\" time=\"%.3f\" name=\"", ms / 1000);
}

/* An outcome element up to its message, which follows; and its end, where it has no body. */
static void begin_outcome(struct suite *suite, bool is_error, const char *type)
{
    if (is_error)
        suite->counts.errors++;
    else
        suite->counts.failures++;
    (void)fprintf(suite->cases.out, "\">\n      <%s type=\"%s\" message=\"",
                  is_error ? "error" : "failure", type);
}

static void end_outcome(struct suite *suite)
{
    (void)fputs("\"/>\n    </testcase>\n", suite->cases.out);
}

static int write_bad_attempt(struct suite *suite, const struct attempt *attempt, const char *before,
                             struct error *error)
{
    CLEANUP_TEXT_BUFFER struct text_buffer body = {0};
    FILE *out = suite->cases.out;
    bool is_error = verdict_table[attempt->verdict].sense == SENSE_OPEN;

    if (text_buffer_open(&body, error) != 0 || details_text_write(body.out, attempt, error) != 0 ||
        text_buffer_close(&body, error) != 0)
        return -1;
    /* Lost data is a class of its own: a CI system groups failures by this word. */
    const char *type =
        json_truth(attempt->cell, "data_loss") ? "data_loss" : verdict_table[attempt->verdict].name;
    begin_outcome(suite, is_error, type);
    (void)fputs(before, out);
    words_headline(out, xml_write, attempt);
    (void)fputs("\">", out);
    xml_write_lines(out, body.text);
    (void)fprintf(out, "</%s>\n    </testcase>\n", is_error ? "error" : "failure");
    return 0;
}

static void write_skip(struct suite *suite, const char *reason)
{
    suite->counts.skipped++;
    (void)fputs("\">\n      <skipped message=\"", suite->cases.out);
    xml_write(suite->cases.out, reason);
    (void)fputs("\"/>\n    </testcase>\n", suite->cases.out);
}

static int write_attempt(struct suite *suite, const struct report_release *release,
                         const struct attempt *attempt, struct error *error)
{
    FILE *out = suite->cases.out;
    begin_case(suite, member_number(attempt->cell, "duration_ms", 0));
    xml_write(out, member_text(attempt->cell, "shape"));
    (void)fprintf(out, ", attempt %" JSON_INTEGER_FORMAT, attempt->number);
    if (release->document_count > 1)
        (void)fprintf(out, " of run %s", attempt->document->run_id);
    if (attempt->verdict == VERDICT_SKIP)
        write_skip(suite, member_text(attempt->cell, "reason"));
    else if (attempt->verdict != VERDICT_PASS)
        return write_bad_attempt(suite, attempt, "", error);
    else
        (void)fputs("\"/>\n", out);
    return 0;
}

static int write_cell(struct suite *suite, const struct report_release *release,
                      const struct report_cell *cell, struct error *error)
{
    for (size_t i = 0; i < cell->attempt_count; i++)
        if (write_attempt(suite, release, &cell->attempts[i], error) != 0)
            return -1;
    if (cell->missing > 0) {
        begin_case(suite, 0);
        (void)fprintf(suite->cases.out, "%s, every attempt ran", cell->shape);
        begin_outcome(suite, true, "missing");
        (void)fprintf(suite->cases.out, "%zu planned attempts did not run", cell->missing);
        end_outcome(suite);
    }
    if (cell->verdict == VERDICT_FLAKY) {
        begin_case(suite, 0);
        (void)fprintf(suite->cases.out, "%s, attempts agree", cell->shape);
        begin_outcome(suite, false, "flaky");
        (void)fputs("attempts disagree: ", suite->cases.out);
        words_tally(suite->cases.out, cell);
        end_outcome(suite);
    }
    return 0;
}

static int write_control(struct suite *suite, const struct report_document *document,
                         const json_t *cell, struct error *error)
{
    struct attempt control = report_attempt(document, cell);
    const char *wanted = words_control_wants(member_text(cell, "shape"));
    char before[64];

    begin_case(suite, member_number(cell, "duration_ms", 0));
    (void)fprintf(suite->cases.out, "%s", member_text(cell, "shape"));
    if (control.verdict == VERDICT_SKIP) {
        write_skip(suite, member_text(cell, "reason"));
        return 0;
    }
    if (control_fault(cell) == NULL) {
        (void)fputs("\"/>\n", suite->cases.out);
        return 0;
    }
    (void)snprintf(before, sizeof before,
                   "wanted %s, got %s: ", wanted == NULL ? "(not known)" : wanted,
                   verdict_table[control.verdict].name);
    return write_bad_attempt(suite, &control, before, error);
}

static void write_admission(struct suite *suite, const struct report_document *document)
{
    const json_t *skipped = json_object_get(document->root, "skipped");

    begin_case(suite, 0);
    (void)fputs("this run is admissible", suite->cases.out);
    if (json_is_string(skipped)) {
        write_skip(suite, json_string_value(skipped));
        return;
    }
    if (document->admissible) {
        (void)fputs("\"/>\n", suite->cases.out);
        return;
    }
    begin_outcome(suite, false, "inadmissible");
    words_inadmissible(suite->cases.out, xml_write, document);
    end_outcome(suite);
}

static void write_property(FILE *out, const char *name, const char *value)
{
    (void)fprintf(out, "      <property name=\"%s\" value=\"", name);
    xml_write(out, value);
    (void)fputs("\"/>\n", out);
}

static void write_counts(FILE *out, const struct counts *counts)
{
    (void)fprintf(
        out, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\"",
        counts->tests, counts->failures, counts->errors, counts->skipped, counts->ms / 1000);
}

static void add_counts(struct counts *total, const struct counts *more)
{
    total->tests += more->tests;
    total->failures += more->failures;
    total->errors += more->errors;
    total->skipped += more->skipped;
    total->ms += more->ms;
}

/* Closes a suite and writes it, with what is known about its first document. */
static int write_suite(FILE *out, struct suite *suite, const struct report_release *release,
                       const struct report_document *document, const char *what,
                       struct counts *total, struct error *error)
{
    if (text_buffer_close(&suite->cases, error) != 0)
        return -1;
    (void)fputs("  <testsuite name=\"", out);
    xml_write(out, suite->target->name);
    (void)fputc(' ', out);
    xml_write(out, release->label);
    if (strcmp(suite->target->kind, "nanvix") != 0) /* a stand-in is not the real thing */
        (void)fprintf(out, " [%s]", suite->target->kind);
    (void)fprintf(out, "%s\"", what);
    write_counts(out, &suite->counts);
    (void)fprintf(out, " timestamp=\"%.19s\">\n    <properties>\n", document->started);
    write_property(out, "run", document->run_id);
    write_property(out, "document", document->digest);
    write_property(out, "subject", suite->target->kind);
    write_property(out, "mode", suite->target->mode);
    write_property(out, "release", release->name);
    char launcher[WORDS_LAUNCHER_SIZE];
    write_property(out, "launcher", words_launcher(document, launcher, sizeof launcher));
    write_property(out, "probe-build",
                   member_text(json_object_get(document->root, "probes"), "build_id"));
    (void)fputs("    </properties>\n", out);
    (void)fwrite(suite->cases.text, 1, suite->cases.length, out);
    (void)fputs("  </testsuite>\n", out);
    add_counts(total, &suite->counts);
    return 0;
}

static int write_controls_suite(FILE *out, const struct report_target *target,
                                const struct report_release *release,
                                const struct report_document *document, struct counts *total,
                                struct error *error)
{
    CLEANUP_TEXT_BUFFER struct text_buffer title = {0};
    struct suite suite = {.target = target};
    size_t index;
    json_t *cell;
    int result = -1;

    if (text_buffer_open(&title, error) != 0 || text_buffer_open(&suite.cases, error) != 0)
        return -1;
    (void)fprintf(title.out, " controls of run %s", document->run_id);
    if (text_buffer_close(&title, error) != 0)
        goto done;
    write_admission(&suite, document);
    json_array_foreach(json_object_get(document->root, "controls"), index, cell) {
        if (write_control(&suite, document, cell, error) != 0)
            goto done;
    }
    result = write_suite(out, &suite, release, document, title.text, total, error);
done:
    text_buffer_release(&suite.cases);
    return result;
}

static int write_release(FILE *out, const struct report_model *model,
                         const struct report_target *target, const struct report_release *release,
                         struct counts *total, struct error *error)
{
    struct suite suite = {.target = target};
    int result = -1;

    for (size_t i = 0; i < release->document_count; i++)
        if (write_controls_suite(out, target, release, release->documents[i], total, error) != 0)
            return -1;
    if (text_buffer_open(&suite.cases, error) != 0)
        return -1;
    for (size_t i = 0; i < model->shape_count; i++)
        if (write_cell(&suite, release, &release->cells[i], error) != 0)
            goto done;
    result = write_suite(out, &suite, release, release->documents[0], "", total, error);
done:
    text_buffer_release(&suite.cases);
    return result;
}

/** The decision as a test of its own, which passes when -B may go; its body says all of it. */
static void write_decision(FILE *out, const struct report *report, struct counts *total)
{
    enum decision_answer answer = decision_answer(report->decision);
    const struct decision_words *words = decision_words(report->decision);
    bool open = answer == DECISION_UNDECIDED;
    bool keep = answer == DECISION_KEEP;
    struct counts counts = {.tests = 1, .failures = keep ? 1 : 0, .errors = open ? 1 : 0};
    (void)fputs("  <testsuite name=\"decision\"", out);
    write_counts(out, &counts);
    (void)fputs(">\n    <testcase classname=\"rename-oracle.decision\" time=\"0.000\" "
                "name=\"-B may be removed\">\n      ",
                out);
    if (keep || open)
        (void)fprintf(out, "<%s type=\"%s\" message=\"%s\">", open ? "error" : "failure",
                      words->name, words->headline);
    else
        (void)fputs("<system-out>", out);
    decision_write_lines(out, report->decision, decision_absent(report->decision, report->model),
                         xml_write, "", "\n");
    (void)fprintf(out, "</%s>\n    </testcase>\n  </testsuite>\n",
                  open   ? "error"
                  : keep ? "failure"
                         : "system-out");
    add_counts(total, &counts);
}

int report_write_junit(FILE *out, const struct report *report, struct error *error)
{
    const struct report_model *model = report->model;
    CLEANUP_TEXT_BUFFER struct text_buffer suites = {0};
    struct counts total = {0};

    if (text_buffer_open(&suites, error) != 0)
        return -1;
    if (report->decision != NULL)
        write_decision(suites.out, report, &total);
    for (size_t i = 0; i < model->target_count; i++) {
        const struct report_target *target = &model->targets[i];
        for (size_t j = 0; j < target->release_count; j++)
            if (write_release(suites.out, model, target, &target->releases[j], &total, error) != 0)
                return -1;
    }
    if (text_buffer_close(&suites, error) != 0)
        return -1;
    (void)fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"rename-oracle\"",
                out);
    write_counts(out, &total);
    (void)fputs(">\n", out);
    (void)fwrite(suites.text, 1, suites.length, out);
    (void)fputs("</testsuites>\n", out);
    return 0;
}
