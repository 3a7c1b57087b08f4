/* SPDX-License-Identifier: MIT */
#include "base/json_access.h"
#include "report/html/parts.h"
#include "report/model/timeline.h"
#include "report/text/escape.h"
#include "report/words.h"

/* So many rows lead up to the end of a journal that ended badly; earlier ones are folded away. */
enum { ROWS_SHOWN = 8 };

static void write_stuck(FILE *out, const struct attempt *attempt)
{
    const json_t *evidence = json_object_get(attempt->cell, "evidence");
    (void)fputs("<td colspan=2><strong>", out);
    html_write_icon(out, attempt->verdict);
    (void)fputs("did not come back</strong>", out);
    if (json_is_object(evidence)) {
        (void)fputs(" in ", out);
        html_write_duration(out, member_number(evidence, "out_ms", 0));
    }
}

static void write_row(FILE *out, const struct timeline_row *row, const struct attempt *attempt)
{
    const char *kind = !row->returned ? " class=stuck" : row->adverse ? " class=adverse" : "";
    (void)fprintf(out, "<tr%s><td>%.2f<td>", kind, row->ms);
    if (row->kind != ROW_CALL && *row->event != '\0')
        (void)fprintf(out, "<i>%s</i> ", row->event);
    if (*row->subject != '\0') {
        (void)fputs("<b>", out);
        html_write(out, row->subject);
        (void)fputs("</b> ", out);
    }
    html_write(out, row->arguments);
    if (!row->returned) {
        write_stuck(out, attempt);
    } else if (row->kind == ROW_CALL) {
        (void)fputs("<td>", out);
        html_write(out, row->result);
        (void)fputs("<td>", out);
        if (row->took_ms >= 0.005) /* lines that arrive together tell no time */
            (void)fprintf(out, "%.2f", row->took_ms);
    } else {
        (void)fputs("<td><td>", out);
    }
    (void)fputc('\n', out);
}

static void write_rows(FILE *out, const struct timeline *timeline, size_t first, size_t end,
                       const struct attempt *attempt)
{
    (void)fputs("<div class=scroll tabindex=0 role=group aria-label=Journal><table class=tl>"
                "<thead><tr><th scope=col>ms<th scope=col>event<th scope=col>result"
                "<th scope=col>took ms<tbody>\n",
                out);
    for (size_t i = first; i < end; i++)
        write_row(out, &timeline->rows[i], attempt);
    (void)fputs("</table></div>\n", out);
}

/*
 * Rows that nobody has to look at closely, as plain text: a table of them would make a page of
 * eight targets slow to open.
 */
static void write_text(FILE *out, const struct timeline *timeline, size_t end)
{
    (void)fputs("<pre tabindex=0 role=group aria-label=Journal>", out);
    for (size_t i = 0; i < end; i++) {
        const struct timeline_row *row = &timeline->rows[i];
        (void)fprintf(out, "%9.2f  %s%s", row->ms, row->kind == ROW_CALL ? "" : row->event,
                      row->kind == ROW_CALL || *row->event == '\0' ? "" : " ");
        html_write(out, row->subject);
        (void)fputs(*row->subject == '\0' ? "" : " ", out);
        html_write(out, row->arguments);
        if (!row->returned) {
            (void)fputs(" → nothing came back", out);
        } else if (row->kind == ROW_CALL) {
            (void)fputs(" → ", out);
            html_write(out, row->result);
            if (row->took_ms >= 0.005)
                (void)fprintf(out, "  (%.2f ms)", row->took_ms);
        }
        (void)fputc('\n', out);
    }
    (void)fputs("</pre>\n", out);
}

static void write_damage(FILE *out, const json_t *journal)
{
    double damaged = member_number(journal, "damaged", 0);
    double repaired = member_number(journal, "repaired", 0);
    if (damaged > 0 || repaired > 0)
        (void)fprintf(out, "<p class=note>%.0f lines were damaged, %.0f repaired.</p>\n", damaged,
                      repaired);
}

/* A journal like the one of an earlier attempt: only its end is worth the room. */
static void write_reference(FILE *out, const struct timeline *timeline,
                            const struct attempt *attempt, const struct attempt *same_as)
{
    const struct timeline_row *stuck = timeline_stuck(timeline);
    (void)fprintf(out,
                  "<p>The same %zu events as in attempt %" JSON_INTEGER_FORMAT
                  ", with times of their own.</p>\n",
                  timeline->count, same_as->number);
    if (stuck != NULL)
        write_rows(out, timeline, (size_t)(stuck - timeline->rows),
                   (size_t)(stuck - timeline->rows) + 1, attempt);
}

static void write_in_full(FILE *out, const struct timeline *timeline, const struct attempt *attempt)
{
    if (attempt->verdict == VERDICT_PASS) {
        (void)fprintf(out, "<details><summary>All %zu events</summary>\n", timeline->count);
        write_text(out, timeline, timeline->count);
        (void)fputs("</details>\n", out);
        return;
    }
    const struct timeline_row *stuck = timeline_stuck(timeline);
    size_t first = timeline->count > ROWS_SHOWN + 2 ? timeline->count - ROWS_SHOWN : 0;
    if (stuck != NULL && (size_t)(stuck - timeline->rows) < first)
        first = (size_t)(stuck - timeline->rows); /* never folded away, whatever came after it */
    if (first > 0) {
        (void)fprintf(out, "<details><summary>%zu earlier events</summary>\n", first);
        write_text(out, timeline, first);
        (void)fputs("</details>\n", out);
    }
    write_rows(out, timeline, first, timeline->count, attempt);
}

int html_write_journal(FILE *out, const struct attempt *attempt, const struct attempt *same_as,
                       struct error *error)
{
    CLEANUP_TIMELINE struct timeline timeline = {0};
    CLEANUP_TIMELINE struct timeline earlier = {0};
    if (timeline_read(&timeline, attempt->cell, error) != 0 ||
        (same_as != NULL && timeline_read(&earlier, same_as->cell, error) != 0))
        return -1;
    write_damage(out, json_object_get(attempt->cell, "journal"));
    if (timeline.count == 0)
        (void)fputs("<p class=note>The journal is empty.</p>\n", out);
    else if (same_as != NULL && timeline_same(&timeline, &earlier))
        write_reference(out, &timeline, attempt, same_as);
    else
        write_in_full(out, &timeline, attempt);
    return 0;
}
