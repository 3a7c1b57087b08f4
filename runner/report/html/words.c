/* SPDX-License-Identifier: MIT */
/* The page's small vocabulary: symbols, standings, times, ids. */
#include "report/words.h"
#include "report/html/parts.h"

void html_write_icon(FILE *out, enum verdict verdict)
{
    (void)fprintf(out, "<svg class=i aria-hidden=true><use href=\"#i-%s\"/></svg>",
                  verdict_table[verdict].name);
}

void html_write_verdict(FILE *out, enum verdict verdict)
{
    (void)fprintf(out, "<span class=\"s %s\">", verdict_table[verdict].name);
    html_write_icon(out, verdict);
    (void)fprintf(out, "%s</span>", verdict_table[verdict].word);
}

void html_write_duration(FILE *out, double ms)
{
    (void)fputs("<span class=n>", out);
    words_duration(out, ms);
    (void)fputs("</span>", out);
}

void html_write_cell_id(FILE *out, size_t target, size_t release, size_t shape)
{
    (void)fprintf(out, "c%zu-%zu-%zu", target, release, shape);
}
