/* SPDX-License-Identifier: MIT */
/* The page's small vocabulary: symbols, standings, times, ids. */
#include "report/words.h"
#include "report/html/parts.h"

void html_write_icon(FILE *out, enum standing standing)
{
    (void)fprintf(out, "<svg class=i aria-hidden=true><use href=\"#i-%s\"/></svg>",
                  standing_name(standing));
}

void html_write_standing(FILE *out, enum standing standing)
{
    (void)fprintf(out, "<span class=\"s %s\">", standing_name(standing));
    html_write_icon(out, standing);
    (void)fprintf(out, "%s</span>", standing_word(standing));
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
