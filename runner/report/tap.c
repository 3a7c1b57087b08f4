/* SPDX-License-Identifier: MIT */
/* TAP 14 (https://testanything.org/tap-version-14-specification.html). */
#include "base/json_access.h"
#include "report/decision/decision.h"
#include "report/decision/walk.h"
#include "report/report.h"
#include "report/text/escape.h"
#include "report/text/memory.h"
#include "report/words.h"

#include "verdict/shapes.h"

#include <string.h>

struct tap {
    FILE *out;
    size_t points;
};

/* What comes before the description of every point about an attempt. */
static void begin_point(struct tap *tap, bool good, const struct report_target *target,
                        const struct report_release *release)
{
    tap->points++;
    (void)fprintf(tap->out, "%s %zu - ", good ? "ok" : "not ok", tap->points);
    tap_write(tap->out, target->name);
    (void)fputc(' ', tap->out);
    tap_write(tap->out, release->label);
    if (strcmp(target->kind, "nanvix") != 0) /* a stand-in must not be taken for the real thing */
        (void)fprintf(tap->out, " [%s]", target->kind);
    (void)fputs(": ", tap->out);
}

static void write_key(FILE *out, const char *key, const char *value)
{
    if (*value == '\0')
        return;
    (void)fprintf(out, "  %s: ", key);
    yaml_write(out, value);
    (void)fputc('\n', out);
}

static void write_list(FILE *out, const char *key, const json_t *lines)
{
    size_t index;
    json_t *item;
    if (json_array_size(lines) == 0)
        return;
    (void)fprintf(out, "  %s:\n", key);
    json_array_foreach(lines, index, item) {
        (void)fputs("    - ", out);
        yaml_write(out, json_string_value(item));
        (void)fputc('\n', out);
    }
}

static void write_numbers(FILE *out, const json_t *cell)
{
    (void)fprintf(out, "  duration_ms: %.3f\n", member_number(cell, "duration_ms", 0));
    if (json_is_number(json_object_get(cell, "rename_ms")))
        (void)fprintf(out, "  rename_ms: %.3f\n", member_number(cell, "rename_ms", 0));
}

/* The YAML diagnostics of an attempt that did not pass. */
static void write_diagnostics(FILE *out, const struct attempt *attempt)
{
    const json_t *cell = attempt->cell;
    const json_t *evidence = json_object_get(cell, "evidence");
    (void)fputs("  ---\n", out);
    if (attempt->verdict != VERDICT_PASS || *member_text(cell, "reason") != '\0') {
        (void)fputs("  message: \"", out);
        words_headline(out, yaml_write_part, attempt);
        (void)fputs("\"\n", out);
    }
    write_key(out, "verdict", verdict_table[attempt->verdict].name);
    write_key(out, "reason", member_text(cell, "reason"));
    write_key(out, "run", attempt->document->run_id);
    write_numbers(out, cell);
    write_key(out, "call", member_text(json_object_get(cell, "step"), "call"));
    write_key(out, "errno", member_text(json_object_get(cell, "errno"), "name"));
    write_key(out, "state", member_text(evidence, "state"));
    if (json_truth(cell, "data_loss"))
        (void)fputs("  data_loss: true\n", out);
    write_list(out, "console", json_object_get(cell, "console_tail"));
    (void)fputs("  ...\n", out);
}

static void write_attempt(struct tap *tap, const struct report_target *target,
                          const struct report_release *release, const struct attempt *attempt)
{
    bool skipped = attempt->verdict == VERDICT_SKIP;
    begin_point(tap, skipped || attempt->verdict == VERDICT_PASS, target, release);
    tap_write(tap->out, member_text(attempt->cell, "shape"));
    (void)fprintf(tap->out, ", attempt %" JSON_INTEGER_FORMAT, attempt->number);
    if (release->document_count > 1)
        (void)fprintf(tap->out, " of run %s", attempt->document->run_id);
    if (skipped) {
        (void)fputs(" # SKIP ", tap->out);
        tap_write(tap->out, member_text(attempt->cell, "reason"));
        (void)fputc('\n', tap->out);
        return;
    }
    (void)fputc('\n', tap->out);
    if (attempt->verdict != VERDICT_PASS)
        write_diagnostics(tap->out, attempt);
}

