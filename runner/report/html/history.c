/* SPDX-License-Identifier: MIT */
#include "report/html/parts.h"
#include "report/model/model.h"
#include "report/text/escape.h"
#include "report/words.h"

/* "hang (blocked)": what a cell says, in words. */
static void write_face(FILE *out, const struct report_cell *cell)
{
    const char *state = words_state(cell);
    (void)fputs(verdict_table[cell->verdict].word, out);
    if (*state != '\0')
        (void)fprintf(out, " (%s)", state);
}

static void write_cell(FILE *out, const struct report_target *target, size_t target_index,
                       size_t release, size_t shape)
{
    const struct report_cell *cell = &target->releases[release].cells[shape];
    bool changed = history_changed(target, release, shape);
    const char *state = words_state(cell);

    if (cell->attempt_count + cell->missing == 0) {
        (void)fputs("<td class=none>not planned</td>", out);
        return;
    }
    (void)fprintf(out, "<td class=\"c %s%s%s\"><a href=\"#", verdict_table[cell->verdict].name,
                  changed ? " changed" : "", target->releases[release].admissible ? "" : " void");
    html_write_cell_id(out, target_index, release, shape);
    (void)fputs("\">", out);
    html_write_verdict(out, cell->verdict);
    if (*state != '\0')
        (void)fprintf(out, "<span class=sub>%s</span>", state);
    if (changed)
        (void)fputs("<span class=\"tag mark\">changed</span>", out);
    (void)fputs("</a></td>", out);
}

/* One line per release in which anything changed: from what to what. */
static void write_changes(FILE *out, const struct report_model *model,
                          const struct report_target *target)
{
    (void)fputs("<ul class=changes>\n", out);
    for (size_t release = 1; release < target->release_count; release++) {
        const char *comma = "";
        for (size_t shape = 0; shape < model->shape_count; shape++) {
            if (!history_changed(target, release, shape))
                continue;
            if (*comma == '\0') {
                (void)fputs("<li>In <b>", out);
                html_write(out, target->releases[release].label);
                (void)fputs("</b>: ", out);
            }
            (void)fprintf(out, "%s<code>", comma);
            html_write_name(out, model->shapes[shape].name);
            (void)fputs("</code> from ", out);
            write_face(out, history_before(target, release, shape));
            (void)fputs(" to <b>", out);
            write_face(out, &target->releases[release].cells[shape]);
            (void)fputs("</b>", out);
            comma = "; ";
        }
        if (*comma != '\0')
            (void)fputs("</li>\n", out);
    }
    (void)fputs("</ul>\n", out);
}

static bool has_changes(const struct report_model *model, const struct report_target *target)
{
    for (size_t release = 1; release < target->release_count; release++)
        for (size_t shape = 0; shape < model->shape_count; shape++)
            if (history_changed(target, release, shape))
                return true;
    return false;
}

static void write_target(FILE *out, const struct report_model *model, size_t index)
{
    const struct report_target *target = &model->targets[index];
    (void)fprintf(out, "<h3 id=h%zu>", index);
    html_write_name(out, target->name);
    (void)fprintf(out,
                  "</h3>\n<p class=note>The oldest release first, by %s.</p>\n"
                  "<div class=scroll role=group aria-labelledby=h%zu tabindex=0>"
                  "<table class=\"matrix past\"><thead><tr><th scope=col>Shape</th>",
                  target->ordered_by_version ? "version" : "the time of the first run", index);
    for (size_t i = 0; i < target->release_count; i++) {
        (void)fputs("<th scope=col>", out);
        html_write_name(out, target->releases[i].label);
        (void)fprintf(out, "<span class=sub>%.10s</span>", target->releases[i].started);
        if (!target->releases[i].admissible)
            (void)fputs("<span class=\"tag warn\">not admissible</span>", out);
        (void)fputs("</th>", out);
    }
    (void)fputs("</tr></thead>\n<tbody>\n", out);
    for (size_t shape = 0; shape < model->shape_count; shape++) {
        (void)fputs("<tr><th scope=row><code>", out);
        html_write_name(out, model->shapes[shape].name);
        (void)fputs("</code></th>", out);
        for (size_t i = 0; i < target->release_count; i++)
            write_cell(out, target, index, i, shape);
        (void)fputs("</tr>\n", out);
    }
    (void)fputs("</tbody></table></div>\n", out);
    if (has_changes(model, target))
        write_changes(out, model, target);
    else
        (void)fputs("<p>Nothing changed.</p>\n", out);
}

void html_write_history(FILE *out, const struct report_model *model)
{
    if (!report_model_has_history(model))
        return;
    (void)fputs("<section id=history aria-labelledby=history-h>\n<h2 id=history-h>History</h2>\n"
                "<p class=note>A mark shows where a cell is another than it was in the release "
                "before in which it ran.</p>\n",
                out);
    for (size_t i = 0; i < model->target_count; i++)
        if (model->targets[i].release_count > 1)
            write_target(out, model, i);
    (void)fputs("</section>\n", out);
}
