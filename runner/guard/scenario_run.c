/* SPDX-License-Identifier: MIT */
#include "guard/check.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "guard/judging/guest_start.h"
#include "guard/judging/judge.h"
#include "guard/recording/recording.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { USUAL_TIMEOUT_S = 30, TOOLS_LIMIT = 500 };

#define GRACE_NS (500 * NS_PER_MS)

/* The test modules that a scenario gives to the harness. */
static int list_modules(struct check *check, struct progress *progress)
{
    const struct guard_scenario *scenario = progress->current;
    const struct string_list *named = &check->survey.modules;
    bool own = scenario->need == NEEDS_NAMED_MODULES;
    size_t count = own ? named->count : scenario->module_count;
    for (size_t i = 0; i < count; i++)
        if (string_list_add(&progress->modules, own ? named->items[i] : guard_module_names[i]) != 0)
            return error_set(check->error, ERROR_MEMORY, NULL, "no memory for modules");
    return 0;
}

/* Makes the harness's own time limits short where guests do not end; long enough for a tool on a
 * busy machine to have said how it was called. */
static int add_limits(const struct check *check, struct string_list *settings)
{
    for (size_t i = 0; i < check->survey.limits.count; i++) {
        const char *name = check->survey.limits.items[i];
        if (string_list_add_format(settings, "%s=%s", name,
                                   strstr(name, "_MS") == NULL ? "2" : "2000") != 0)
            return -1;
    }
    return 0;
}

static int make_environment(struct check *check, struct progress *progress)
{
    const struct guard_options *options = check->options;
    const struct guard_scenario *scenario = progress->current;
    struct string_list settings = {0};
    int failed = 0;
    for (const char *const *set = scenario->environment; set != NULL && *set != NULL; set++)
        failed |= string_list_add(&settings, *set);
    if (scenario->need == NEEDS_LIMIT)
        failed |= add_limits(check, &settings);
    for (size_t i = 0; i < options->environment_count; i++)
        failed |= string_list_add(&settings, options->environment[i]);
    if (failed != 0)
        failed = error_set(check->error, ERROR_MEMORY, NULL, "no memory for the environment");
    else
        failed = sysroot_environment(
            &progress->sysroot, progress->report->mode, !check->report->confined, settings.count,
            string_list_view(&settings), &progress->environment, check->error);
    string_list_free(&settings);
    return failed;
}

/* What the kernel lets this run do: its room, and what every run may. */
static int confine(struct check *check, const struct progress *progress,
                   struct confinement *confinement)
{
    struct string_list writable = {0};
    struct string_list executable = {0};
    int failed = string_list_add(&writable, progress->sysroot.room) |
                 string_list_add(&executable, progress->sysroot.room);
    for (size_t i = 0; i < check->writable.count; i++)
        failed |= string_list_add(&writable, check->writable.items[i]);
    for (size_t i = 0; i < check->executable.count; i++)
        failed |= string_list_add(&executable, check->executable.items[i]);
    *confinement = (struct confinement){.ruleset = -1};
    struct confinement_paths paths = {.writable = &writable, .executable = &executable};
    if (failed != 0)
        failed = error_set(check->error, ERROR_MEMORY, NULL, "no memory for options");
    else
        failed = confinement_prepare(confinement, &paths, check->error);
    string_list_free(&writable);
    string_list_free(&executable);
    return failed;
}

static int start_worker(struct check *check, struct progress *progress,
                        const struct confinement *confinement)
{
    const struct guard_options *options = check->options;
    struct string_list argv = {0};
    struct exec_policy policy = {.scratch = &check->scratch,
                                 .harness = check->command.harness,
                                 .interpreter = check->command.program,
                                 .allowed = &check->allowed};
    double timeout_s = options->timeout_s > 0 ? options->timeout_s : USUAL_TIMEOUT_S;
    if (progress->current->need == NEEDS_LIMIT && timeout_s < USUAL_TIMEOUT_S)
        timeout_s = USUAL_TIMEOUT_S;
    int failed = harness_command_build(&check->command, progress->modules.count,
                                       string_list_view(&progress->modules), &argv, check->error);
    if (failed == 0) {
        struct sandbox_request request = {.argv = argv.items,
                                          .environment = progress->environment.items,
                                          .directory = progress->sysroot.directory,
                                          .policy = &policy,
                                          .confinement = confinement,
                                          .behaviour = progress->current->behaviour,
                                          .timeout_ns = (uint64_t)(timeout_s * (double)NS_PER_S),
                                          .grace_ns = GRACE_NS,
                                          .tools_limit = TOOLS_LIMIT,
                                          .interrupt_fd = -1};
        failed = worker_start(&progress->worker, &request, check->error);
    }
    string_list_free(&argv);
    return failed;
}