static void write_cell(struct tap *tap, const struct report_target *target,
                       const struct report_release *release, const struct report_cell *cell)
{
    for (size_t i = 0; i < cell->attempt_count; i++)
        write_attempt(tap, target, release, &cell->attempts[i]);
    if (cell->missing > 0) {
        begin_point(tap, false, target, release);
        (void)fprintf(tap->out, "%s, %zu planned attempts did not run\n", cell->shape,
                      cell->missing);
    }
    if (cell->verdict == VERDICT_FLAKY) {
        begin_point(tap, false, target, release);
        (void)fprintf(tap->out, "%s, attempts agree\n  ---\n  message: \"flaky: ", cell->shape);
        words_tally(tap->out, cell);
        (void)fputs("\"\n  ...\n", tap->out);
    }
}

static void write_control(struct tap *tap, const struct report_target *target,
                          const struct report_release *release,
                          const struct report_document *document, const json_t *cell)
{
    struct attempt control = report_attempt(document, cell);
    const char *wanted = words_control_wants(member_text(cell, "shape"));
    bool skipped = control.verdict == VERDICT_SKIP;
    bool right = control_fault(cell) == NULL;

    begin_point(tap, right || skipped, target, release);
    (void)fprintf(tap->out, "control %s of run %s shows %s", member_text(cell, "shape"),
                  document->run_id, wanted == NULL ? "what is not known" : wanted);
    if (skipped) {
        (void)fputs(" # SKIP ", tap->out);
        tap_write(tap->out, member_text(cell, "reason"));
    }
    (void)fputc('\n', tap->out);
    if (!right && !skipped)
        write_diagnostics(tap->out, &control);
}

static void write_admission(struct tap *tap, const struct report_target *target,
                            const struct report_release *release,
                            const struct report_document *document)
{
    const json_t *skipped = json_object_get(document->root, "skipped");

    char launcher[WORDS_LAUNCHER_SIZE];
    if (*words_launcher(document, launcher, sizeof launcher) != '\0') {
        (void)fputs("# what the launcher of the next run says: ", tap->out);
        tap_write(tap->out, launcher);
        (void)fputc('\n', tap->out);
    }
    begin_point(tap, document->admissible || json_is_string(skipped), target, release);
    (void)fprintf(tap->out, "run %s is admissible", document->run_id);
    if (json_is_string(skipped)) {
        (void)fputs(" # SKIP ", tap->out);
        tap_write(tap->out, json_string_value(skipped));
    }
    (void)fputc('\n', tap->out);
    if (document->admissible)
        return;
    (void)fputs("  ---\n  message: \"", tap->out);
    words_inadmissible(tap->out, yaml_write_part, document);
    (void)fputs("\"\n  ...\n", tap->out);
}

static void write_release(struct tap *tap, const struct report_target *target,
                          const struct report_release *release, size_t count)
{
    for (size_t i = 0; i < release->document_count; i++) {
        const struct report_document *document = release->documents[i];
        size_t index;
        json_t *cell;
        write_admission(tap, target, release, document);
        json_array_foreach(json_object_get(document->root, "controls"), index, cell) {
            write_control(tap, target, release, document, cell);
        }
    }
    for (size_t i = 0; i < count; i++)
        write_cell(tap, target, release, &release->cells[i]);
}

/** The decision as a point of its own, good when -B may go; its diagnostics say all of it. */
static void write_decision(struct tap *tap, const struct report *report)
{
    enum decision_answer answer = decision_answer(report->decision);
    bool good = answer == DECISION_MAY_BE_REMOVED || answer == DECISION_MAY_BE_REMOVED_ON_TERMS;
    tap->points++;
    (void)fprintf(tap->out, "%s %zu - decision: -B may be removed\n  ---\n  decision:\n",
                  good ? "ok" : "not ok", tap->points);
    decision_write_lines(tap->out, report->decision,
                         decision_absent(report->decision, report->model), yaml_write_part,
                         "    - \"", "\"\n");
    (void)fputs("  ...\n", tap->out);
}

int report_write_tap(FILE *out, const struct report *report, struct error *error)
{
    const struct report_model *model = report->model;
    CLEANUP_TEXT_BUFFER struct text_buffer points = {0};

    if (text_buffer_open(&points, error) != 0)
        return -1;
    struct tap tap = {.out = points.out};
    if (report->decision != NULL)
        write_decision(&tap, report);
    for (size_t i = 0; i < model->target_count; i++) {
        const struct report_target *target = &model->targets[i];
        for (size_t j = 0; j < target->release_count; j++)
            write_release(&tap, target, &target->releases[j], model->shape_count);
    }
    if (text_buffer_close(&points, error) != 0)
        return -1;
    (void)fprintf(out, "TAP version 14\n1..%zu\n", tap.points);
    (void)fwrite(points.text, 1, points.length, out);
    return 0;
}
