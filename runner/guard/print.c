/* SPDX-License-Identifier: MIT */
#include "guard/guard.h"

#include "base/cleanup.h"
#include "guard/judging/clean_text.h"

enum { FINDINGS_SHOWN = 3, PROGRAMS_SHOWN = 5 };

/* The word for a terminal: what must be seen stands out. */
static const char *shown_name(enum guard_verdict verdict)
{
    switch (verdict) {
    case GUARD_PROTECTED:
        return "protected";
    case GUARD_UNPROTECTED:
        return "UNPROTECTED";
    case GUARD_NOT_EXERCISED:
        return "not exercised";
    case GUARD_UNKNOWN:
        break;
    }
    return "can't tell";
}

static void print_findings(const struct guard_mode_report *report, FILE *stream)
{
    size_t shown = 0;
    for (; shown < report->finding_count && shown < FINDINGS_SHOWN; shown++) {
        const struct guard_finding *finding = &report->findings[shown];
        (void)fprintf(stream, "      %s, %s: %s\n", finding->scenario, finding->launcher,
                      finding->command);
        if (finding->hint != NULL)
            (void)fprintf(stream, "        (%s)\n", finding->hint);
    }
    if (shown < report->finding_count)
        (void)fprintf(stream, "      and %zu more like these\n", report->finding_count - shown);
}

static void print_mode(const struct guard_mode_report *report, FILE *stream)
{
    (void)fprintf(stream, "  %-24s %-13s %s\n", report->mode->name, shown_name(report->verdict),
                  report->reason);
    print_findings(report, stream);
    for (size_t i = 0; i < report->other_programs.count && i < PROGRAMS_SHOWN; i++)
        (void)fprintf(stream, "      other program: %s\n", report->other_programs.items[i]);
    for (size_t i = 0; i < report->notes.count; i++)
        (void)fprintf(stream, "      note: %s\n", report->notes.items[i]);
}

static void print_gaps(const struct guard_report *report, FILE *stream)
{
    if (report->gap_count > 0)
        (void)fputs("not exercised:\n", stream);
    for (size_t i = 0; i < report->gap_count; i++) {
        const struct guard_gap *gap = &report->gaps[i];
        (void)fprintf(stream, "  %-9s", gap->kind);
        for (size_t name = 0; name < gap->names.count; name++)
            (void)fprintf(stream, "%s%s", name == 0 ? " " : ", ", gap->names.items[name]);
        (void)fprintf(stream, ": %s\n", gap->why);
    }
}

void guard_report_print(const struct guard_report *report, FILE *stream)
{
    size_t good = 0;
    for (size_t i = 0; i < report->mode_count; i++)
        good += report->modes[i].verdict == GUARD_PROTECTED ? 1 : 0;
    static const char *const answers[] = {
        "protected in everything that was exercised", "NOT protected",
        "can't tell whether guest Pythons are kept from writing bytecode"};
    CLEANUP_FREE char *harness = clean_text(report->harness, NULL);
    (void)fprintf(stream, "%s: %s (%zu of %zu modes)\n", harness == NULL ? "harness" : harness,
                  answers[guard_exit_code(report)], good, report->mode_count);
    for (size_t i = 0; i < report->mode_count; i++)
        print_mode(&report->modes[i], stream);
    print_gaps(report, stream);
    (void)fprintf(stream, "%s: %s\n", report->confined ? "confined" : "unconfined",
                  report->confinement);
    if (report->kept != NULL)
        (void)fprintf(stream, "kept: %s\n", report->kept);
}
