/* SPDX-License-Identifier: MIT */
/* GitHub Flavored Markdown (https://github.github.com/gfm/), for a CI job's summary. */
#include "base/json_access.h"
#include "report/decision/decision.h"
#include "report/decision/walk.h"
#include "report/model/model.h"
#include "report/report.h"
#include "report/text/escape.h"
#include "report/text/memory.h"
#include "report/words.h"

#include <string.h>

static void write_words(FILE *out, const struct report_cell *cell, bool admissible)
{
    (void)fprintf(out, "%s %s%s%s<br>", verdict_table[cell->verdict].symbol,
                  cell->verdict == VERDICT_PASS ? "" : "**", verdict_table[cell->verdict].word,
                  cell->verdict == VERDICT_PASS ? "" : "**");
    if (*words_state(cell) != '\0')
        (void)fprintf(out, "%s, ", words_state(cell));
    words_tally(out, cell);
    if (cell->data_loss)
        (void)fputs("<br>data lost", out);
    if (cell->anomalies)
        (void)fputs("<br>anomaly", out);
    if (!admissible && cell->verdict != VERDICT_SKIP && cell->verdict != VERDICT_MISSING)
        (void)fputs("<br>not admissible", out);
}

static void write_matrix_head(FILE *out, const struct report_model *model)
{
    (void)fputs("| shape |", out);
    for (size_t i = 0; i < model->target_count; i++) {
        const struct report_target *target = &model->targets[i];
        const struct report_release *newest = report_target_newest(target);
        (void)fputc(' ', out);
        markdown_write(out, target->name);
        (void)fputs("<br>", out);
        markdown_write(out, newest->label);
        (void)fprintf(out, "<br>%s%s |", words_kind(target->kind),
                      newest->admissible ? "" : "<br>**not admissible**");
    }
    (void)fputs("\n| :-- |", out);
    for (size_t i = 0; i < model->target_count; i++)
        (void)fputs(" :-- |", out);
    (void)fputc('\n', out);
}

static void write_matrix(FILE *out, const struct report_model *model)
{
    (void)fputs("### Shapes by targets\n\n", out);
    write_matrix_head(out, model);
    for (size_t i = 0; i < model->shape_count; i++) {
        (void)fputs("| ", out);
        markdown_write_code(out, model->shapes[i].name);
        (void)fprintf(out, "%s |", model->shapes[i].gating ? "" : " (informs)");
        for (size_t j = 0; j < model->target_count; j++) {
            const struct report_release *newest = report_target_newest(&model->targets[j]);
            (void)fputc(' ', out);
            write_words(out, &newest->cells[i], newest->admissible);
            (void)fputs(" |", out);
        }
        (void)fputc('\n', out);
    }
    (void)fputc('\n', out);
}

/* The first attempt that tells most about why a cell is not a plain pass. */
static const struct attempt *telling_attempt(const struct report_cell *cell)
{
    for (size_t i = 0; i < cell->attempt_count; i++)
        if (cell->attempts[i].verdict != VERDICT_PASS && cell->attempts[i].verdict != VERDICT_SKIP)
            return &cell->attempts[i];
    return cell->attempt_count > 0 ? &cell->attempts[0] : NULL;
}

static int write_trouble(FILE *out, const struct report_target *target,
                         const struct report_cell *cell, struct error *error)
{
    CLEANUP_TEXT_BUFFER struct text_buffer details = {0};
    const struct attempt *attempt = telling_attempt(cell);

    if (text_buffer_open(&details, error) != 0 ||
        (attempt != NULL && details_text_write(details.out, attempt, error) != 0) ||
        text_buffer_close(&details, error) != 0)
        return -1;
    (void)fputs("<details><summary><b>", out);
    markdown_write(out, target->name);
    (void)fprintf(out, "</b> %s: %s %s, ", cell->shape, verdict_table[cell->verdict].symbol,
                  verdict_table[cell->verdict].word);
    words_tally(out, cell);
    (void)fputs("<br><code>", out);
    if (attempt != NULL)
        words_headline(out, markdown_write, attempt);
    (void)fputs("</code></summary>\n\n", out);
    if (attempt != NULL)
        (void)fprintf(out, "Attempt %" JSON_INTEGER_FORMAT " of run <code>%s</code>:\n\n",
                      attempt->number, attempt->document->run_id);
    markdown_write_block(out, details.text);
    (void)fputs("</details>\n\n", out);
    return 0;
}

static int write_troubles(FILE *out, const struct report_model *model, struct error *error)
{
    bool any = false;
    for (size_t i = 0; i < model->target_count; i++) {
        const struct report_release *newest = report_target_newest(&model->targets[i]);
        for (size_t j = 0; j < model->shape_count; j++) {
            enum verdict verdict = newest->cells[j].verdict;
            bool planned = newest->cells[j].attempt_count + newest->cells[j].missing > 0;
            if (verdict == VERDICT_PASS || verdict == VERDICT_SKIP || !planned)
                continue;
            if (!any)
                (void)fputs("### What did not pass\n\n", out);
            any = true;
            if (write_trouble(out, &model->targets[i], &newest->cells[j], error) != 0)
                return -1;
        }
    }
    return 0;
}

