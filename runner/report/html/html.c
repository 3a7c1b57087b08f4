/* SPDX-License-Identifier: MIT */
/* The page's frame. What a browser may load is nothing; it may run what is in the page only. */
#include "base/version.h"
#include "report/html/csp.h"
#include "report/html/parts.h"

static void write_head(FILE *out, const struct report *report)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src ",
                out);
    csp_write_hash(out, report_css);
    (void)fputs("; script-src ", out);
    csp_write_hash(out, report_js);
    (void)fputs("; base-uri 'none'; form-action 'none'\">\n"
                "<meta name=viewport content=\"width=device-width, initial-scale=1\">\n"
                "<meta name=color-scheme content=\"light dark\">\n"
                "<meta name=referrer content=no-referrer>\n<title>",
                out);
    html_write_title(out, report);
    (void)fprintf(out, "</title>\n<style>%s</style>\n</head>\n", report_css);
}

static void write_navigation(FILE *out, const struct report_model *model)
{
    (void)fputs("<header class=top><p class=brand>rename-oracle</p>\n"
                "<nav aria-label=\"On this page\"><a href=\"#matrix\">Matrix</a> ",
                out);
    if (report_model_has_history(model))
        (void)fputs("<a href=\"#history\">History</a> ", out);
    (void)fputs(
        "<a href=\"#details\">Details</a> <a href=\"#documents\">Documents</a></nav></header>\n",
        out);
}

int report_write_html(FILE *out, const struct report *report, struct error *error)
{
    write_head(out, report);
    (void)fputs("<body>\n<a class=jump href=\"#matrix\">Skip to the matrix</a>\n", out);
    (void)fputs(report_icons, out);
    write_navigation(out, report->model);
    (void)fputs("<main>\n", out);
    html_write_banner(out, report);
    html_write_matrix(out, report->model);
    html_write_history(out, report->model);
    if (html_write_targets(out, report->model, error) != 0)
        return -1;
    html_write_documents(out, report);
    (void)fprintf(
        out,
        "</main>\n<footer>Written by rename-oracle %s (commit %s). This page says what the "
        "documents say; it decides nothing.</footer>\n<script>%s</script>\n</body>\n</html>\n",
        RO_VERSION, RO_COMMIT, report_js);
    return 0;
}
