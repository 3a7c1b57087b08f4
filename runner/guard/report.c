/* SPDX-License-Identifier: MIT */
#include "guard/guard.h"

#include "base/cleanup.h"
#include "guard/clean_text.h"

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
    free(report->modes);
    free(report->harness);
    free(report->kept);
    *report = (struct guard_report){0};
}

int guard_exit_code(const struct guard_report *report)
{
    bool protected = report->mode_count > 0;
    for (size_t i = 0; i < report->mode_count; i++) {
        enum guard_verdict verdict = report->modes[i].verdict;
        if (verdict == GUARD_UNPROTECTED || verdict == GUARD_NOT_EXERCISED)
            return 1;
        protected = protected && verdict == GUARD_PROTECTED;
    }
    return protected ? 0 : 2;
}

const char *guard_verdict_name(enum guard_verdict verdict)
{
    static const char *const names[] = {[GUARD_PROTECTED] = "protected",
                                        [GUARD_UNPROTECTED] = "unprotected",
                                        [GUARD_NOT_EXERCISED] = "not-exercised",
                                        [GUARD_UNKNOWN] = "unknown"};
    return names[verdict];
}

static json_t *findings_json(const struct guard_mode_report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->finding_count; i++) {
        const struct guard_finding *finding = &report->findings[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:s, s:s, s:s?, s:i}", "scenario", finding->scenario, "launcher",
                            finding->launcher, "command", finding->command, "hint", finding->hint,
                            "count", (int)finding->count));
    }
    return list;
}

static json_t *runs_json(const struct guard_mode_report *report)
{
    json_t *list = json_array();
    for (size_t i = 0; i < report->run_count; i++) {
        const struct guard_run *run = &report->runs[i];
        (void)json_array_append_new(
            list, json_pack("{s:s, s:b, s:s, s:i, s:i, s:i, s:i, s:i, s:i, s:f}", "scenario",
                            run->scenario->name, "required", run->scenario->required, "ended",
                            run->ended, "tools", (int)run->tools, "commands", (int)run->commands,
                            "booted", (int)run->booted, "unprotected", (int)run->unprotected,
                            "modules", (int)run->scenario->module_count, "modules_seen",
                            (int)run->modules_seen, "duration_ms", run->duration_ms));
    }
    return list;
}

static json_t *strings_json(const struct string_list *strings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < strings->count; i++)
        (void)json_array_append_new(list, json_string(strings->items[i]));
    return list;
}

static json_t *mode_json(const struct guard_mode_report *report)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:{s:i, s:i, s:i}, s:i, s:o, s:o, s:o, s:o}",
                     "mode", report->mode->name, "deployment", report->mode->deployment, "asks",
                     report->mode->summary, "verdict", guard_verdict_name(report->verdict),
                     "reason", report->reason, "protected_by", "option", (int)report->by_option,
                     "environment", (int)report->by_environment, "both", (int)report->by_both,
                     "unprotected", (int)report->unprotected, "findings", findings_json(report),
                     "other_programs", strings_json(&report->other_programs), "notes",
                     strings_json(&report->notes), "runs", runs_json(report));
}

json_t *guard_report_json(const struct guard_report *report)
{
    CLEANUP_JSON json_t *modes = json_array();
    CLEANUP_FREE char *harness = clean_text(report->harness, NULL);
    for (size_t i = 0; i < report->mode_count; i++)
        if (json_array_append_new(modes, mode_json(&report->modes[i])) != 0)
            return NULL;
    if (harness == NULL)
        return NULL;
    static const char *const answers[] = {"protected", "unprotected", "unknown"};
    int exit_code = guard_exit_code(report);
    return json_pack("{s:s, s:s, s:s, s:s, s:i, s:s?, s:O}", "schema", "rename-oracle/guard/1",
                     "harness", harness, "digest", report->digest, "answer", answers[exit_code],
                     "exit_code", exit_code, "kept", report->kept, "modes", modes);
}
