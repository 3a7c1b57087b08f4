/* SPDX-License-Identifier: MIT */
#include "guard/harness_answer.h"

#include "base/digest.h"
#include "base/json_build.h"
#include "guard/guard.h"

static const char *const status_names[] = {
    [HARNESS_NOT_CHECKED] = "not_checked", [HARNESS_PROTECTED] = "protected",
    [HARNESS_UNPROTECTED] = "unprotected", [HARNESS_NOT_EXERCISED] = "not_exercised",
    [HARNESS_UNKNOWN] = "unknown",
};

static enum harness_status status_of(const struct guard_report *report)
{
    switch (guard_exit_code(report)) {
    case 0:
        return HARNESS_PROTECTED;
    case 1:
        return HARNESS_UNPROTECTED;
    default:
        return guard_is_unexercised(report) ? HARNESS_NOT_EXERCISED : HARNESS_UNKNOWN;
    }
}

static void describe_mode(struct builder *builder, json_t *modes,
                          const struct guard_mode_report *report)
{
    json_t *mode = build_next_object(builder, modes);
    build_text(builder, mode, "mode", report->mode->name);
    build_text(builder, mode, "verdict", guard_verdict_name(report->verdict));
    build_text(builder, mode, "reason", report->reason);
    json_t *commands = build_array_in(builder, mode, "unprotected_commands");
    for (size_t i = 0; i < report->finding_count; i++)
        build_next_text(builder, commands, report->findings[i].command);
}

static void describe_report(struct builder *builder, json_t *decision, const char *digest,
                            const struct guard_report *report, enum harness_status status)
{
    json_t *harness = build_object_in(builder, decision, "harness");
    build_text(builder, harness, "digest", digest);
    build_text(builder, harness, "status", status_names[status]);
    guard_report_put_gaps(builder, harness, report);
    json_t *modes = build_array_in(builder, harness, "modes");
    for (size_t i = 0; i < report->mode_count; i++)
        describe_mode(builder, modes, &report->modes[i]);
}

static int run_guard(const struct harness_options *options, const char *digest,
                     struct builder *builder, json_t *decision, enum harness_status *status,
                     struct error *error)
{
    struct guard_options guard = GUARD_OPTIONS_INIT;
    guard.harness = options->path;
    guard.command = options->command;
    guard.modes = options->modes;
    guard.mode_count = options->mode_count;
    guard.interrupt_fd = options->interrupt_fd;
    struct guard_report report;
    if (guard_check(&guard, &report, error) != 0)
        return -1;
    *status = status_of(&report);
    describe_report(builder, decision, digest, &report, *status);
    guard_report_free(&report);
    return 0;
}

int harness_check(const struct harness_options *options, json_t *decision,
                  enum harness_status *status, struct error *error)
{
    struct builder builder = {0};
    char digest[DIGEST_SIZE];
    *status = HARNESS_NOT_CHECKED;
    if (options->path == NULL)
        build_set(&builder, decision, "harness", json_null());
    else if (digest_file(options->path, digest, error) != 0 ||
             run_guard(options, digest, &builder, decision, status, error) != 0)
        return -1;
    return builder.failed ? error_set(error, ERROR_MEMORY, NULL, "out of memory for the decision")
                          : 0;
}