static void write_remarks(FILE *out, const struct report_model *model)
{
    bool any = false;
    for (size_t i = 0; i < model->document_count; i++) {
        const struct report_document *document = &model->documents[i];
        const char *skipped = member_text(document->root, "skipped");
        if (document->admissible && *skipped == '\0')
            continue;
        if (!any)
            (void)fputs("### Runs that prove nothing\n\n", out);
        any = true;
        (void)fputs("- **", out);
        markdown_write(out, member_text(json_object_get(document->root, "target"), "name"));
        (void)fprintf(out, "** %s (run <code>%s</code>): ",
                      *skipped == '\0' ? "is not admissible" : "was skipped", document->run_id);
        (void)fputs("<code>", out);
        if (*skipped != '\0')
            markdown_write(out, skipped);
        else
            words_inadmissible(out, markdown_write, document);
        (void)fputs("</code>\n", out);
    }
    if (any)
        (void)fputc('\n', out);
}

static void write_history(FILE *out, const struct report_model *model,
                          const struct report_target *target)
{
    (void)fputs("#### ", out);
    markdown_write(out, target->name);
    (void)fprintf(out, "\n\nIn the order of %s.\n\n| shape |",
                  target->ordered_by_version ? "versions" : "first runs");
    for (size_t i = 0; i < target->release_count; i++) {
        (void)fputc(' ', out);
        markdown_write(out, target->releases[i].label);
        (void)fputs(" |", out);
    }
    (void)fputs("\n| :-- |", out);
    for (size_t i = 0; i < target->release_count; i++)
        (void)fputs(" :-- |", out);
    (void)fputc('\n', out);
    for (size_t shape = 0; shape < model->shape_count; shape++) {
        (void)fputs("| ", out);
        markdown_write_code(out, model->shapes[shape].name);
        (void)fputs(" |", out);
        for (size_t i = 0; i < target->release_count; i++) {
            const struct report_cell *cell = &target->releases[i].cells[shape];
            const char *state = words_state(cell);
            bool changed = history_changed(target, i, shape);
            (void)fprintf(out, " %s %s%s%s%s%s |", verdict_table[cell->verdict].symbol,
                          changed ? "**" : "", verdict_table[cell->verdict].word,
                          changed ? "** (changed)" : "", *state != '\0' ? "<br>" : "", state);
        }
        (void)fputc('\n', out);
    }
    (void)fputc('\n', out);
}

static void write_documents(FILE *out, const struct report_model *model)
{
    (void)fputs("<details><summary>Documents</summary>\n\n"
                "| target | release | what its launcher says | run | document |\n"
                "| :-- | :-- | :-- | :-- | :-- |\n",
                out);
    for (size_t i = 0; i < model->document_count; i++) {
        const struct report_document *document = &model->documents[i];
        (void)fputs("| ", out);
        markdown_write(out, member_text(json_object_get(document->root, "target"), "name"));
        (void)fputs(" | ", out);
        markdown_write(out, member_text(json_object_get(document->root, "subject"), "release"));
        char launcher[WORDS_LAUNCHER_SIZE];
        (void)fputs(" | ", out);
        markdown_write(out, words_launcher(document, launcher, sizeof launcher));
        (void)fprintf(out, " | <code>%s</code> | <code>%s</code> |\n", document->run_id,
                      document->digest);
    }
    (void)fputs("\n</details>\n", out);
}

static void begin_part(struct decision_format *format, enum decision_part part, bool loud)
{
    (void)loud; /* its loud words are bold */
    (void)fputs(part == PART_ANSWER   ? ""
                : part == PART_ORIGIN ? "\n\n<sub>"
                : part == PART_COUNT  ? "</sub>\n\n"
                                      : "\n\n### ",
                format->out);
}

static bool begin_point(struct decision_format *format, enum decision_point point, int depth)
{
    if (point == POINT_DETAIL)
        return false;
    if (point == POINT_MEANING)
        (void)fputs(": ", format->out);
    else if (point == POINT_NOTE || point == POINT_REMARK)
        (void)fputs("\n\n", format->out);
    else
        (void)fprintf(format->out, "\n%*s- ", 2 * depth, "");
    return true;
}

static void write_word(struct decision_format *format, enum decision_word word, const char *text)
{
    FILE *out = format->out;
    bool bold = word == WORD_LOUD || word == WORD_STATUS;
    if (word == WORD_CODE) {
        markdown_write_code(out, text);
        return;
    }
    if (word == WORD_STATUS)
        (void)fprintf(out, "%s ", verdict_table[decision_status(text)].symbol);
    (void)fputs(bold ? "**" : "", out);
    if (word == WORD_HEADLINE || word == WORD_LOUD)
        (void)fputs(text, out);
    else
        markdown_write(out, text);
    (void)fputs(bold ? "**" : "", out);
}

static void write_decision(FILE *out, const struct report *report)
{
    struct decision_format format = {
        .out = out, .part = begin_part, .point = begin_point, .word = write_word};
    if (report->decision == NULL) {
        (void)fputs("## rename-oracle\n\nThis report was given no decision.\n\n", out);
    } else {
        bool yes = decision_answer(report->decision) == DECISION_MAY_BE_REMOVED;
        (void)fprintf(out, "## %s ", verdict_table[yes ? VERDICT_PASS : VERDICT_FAIL].symbol);
        decision_walk(report->decision, decision_absent(report->decision, report->model), &format);
    }
}

int report_write_markdown(FILE *out, const struct report *report, struct error *error)
{
    const struct report_model *model = report->model;

    write_decision(out, report);
    write_matrix(out, model);
    write_remarks(out, model);
    if (write_troubles(out, model, error) != 0)
        return -1;
    if (report_model_has_history(model))
        (void)fputs("### History\n\n", out);
    for (size_t i = 0; i < model->target_count; i++)
        if (model->targets[i].release_count > 1)
            write_history(out, model, &model->targets[i]);
    write_documents(out, model);
    return 0;
}
