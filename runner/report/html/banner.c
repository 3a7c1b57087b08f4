/* SPDX-License-Identifier: MIT */
#include "report/decision.h"
#include "report/html/parts.h"

void html_write_title(FILE *out, const struct report *report)
{
    enum decision_answer answer = decision_answer(report->decision);
    if (answer != DECISION_NONE) {
        decision_write_headline(out, report->decision);
        (void)fputs(": ", out);
    }
    (void)fprintf(out, "rename-oracle on %zu targets", report->model->target_count);
}

/* How many cells stand how, at each target's newest release. */
static void write_tally(FILE *out, const struct report_model *model)
{
    size_t counts[VERDICT_COUNT_WITH_SUMS] = {0};
    size_t lossy = 0;
    for (size_t i = 0; i < model->target_count; i++) {
        const struct report_release *newest = report_target_newest(&model->targets[i]);
        for (size_t j = 0; j < model->shape_count; j++) {
            if (newest->cells[j].attempt_count + newest->cells[j].missing > 0)
                counts[newest->cells[j].verdict]++;
            lossy += newest->cells[j].data_loss ? 1 : 0;
        }
    }
    (void)fputs("<ul class=tally aria-label=\"Cells by verdict\">", out);
    for (int i = 0; i < VERDICT_COUNT_WITH_SUMS; i++)
        if (counts[i] > 0) {
            (void)fprintf(out, "<li><b>%zu</b> ", counts[i]);
            html_write_verdict(out, (enum verdict)i);
            (void)fputs("</li>", out);
        }
    if (lossy > 0)
        (void)fprintf(out, "<li><b>%zu</b> of them <span class=\"tag bad\">data lost</span></li>",
                      lossy);
    (void)fputs("</ul>\n", out);
}

static void write_answer(FILE *out, const json_t *decision)
{
    enum decision_answer answer = decision_answer(decision);
    static const struct {
        const char *look;
        enum verdict icon;
    } looks[] = {
        [DECISION_NONE] = {"none", VERDICT_MISSING},
        [DECISION_KEEP] = {"keep", VERDICT_FAIL},
        [DECISION_MAY_BE_REMOVED] = {"yes", VERDICT_PASS},
        [DECISION_MAY_BE_REMOVED_ON_TERMS] = {"open", VERDICT_ERROR},
        [DECISION_UNDECIDED] = {"open", VERDICT_ERROR},
    };
    (void)fprintf(out, "<section class=\"banner %s\" aria-labelledby=decision>\n<h1 id=decision>",
                  looks[answer].look);
    html_write_icon(out, looks[answer].icon);
    decision_write_headline(out, decision);
    (void)fprintf(out, "</h1>\n<p class=lead>%s", decision_meaning(answer));
    if (answer == DECISION_NONE)
        (void)fputs(" Make one with <code>rename-oracle gate --json</code> and pass it as "
                    "<code>--decision</code>.",
                    out);
    (void)fputs("</p>\n", out);
}

int html_write_banner(FILE *out, const struct report *report, struct error *error)
{
    write_answer(out, report->decision);
    if (report->decision != NULL && html_write_decision(out, report, error) != 0)
        return -1;
    write_tally(out, report->model);
    (void)fputs("</section>\n", out);
    return 0;
}
