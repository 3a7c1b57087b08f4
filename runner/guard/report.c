/* SPDX-License-Identifier: MIT */
#include "guard/guard.h"

#include "base/cleanup.h"
#include "base/json_build.h"

static void free_mode_report(struct guard_mode_report *report)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        free(report->findings[i].scenario);
        free(report->findings[i].launcher);
        free(report->findings[i].command);
    }
    for (size_t i = 0; i < report->run_count; i++)
        free(report->runs[i].ended);
    free(report->findings);
    free(report->runs);
    free(report->reason);
    string_list_free(&report->other_programs);
    string_list_free(&report->notes);
}

void guard_report_free(struct guard_report *report)
{
    for (size_t i = 0; i < report->mode_count; i++)
        free_mode_report(&report->modes[i]);
    for (size_t i = 0; i < report->gap_count; i++) {
        string_list_free(&report->gaps[i].names);
        free(report->gaps[i].why);
    }
    free(report->gaps);
    free(report->confinement);
    free(report->modes);
    free(report->harness);
    free(report->kept);
    *report = (struct guard_report){0};
}

int guard_exit_code(const struct guard_report *report)
{
    bool protected = false;
    bool unknown = false;
    for (size_t i = 0; i < report->mode_count; i++) {
        const struct guard_mode_report *mode = &report->modes[i];
        if (mode->verdict == GUARD_UNPROTECTED)
            return 1;
        protected = protected || mode->verdict == GUARD_PROTECTED;
        unknown = unknown || mode->verdict == GUARD_UNKNOWN || mode->unstarted;
    }
    return protected && !unknown ? 0 : 2;
}

bool guard_is_unexercised(const struct guard_report *report)
{
    bool unexercised = false;
    for (size_t i = 0; i < report->mode_count; i++) {
        if (report->modes[i].verdict == GUARD_UNKNOWN)
            return false;
        unexercised = unexercised || report->modes[i].verdict == GUARD_NOT_EXERCISED;
    }
    return unexercised && guard_exit_code(report) == 2;
}

const char *guard_verdict_name(enum guard_verdict verdict)
{
    static const char *const names[] = {[GUARD_PROTECTED] = "protected",
                                        [GUARD_UNPROTECTED] = "unprotected",
                                        [GUARD_NOT_EXERCISED] = "not-exercised",
                                        [GUARD_UNKNOWN] = "unknown"};
    return names[verdict];
}

static void describe_findings(struct builder *builder, json_t *list,
                              const struct guard_mode_report *report)
{
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct guard_finding *finding = &report->findings[i];
        json_t *entry = build_next_object(builder, list);
        build_text(builder, entry, "scenario", finding->scenario);
        build_text(builder, entry, "launcher", finding->launcher);
        build_text(builder, entry, "command", finding->command);
        build_text(builder, entry, "hint", finding->hint);
        build_number(builder, entry, "count", (long long)finding->count);
    }
}

static void describe_runs(struct builder *builder, json_t *list,
                          const struct guard_mode_report *report)
{
    for (size_t i = 0; i < report->run_count; i++) {
        const struct guard_run *run = &report->runs[i];
        json_t *entry = build_next_object(builder, list);
        build_text(builder, entry, "scenario", run->scenario->name);
        build_truth(builder, entry, "required", run->scenario->required);
        build_text(builder, entry, "ended", run->ended);
        build_text(builder, entry, "idle", run->idle);
        build_number(builder, entry, "tools", (long long)run->tools);
        build_number(builder, entry, "commands", (long long)run->commands);
        build_number(builder, entry, "booted", (long long)run->booted);
        build_number(builder, entry, "unprotected", (long long)run->unprotected);
        build_number(builder, entry, "modules", (long long)run->modules);
        build_number(builder, entry, "modules_seen", (long long)run->modules_seen);
        build_real(builder, entry, "duration_ms", run->duration_ms);
    }
}

static void describe_strings(struct builder *builder, json_t *list,
                             const struct string_list *strings)
{
    for (size_t i = 0; i < strings->count; i++)
        build_next_text(builder, list, strings->items[i]);
}

static void describe_mode(struct builder *builder, json_t *object,
                          const struct guard_mode_report *report)
{
    build_text(builder, object, "mode", report->mode->name);
    build_text(builder, object, "deployment", report->mode->deployment);
    build_text(builder, object, "asks", report->mode->summary);
    build_text(builder, object, "verdict", guard_verdict_name(report->verdict));
    build_text(builder, object, "reason", report->reason);
    json_t *protection = build_object_in(builder, object, "protected_by");
    build_number(builder, protection, "option", (long long)report->by_option);
    build_number(builder, protection, "environment", (long long)report->by_environment);
    build_number(builder, protection, "both", (long long)report->by_both);
    build_number(builder, object, "unprotected", (long long)report->unprotected);
    describe_findings(builder, build_array_in(builder, object, "findings"), report);
    describe_strings(builder, build_array_in(builder, object, "other_programs"),
                     &report->other_programs);
    describe_strings(builder, build_array_in(builder, object, "notes"), &report->notes);
    describe_runs(builder, build_array_in(builder, object, "runs"), report);
}

void guard_report_put_gaps(struct builder *builder, json_t *object,
                           const struct guard_report *report)
{
    build_truth(builder, object, "confined", report->confined);
    build_text(builder, object, "confinement", report->confinement);
    json_t *gaps = build_array_in(builder, object, "not_exercised");
    for (size_t i = 0; i < report->gap_count; i++) {
        json_t *gap = build_next_object(builder, gaps);
        build_text(builder, gap, "kind", report->gaps[i].kind);
        describe_strings(builder, build_array_in(builder, gap, "names"), &report->gaps[i].names);
        build_text(builder, gap, "why", report->gaps[i].why);
    }
}

json_t *guard_report_json(const struct guard_report *report)
{
    static const char *const answers[] = {"protected", "unprotected", "unknown"};
    struct builder builder = {0};
    int exit_code = guard_exit_code(report);
    json_t *document = build_object(&builder);
    build_text(&builder, document, "schema", "rename-oracle/guard/1");
    build_text(&builder, document, "harness", report->harness);
    build_text(&builder, document, "digest", report->digest);
    build_text(&builder, document, "answer", answers[exit_code]);
    build_number(&builder, document, "exit_code", exit_code);
    build_text(&builder, document, "kept", report->kept);
    guard_report_put_gaps(&builder, document, report);
    json_t *modes = build_array_in(&builder, document, "modes");
    for (size_t i = 0; i < report->mode_count; i++)
        describe_mode(&builder, build_next_object(&builder, modes), &report->modes[i]);
    return build_finish(&builder, document);
}
