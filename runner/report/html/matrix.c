/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/text/escape.h"
#include "report/words.h"

#include <string.h>

static void write_column_head(FILE *out, const struct report_target *target, size_t index)
{
    const struct report_release *newest = report_target_newest(target);
    (void)fprintf(out, "<th scope=col><a href=\"#t%zu\">", index);
    html_write_name(out, target->name);
    (void)fputs("</a><span class=sub>", out);
    html_write(out, newest->label);
    (void)fputs("</span>", out);
    if (strcmp(target->kind, "nanvix") != 0)
        (void)fprintf(out, "<span class=tag>%s</span>", target->kind);
    if (!newest->admissible)
        (void)fprintf(out, "<span class=\"tag warn\">%s</span>",
                      words_was_skipped(newest) ? "skipped" : "not admissible");
    (void)fputs("</th>", out);
}

/* The call that a stalled cell is stuck in, if all attempts agree. */
static const char *stalled_call(const struct report_cell *cell)
{
    const char *call = "";
    for (size_t i = 0; i < cell->attempt_count; i++) {
        const char *here = member_text(json_object_get(cell->attempts[i].cell, "step"), "call");
        if (*call != '\0' && strcmp(call, here) != 0)
            return "";
        call = here;
    }
    return call;
}

static void write_small_print(FILE *out, const struct report_cell *cell)
{
    const char *state = words_state(cell);
    (void)fputs("<span class=sub>", out);
    if (cell->verdict == VERDICT_STALL && *stalled_call(cell) != '\0') {
        (void)fputs("in ", out);
        html_write(out, stalled_call(cell));
        (void)fputs(", ", out);
    }
    if (*state != '\0')
        (void)fprintf(out, "%s, ", state);
    words_tally(out, cell);
    (void)fputs("</span>", out);
    if (cell->data_loss)
        (void)fputs("<span class=\"tag bad\">data lost</span>", out);
    if (cell->anomalies)
        (void)fputs("<span class=tag>anomaly</span>", out);
}

static void write_cell(FILE *out, const struct report_target *target, size_t target_index,
                       size_t shape)
{
    const struct report_release *newest = report_target_newest(target);
    const struct report_cell *cell = &newest->cells[shape];

    if (cell->attempt_count + cell->missing == 0) {
        (void)fputs("<td class=none>not planned</td>", out);
        return;
    }
    (void)fprintf(out, "<td class=\"c %s%s\"><a href=\"#", verdict_table[cell->verdict].name,
                  newest->admissible ? "" : " void");
    html_write_cell_id(out, target_index, target->release_count - 1, shape);
    (void)fputs("\">", out);
    html_write_verdict(out, cell->verdict);
    write_small_print(out, cell);
    if (!newest->admissible && cell->verdict == VERDICT_PASS)
        (void)fputs("<span class=\"tag warn\">does not count</span>", out);
    (void)fputs("</a></td>", out);
}

static void write_row(FILE *out, const struct report_model *model, size_t shape)
{
    (void)fputs("<tr><th scope=row><code>", out);
    html_write_name(out, model->shapes[shape].name);
    (void)fprintf(out, "</code>%s</th>",
                  model->shapes[shape].gating ? "" : "<span class=tag>informs only</span>");
    for (size_t i = 0; i < model->target_count; i++)
        write_cell(out, &model->targets[i], i, shape);
    (void)fputs("</tr>\n", out);
}

void html_write_matrix(FILE *out, const struct report_model *model)
{
    (void)fputs("<section id=matrix aria-labelledby=matrix-h tabindex=-1>\n"
                "<h2 id=matrix-h>Shapes by targets</h2>\n",
                out);
    if (report_model_has_history(model))
        (void)fputs("<p class=note>The newest release of each target; older ones are in the "
                    "<a href=\"#history\">history</a>.</p>\n",
                    out);
    (void)fputs("<div class=scroll role=group aria-label=Matrix tabindex=0>"
                "<table class=matrix><thead><tr><th scope=col>Shape</th>",
                out);
    for (size_t i = 0; i < model->target_count; i++)
        write_column_head(out, &model->targets[i], i);
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t i = 0; i < model->shape_count; i++)
        write_row(out, model, i);
    (void)fputs("</tbody></table></div>\n", out);
    html_write_legend(out);
    (void)fputs("</section>\n", out);
}

void html_write_legend(FILE *out)
{
    (void)fputs("<details class=legend><summary>What the words mean</summary><dl>", out);
    for (int i = 0; i < VERDICT_COUNT_WITH_SUMS; i++) {
        (void)fputs("<dt>", out);
        html_write_verdict(out, (enum verdict)i);
        (void)fprintf(out, "</dt><dd>%s</dd>", verdict_table[i].meaning);
    }
    (void)fputs("</dl></details>\n", out);
}
