/* SPDX-License-Identifier: MIT */
/* The page's frame. What a browser may load is nothing; it may run what is in the page only. */
#include "base/version.h"
#include "report/html/parts.h"
#include "report/words.h"

#include <sha2.h>
#include <stdint.h>
#include <string.h>

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

/* RFC 4648, for a length that leaves two bytes over, as 32 does. */
static void write_base64(FILE *out, const uint8_t digest[SHA256_DIGEST_LENGTH])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < SHA256_DIGEST_LENGTH; i += 3) {
        uint32_t third = i + 2 < SHA256_DIGEST_LENGTH ? digest[i + 2] : 0;
        uint32_t group = (uint32_t)digest[i] << 16 | (uint32_t)digest[i + 1] << 8 | third;
        (void)fprintf(out, "%c%c%c%c", digits[group >> 18], digits[group >> 12 & 63],
                      digits[group >> 6 & 63],
                      i + 2 < SHA256_DIGEST_LENGTH ? digits[group & 63] : '=');
    }
}

/* What a policy names a script or a style by that stands in the page. */
static void write_hash(FILE *out, const char *text)
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA2_CTX context;

    SHA256Init(&context);
    SHA256Update(&context, (const uint8_t *)text, strlen(text));
    SHA256Final(digest, &context);
    (void)fputs("'sha256-", out);
    write_base64(out, digest);
    (void)fputc('\'', out);
}

static void write_head(FILE *out, const struct report *report)
{
    (void)fputs("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
                "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'; style-src ",
                out);
    write_hash(out, report_css);
    (void)fputs("; script-src ", out);
    write_hash(out, report_js);
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
