/* SPDX-License-Identifier: MIT */
/* The banner: the gate's decision, if there is one. */
#include "report/decision/decision.h"
#include "report/decision/walk.h"
#include "report/html/parts.h"
#include "report/text/escape.h"

#include <string.h>

enum { DEPTH_MAX = 4 }; /* a reason of a shape of a mode of an issue */

/* What stands around a point, its own words, and the points of its kind that follow each other. */
static const struct look {
    const char *first, *open, *said, *close, *last;
} looks[POINT_COUNT] = {
    [POINT_MEANING] = {"", "<p class=lead>", "</p>\n", "", ""},
    [POINT_NOTE] = {"", "<p class=note>", "</p>\n", "", ""},
    [POINT_REMARK] = {"", "<p class=odd>", "</p>\n", "", ""},
    [POINT_TERM] = {"<ul class=why>", "<li>", "", "</li>", "</ul>\n"},
    [POINT_PLAIN] = {"<ul>", "<li>", "", "</li>", "</ul>"},
    [POINT_ISSUE] = {"<div class=issues>\n", "<div class=issue><h3>", "</h3>", "</div>\n",
                     "</div>\n"},
    [POINT_CRITERION] = {"<ul class=criteria>", "<li>", "", "</li>", "</ul>"},
    [POINT_SHAPE] = {"<details><summary>What stands in the way</summary><ul>", "<li>", "", "</li>",
                     "</ul></details>"},
    [POINT_REASON] = {"<ul class=why>", "<li>", "", "</li>", "</ul>"},
    [POINT_DETAIL] = {"<ul>", "<li>", "", "</li>", "</ul>"},
};

/* Parts that are always open; the others can be folded away, and are at first, unless loud. */
static const struct part_look {
    const char *open, *said, *close;
} part_looks[PART_COUNT + 1] = {
    [PART_ANSWER] = {"", "</h1>\n", ""},
    [PART_ISSUES] = {"<h2>", "</h2>\n", ""},
    [PART_ORIGIN] = {"<p class=note>", "</p>\n", ""},
    [PART_COUNT] = {"", "", ""},
};
static const struct part_look folded = {"<details class=todo><summary>", "</summary>",
                                        "</details>\n"};
static const struct part_look unfolded = {"<details class=loss open><summary>", "</summary>",
                                          "</details>\n"};

struct page {
    struct decision_format format; /* first: the walk hands it back */
    const struct part_look *part;
    const struct look *open[DEPTH_MAX]; /* the points that are open, one in the other */
    int depth;                          /* so many are */
    bool said;                          /* the words of the innermost have ended */
};

/* Ends the words of what is open, as another point begins in it or behind it. */
static void end_words(struct page *page)
{
    if (!page->said)
        (void)fputs(page->depth > 0 ? page->open[page->depth - 1]->said : page->part->said,
                    page->format.out);
    page->said = true;
}

/* Ends all points but the outer `depth`; the list of the last of them may go on. */
static void end_points(struct page *page, int depth, bool goes_on)
{
    end_words(page);
    while (page->depth > depth) {
        const struct look *look = page->open[--page->depth];
        (void)fputs(look->close, page->format.out);
        if (page->depth > depth || !goes_on)
            (void)fputs(look->last, page->format.out);
    }
}

static void begin_part(struct decision_format *format, enum decision_part part, bool loud)
{
    struct page *page = (struct page *)format;
    end_points(page, 0, false);
    (void)fputs(page->part->close, format->out);
    page->part = part_looks[part].open != NULL ? &part_looks[part] : loud ? &unfolded : &folded;
    (void)fputs(page->part->open, format->out);
    page->said = false;
}

static bool begin_point(struct decision_format *format, enum decision_point point, int depth)
{
    struct page *page = (struct page *)format;
    const struct look *look = &looks[point];
    bool more = page->depth > depth && page->open[depth] == look;
    end_points(page, depth, more);
    (void)fprintf(format->out, "%s%s", more ? "" : look->first, look->open);
    page->open[page->depth++] = look;
    page->said = false;
    return true;
}

static void write_word(struct decision_format *format, enum decision_word word, const char *text)
{
    static const char *const tags[][2] = {
        [WORD_HEADLINE] = {"", ""},          [WORD_LOUD] = {"<strong>", "</strong>"},
        [WORD_STATUS] = {"", "</span>"},     [WORD_NAME] = {"<b>", "</b>"},
        [WORD_CODE] = {"<code>", "</code>"}, [WORD_TEXT] = {"", ""},
    };
    FILE *out = format->out;
    (void)fputs(tags[word][0], out);
    if (word == WORD_STATUS) {
        enum verdict as = decision_status(text);
        (void)fprintf(out, "<span class=\"s %s\">",
                      as == VERDICT_PASS   ? "met"
                      : as == VERDICT_FAIL ? "unmet"
                                           : "unknown");
        html_write_icon(out, as);
    }
    html_write(out, text);
    (void)fputs(tags[word][1], out);
}

void html_write_title(FILE *out, const struct report *report)
{
    if (report->decision != NULL) {
        (void)fputs(decision_words(report->decision)->headline, out);
        decision_write_set_time(out, report->decision);
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

void html_write_banner(FILE *out, const struct report *report)
{
    static const struct {
        const char *look;
        enum verdict icon;
    } banners[] = {
        [DECISION_NONE] = {"none", VERDICT_MISSING},
        [DECISION_KEEP] = {"keep", VERDICT_FAIL},
        [DECISION_MAY_BE_REMOVED] = {"yes", VERDICT_PASS},
        [DECISION_MAY_BE_REMOVED_ON_TERMS] = {"open", VERDICT_ERROR},
        [DECISION_UNDECIDED] = {"open", VERDICT_ERROR},
    };
    enum decision_answer answer = decision_answer(report->decision);
    struct page page = {
        .format = {.out = out, .part = begin_part, .point = begin_point, .word = write_word},
        .part = &part_looks[PART_COUNT]};
    (void)fprintf(out, "<section class=\"banner %s\" aria-labelledby=decision>\n<h1 id=decision>",
                  banners[answer].look);
    html_write_icon(out, banners[answer].icon);
    if (report->decision != NULL)
        decision_walk(report->decision, decision_absent(report->decision, report->model),
                      &page.format);
    else
        (void)fputs("No decision</h1>\n<p class=lead>This report was given no decision. Make one "
                    "with <code>rename-oracle gate --json</code> and pass it as "
                    "<code>--decision</code>.</p>\n",
                    out);
    write_tally(out, report->model);
    (void)fputs("</section>\n", out);
}