static int start_in_room(struct check *check, struct progress *progress)
{
    struct confinement confinement;
    if (list_modules(check, progress) != 0 || confine(check, progress, &confinement) != 0)
        return -1;
    int failed = make_environment(check, progress);
    if (failed == 0)
        failed = start_worker(check, progress, &confinement);
    confinement_release(&confinement);
    return failed;
}

/* Frees a run's things. A room that stays gets a name that tells what it was for; while the run
 * went on it had a number, as a harness sees the path, and a socket's path must be short. */
static int leave_room(struct check *check, struct progress *progress)
{
    int failed = 0;
    if (check->options->keep && progress->sysroot.room[0] != '\0') {
        char kept[PATH_MAX];
        if (path_format(kept, sizeof kept, check->error, "%s/%s.%s", check->scratch.path,
                        progress->report->mode->name, progress->current->name) != 0)
            failed = -1;
        else if (rename(progress->sysroot.room, kept) != 0)
            failed = error_set_errno(check->error, errno, kept, "cannot keep a room");
    } else {
        failed = sysroot_remove(&progress->sysroot, check->error);
    }
    string_list_free(&progress->environment);
    string_list_free(&progress->modules);
    progress->current = NULL;
    return failed;
}

int scenario_run_start(struct check *check, struct progress *progress)
{
    char name[16];
    (void)snprintf(name, sizeof name, "%u", ++check->rooms);
    progress->current = progress->next++;
    int failed = sysroot_make(&progress->sysroot, &check->scratch, name, progress->report->mode,
                              progress->current, check->error);
    if (failed == 0)
        failed = start_in_room(check, progress);
    if (failed == 0) {
        check->running++;
        check->asleep += progress->current->need == NEEDS_LIMIT ? 1 : 0;
    } else
        (void)leave_room(check, progress);
    return failed;
}

/* The value of NANVIX_PYTHON_BIN in an environment. */
static const char *find_python_bin(const struct string_list *environment)
{
    for (size_t i = 0; i < environment->count; i++)
        if (strncmp(environment->items[i], "NANVIX_PYTHON_BIN=", 18) == 0)
            return environment->items[i] + 18;
    return NULL;
}

/* Judges a run from what it left behind. */
static int judge(struct check *check, struct progress *progress,
                 const struct sandbox_outcome *outcome)
{
    struct error damage = ERROR_INIT;
    struct recording recording = {0};
    struct guest_start_list starts = {0};
    if (outcome->records.lost)
        (void)error_set(&damage, ERROR_INPUT, NULL, "a tool's call could not be taken down");
    else
        (void)recording_parse("recording", outcome->records.bytes, outcome->records.size,
                              &recording, &damage);
    int failed = guest_starts_collect(&recording, find_python_bin(&progress->environment), &starts,
                                      check->error);
    if (failed == 0) {
        struct run_evidence evidence = {
            .scenario = progress->current,
            .sysroot = &progress->sysroot,
            .outcome = outcome,
            .recording = &recording,
            .starts = &starts,
            .modules = string_list_view(&progress->modules),
            .modules_given = check->command.takes_modules ? progress->modules.count : 0,
            .confined = check->report->confined,
            .damage = damage.code == ERROR_NONE ? NULL : damage.what};
        failed = judge_run(progress->report, &evidence, check->error);
    }
    guest_start_list_free(&starts);
    recording_free(&recording);
    return failed;
}

static int keep_recording(struct check *check, const struct progress *progress,
                          const struct record_sink *records)
{
    char path[PATH_MAX];
    if (!check->options->keep)
        return 0;
    if (path_format(path, sizeof path, check->error, "%s/guard-recording",
                    progress->sysroot.room) != 0)
        return -1;
    FILE *file = fopen(path, "we");
    if (file == NULL)
        return error_set_errno(check->error, errno, path, "cannot keep a recording");
    bool written = fwrite(records->bytes, 1, records->size, file) == records->size;
    if (fclose(file) != 0 || !written)
        return error_set_errno(check->error, errno, path, "cannot keep a recording");
    return 0;
}

int scenario_run_end(struct check *check, struct progress *progress)
{
    struct sandbox_outcome outcome;
    check->running--;
    check->asleep -= progress->current->need == NEEDS_LIMIT ? 1 : 0;
    int failed = worker_collect(&progress->worker, &outcome, check->error);
    if (failed == 0) {
        check->given_up = check->given_up || outcome.endless;
        check->no_limit = check->no_limit || outcome.records.waited > 0;
        progress->over = progress->over || outcome.end == SANDBOX_STOPPED;
        failed = judge(check, progress, &outcome);
        if (keep_recording(check, progress, &outcome.records) != 0)
            failed = -1;
        sandbox_outcome_free(&outcome);
    }
    if (leave_room(check, progress) != 0)
        failed = -1;
    return failed;
}
