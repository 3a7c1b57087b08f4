/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/model/timeline.h"
#include "report/text/escape.h"
#include "report/words.h"

#include "verdict/shapes.h"

#include <string.h>

/* An earlier attempt that stood the same way; its journal may be the same, too. */
static const struct attempt *similar_attempt(const struct report_cell *cell, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (cell->attempts[i].verdict == cell->attempts[index].verdict &&
            cell->attempts[i].document == cell->attempts[index].document)
            return &cell->attempts[i];
    return NULL;
}

/* The attempt whose headline stands for the cell: the first that did not pass. */
static const struct attempt *telling_attempt(const struct report_cell *cell)
{
    for (size_t i = 0; i < cell->attempt_count; i++)
        if (cell->attempts[i].verdict != VERDICT_PASS)
            return &cell->attempts[i];
    return NULL;
}

static int write_attempts(FILE *out, const struct report_release *release,
                          const struct report_cell *cell, struct error *error)
{
    const struct attempt *telling = telling_attempt(cell);
    for (size_t i = 0; i < cell->attempt_count; i++) {
        const struct attempt *attempt = &cell->attempts[i];
        bool open = attempt == telling || (telling == NULL && i == 0);
        (void)fprintf(
            out,
            "<details class=attempt%s><summary><span class=a>Attempt %" JSON_INTEGER_FORMAT
            "</span> ",
            open ? " open" : "", attempt->number);
        html_write_verdict(out, attempt->verdict);
        (void)fputc(' ', out);
        html_write_duration(out, member_number(attempt->cell, "duration_ms", 0));
        if (release->document_count > 1)
            (void)fprintf(out, " <span class=sub>run %s</span>", attempt->document->run_id);
        (void)fputs("</summary><div class=inner>\n", out);
        if (html_write_attempt(out, attempt, similar_attempt(cell, i), error) != 0)
            return -1;
        (void)fputs("</div></details>\n", out);
    }
    if (cell->missing > 0)
        (void)fprintf(out, "<p class=odd>%zu planned attempts did not run.</p>\n", cell->missing);
    return 0;
}

struct place {
    size_t target, release, shape;
};

static int write_cell(FILE *out, const struct report_release *release, struct place place,
                      struct error *error)
{
    const struct report_cell *cell = &release->cells[place.shape];
    const struct attempt *telling = telling_attempt(cell);

    if (cell->attempt_count + cell->missing == 0)
        return 0;
    (void)fprintf(out, "<details class=\"cell %s\"><summary><code>",
                  verdict_table[cell->verdict].name);
    html_write_name(out, cell->shape);
    (void)fputs("</code> ", out);
    html_write_verdict(out, cell->verdict);
    (void)fputs(" <span class=sub>", out);
    words_tally(out, cell);
    (void)fputs("</span>", out);
    if (telling != NULL) {
        (void)fputs("<span class=how>", out);
        words_headline(out, html_write, telling);
        (void)fputs("</span>", out);
    }
    (void)fputs("</summary>\n<div class=body id=", out);
    html_write_cell_id(out, place.target, place.release, place.shape);
    (void)fputs(">\n", out);
    if (write_attempts(out, release, cell, error) != 0)
        return -1;
    (void)fputs("</div></details>\n", out);
    return 0;
}

static int write_controls(FILE *out, const struct report_document *document, struct error *error)
{
    const json_t *controls = json_object_get(document->root, "controls");
    size_t index;
    json_t *cell;
    size_t right = 0;

    json_array_foreach(controls, index, cell)
        right += control_fault(cell) == NULL ? 1 : 0;
    if (json_array_size(controls) == 0)
        return 0;
    (void)fprintf(
        out,
        "<details class=\"cell control\"><summary>Controls <span class=sub>%zu of %zu showed "
        "what they must, run %s</span></summary><div class=body>\n",
        right, json_array_size(controls), document->run_id);
    json_array_foreach(controls, index, cell) {
        struct attempt control = report_attempt(document, cell);
        const char *wanted = words_control_wants(member_text(cell, "shape"));
        bool good = control_fault(cell) == NULL;
        (void)fprintf(out, "<details class=attempt%s><summary><code>%s</code> ",
                      good ? "" : " open", member_text(cell, "shape"));
        html_write_verdict(out, control.verdict);
        (void)fprintf(out,
                      " <span class=\"sub%s\">%s: wanted %s</span></summary><div class=inner>\n",
                      good ? "" : " wrong", good ? "right" : "wrong",
                      wanted == NULL ? "(not known)" : wanted);
        if (html_write_attempt(out, &control, NULL, error) != 0)
            return -1;
        (void)fputs("</div></details>\n", out);
    }
    (void)fputs("</div></details>\n", out);
    return 0;
}

static void write_remark(FILE *out, const struct report_document *document)
{
    const char *skipped = json_text(document->root, "skipped");
    if (document->admissible && skipped == NULL)
        return;
    (void)fprintf(out, "<p class=odd><strong>%s (run %s):</strong> ",
                  skipped != NULL ? "Skipped" : "Not admissible, nothing here counts",
                  document->run_id);
    if (skipped != NULL)
        html_write(out, skipped);
    else
        words_inadmissible(out, html_write, document);
    (void)fputs("</p>\n", out);
}

static int write_release(FILE *out, const struct report_model *model, size_t target_index,
                         size_t release_index, struct error *error)
{
    const struct report_target *target = &model->targets[target_index];
    const struct report_release *release = &target->releases[release_index];

    (void)fputs("<h4>Release ", out);
    html_write(out, release->label);
    (void)fputs("</h4>\n", out);
    for (size_t i = 0; i < release->document_count; i++)
        write_remark(out, release->documents[i]);
    for (size_t i = 0; i < model->shape_count; i++)
        if (write_cell(out, release, (struct place){target_index, release_index, i}, error) != 0)
            return -1;
    for (size_t i = 0; i < release->document_count; i++)
        if (write_controls(out, release->documents[i], error) != 0)
            return -1;
    return 0;
}

int html_write_targets(FILE *out, const struct report_model *model, struct error *error)
{
    (void)fputs("<section id=details aria-labelledby=details-h>\n"
                "<div class=bar><h2 id=details-h>Details</h2>"
                "<p class=tools hidden><button type=button data-do=trouble>Open what did not "
                "pass</button> <button type=button data-do=close>Close all</button></p></div>\n",
                out);
    for (size_t i = 0; i < model->target_count; i++) {
        const struct report_target *target = &model->targets[i];
        (void)fprintf(out, "<article class=target aria-labelledby=t%zu><h3 id=t%zu>", i, i);
        html_write_name(out, target->name);
        (void)fprintf(out, "</h3>\n<p class=note>Mode %s; %s.</p>\n", target->mode,
                      words_kind(target->kind));
        for (size_t j = target->release_count; j > 0; j--)
            if (write_release(out, model, i, j - 1, error) != 0)
                return -1;
        (void)fputs("</article>\n", out);
    }
    (void)fputs("</section>\n", out);
    return 0;
}
