/* SPDX-License-Identifier: MIT */
#include "guard/guard.h"

#include "base/clock.h"
#include "guard/exec_policy.h"
#include "guard/guest_start.h"
#include "guard/harness_command.h"
#include "guard/judge.h"
#include "guard/recording.h"
#include "guard/sandbox.h"
#include "guard/sysroot.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { USUAL_TIMEOUT_S = 30, TIMEOUT_LIMIT_S = 24 * 3600, TOOLS_LIMIT = 500 };

#define GRACE_NS (500 * NS_PER_MS)

static const char usual_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* A check in progress. */
struct check {
    const struct guard_options *options;
    struct guard_report *report;
    struct error *error;
    struct scratch scratch;
    struct harness_command command;
    struct string_list allowed;
    bool stopped;   /* the last run had to be: no more runs in this mode */
    unsigned rooms; /* made so far */
    bool given_up;  /* the harness does not end by itself: no more runs */
};

/* The last value of a variable in the user's settings, or NULL. */
static const char *user_setting(const struct guard_options *options, const char *name)
{
    const char *value = NULL;
    size_t length = strlen(name);
    for (size_t i = 0; i < options->environment_count; i++)
        if (strncmp(options->environment[i], name, length) == 0 &&
            options->environment[i][length] == '=')
            value = options->environment[i] + length + 1;
    return value;
}

static bool is_selected(const struct guard_options *options, const struct guard_mode *mode)
{
    for (size_t i = 0; i < options->mode_count; i++)
        if (guard_mode_matches(mode, options->modes[i]))
            return true;
    return options->mode_count == 0;
}

static int check_mode_words(const struct guard_options *options, struct error *error)
{
    for (size_t i = 0; i < options->mode_count; i++) {
        bool known = false;
        for (const struct guard_mode *mode = guard_modes; mode->name != NULL; mode++)
            known = known || guard_mode_matches(mode, options->modes[i]);
        if (!known)
            return error_set(error, ERROR_USAGE, options->modes[i],
                             "no such mode; 'rename-oracle guard --help' lists them");
    }
    return 0;
}

static bool is_in(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static int check_scenario_names(const struct guard_options *options, struct error *error)
{
    for (size_t i = 0; i < options->scenario_count; i++) {
        const struct guard_scenario *scenario = guard_scenarios;
        while (scenario->name != NULL && strcmp(scenario->name, options->scenarios[i]) != 0)
            scenario++;
        if (scenario->name == NULL)
            return error_set(error, ERROR_USAGE, options->scenarios[i],
                             "no such scenario; 'rename-oracle guard --help' lists them");
    }
    return 0;
}

static int check_options(const struct guard_options *options, struct error *error)
{
    if (!(options->timeout_s >= 0 && options->timeout_s <= TIMEOUT_LIMIT_S))
        return error_set(error, ERROR_USAGE, "--timeout", "must be 0 to %d seconds",
                         TIMEOUT_LIMIT_S);
    for (size_t i = 0; i < options->environment_count; i++) {
        const char *equals = strchr(options->environment[i], '=');
        if (equals == NULL || equals == options->environment[i])
            return error_set(error, ERROR_USAGE, options->environment[i],
                             "is no setting; write NAME=VALUE");
    }
    if (check_scenario_names(options, error) != 0)
        return -1;
    return check_mode_words(options, error);
}

static int resolve_allowed(struct check *check)
{
    for (size_t i = 0; i < check->options->allowed_count; i++) {
        char found[PATH_MAX];
        if (realpath(check->options->allowed[i], found) == NULL)
            return error_set(check->error, ERROR_USAGE, check->options->allowed[i],
                             "to be allowed, but there is no such file or directory");
        if (string_list_add(&check->allowed, found) != 0)
            return error_set(check->error, ERROR_MEMORY, NULL, "no memory for options");
    }
    return 0;
}

/* Judges a run from what it left behind. */
static int judge(struct check *check, struct guard_mode_report *report,
                 const struct guard_scenario *scenario, const struct sysroot *sysroot,
                 const struct sandbox_outcome *outcome, const char *python_bin)
{
    struct error damage = ERROR_INIT;
    struct recording recording = {0};
    struct guest_start_list starts = {0};
    (void)recording_read(sysroot->recording, &recording, &damage);
    int failed = guest_starts_collect(&recording, python_bin, &starts, check->error);
    if (failed == 0) {
        struct run_evidence evidence = {
            .scenario = scenario,
            .sysroot = sysroot,
            .outcome = outcome,
            .recording = &recording,
            .starts = &starts,
            .modules_given = check->command.takes_modules ? scenario->module_count : 0,
            .damage = damage.code == ERROR_NONE ? NULL : damage.what};
        failed = judge_run(report, &evidence, check->error);
    }
    guest_start_list_free(&starts);
    recording_free(&recording);
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

static int run_in_sysroot(struct check *check, struct guard_mode_report *report,
                          const struct guard_scenario *scenario, const struct sysroot *sysroot)
{
    const struct guard_options *options = check->options;
    struct string_list argv = {0};
    struct string_list environment = {0};
    struct sandbox_outcome outcome = {0};
    struct exec_policy policy = {.scratch = &check->scratch,
                                 .harness = check->command.harness,
                                 .interpreter = check->command.program,
                                 .allowed = &check->allowed};
    double timeout_s = options->timeout_s > 0 ? options->timeout_s : USUAL_TIMEOUT_S;
    int failed =
        harness_command_build(&check->command, scenario->module_count, &argv, check->error);
    if (failed == 0)
        failed = sysroot_environment(sysroot, report->mode, options->environment_count,
                                     options->environment, &environment, check->error);
    if (failed == 0) {
        struct sandbox_request request = {.argv = argv.items,
                                          .environment = environment.items,
                                          .directory = sysroot->directory,
                                          .policy = &policy,
                                          .timeout_ns = (uint64_t)(timeout_s * (double)NS_PER_S),
                                          .grace_ns = GRACE_NS,
                                          .tools_limit = TOOLS_LIMIT,
                                          .interrupt_fd = options->interrupt_fd};
        failed = sandbox_run(&request, &outcome, check->error);
    }
    if (failed == 0)
        failed = judge(check, report, scenario, sysroot, &outcome, find_python_bin(&environment));
    check->given_up = check->given_up || outcome.endless;
    check->stopped = outcome.end == SANDBOX_STOPPED;
    sandbox_outcome_free(&outcome);
    string_list_free(&environment);
    string_list_free(&argv);
    return failed;
}

static int run_scenario(struct check *check, struct guard_mode_report *report,
                        const struct guard_scenario *scenario)
{
    char name[128];
    struct sysroot sysroot;
    /* A room that stays has a name; all others have short ones, as a socket's path must be. */
    if (check->options->keep)
        (void)snprintf(name, sizeof name, "%s.%s", report->mode->name, scenario->name);
    else
        (void)snprintf(name, sizeof name, "%u", ++check->rooms);
    int failed =
        sysroot_make(&sysroot, &check->scratch, name, report->mode, scenario, check->error);
    if (failed == 0)
        failed = run_in_sysroot(check, report, scenario, &sysroot);
    if (!check->options->keep && sysroot_remove(&sysroot, check->error) != 0)
        failed = -1;
    return failed;
}

static int run_mode(struct check *check, const struct guard_mode *mode)
{
    struct guard_mode_report *mode_report = &check->report->modes[check->report->mode_count++];
    judge_begin(mode_report, mode);
    if (check->given_up)
        return judge_cut_short(mode_report, "not run, because the harness did not end before",
                               check->error);
    const struct guard_options *options = check->options;
    size_t left_out = 0;
    check->stopped = false;
    for (const struct guard_scenario *scenario = guard_scenarios;
         scenario->name != NULL && !check->stopped; scenario++) {
        if (options->scenario_count > 0 &&
            !is_in(scenario->name, options->scenarios, options->scenario_count))
            left_out++;
        else if (run_scenario(check, mode_report, scenario) != 0)
            return -1;
    }
    if (left_out > 0 &&
        judge_cut_short(mode_report, "only some scenarios were run, by --scenario", check->error))
        return -1;
    return judge_end(mode_report, check->error);
}

static int run_modes(struct check *check)
{
    size_t count = 0;
    while (guard_modes[count].name != NULL)
        count++;
    check->report->modes = calloc(count + 1, sizeof *check->report->modes);
    if (check->report->modes == NULL)
        return error_set(check->error, ERROR_MEMORY, NULL, "no memory for the report");
    for (const struct guard_mode *mode = guard_modes; mode->name != NULL; mode++)
        if (is_selected(check->options, mode) && run_mode(check, mode) != 0)
            return -1;
    return 0;
}

static int run_check(struct check *check)
{
    const char *search_path = user_setting(check->options, "PATH");
    if (check_options(check->options, check->error) != 0 || resolve_allowed(check) != 0 ||
        harness_command_prepare(check->options->harness, check->options->command,
                                search_path == NULL ? usual_path : search_path, &check->command,
                                check->error) != 0)
        return -1;
    check->report->harness = strdup(check->options->harness);
    if (check->report->harness == NULL)
        return error_set(check->error, ERROR_MEMORY, NULL, "no memory for the report");
    if (digest_file(check->command.harness, check->report->digest, check->error) != 0 ||
        scratch_make(&check->scratch, check->options->recorder, check->error) != 0)
        return -1;
    return run_modes(check);
}

static int leave_scratch(struct check *check)
{
    if (!check->options->keep || check->scratch.path[0] == '\0')
        return scratch_remove(&check->scratch, check->error);
    check->report->kept = strdup(check->scratch.path);
    return check->report->kept == NULL ? -1 : 0;
}

int guard_check(const struct guard_options *options, struct guard_report *report,
                struct error *error)
{
    struct error local = ERROR_INIT;
    *report = (struct guard_report){0};
    struct check check = {.options = options, .report = report, .error = &local};
    int failed = run_check(&check);
    if (leave_scratch(&check) != 0)
        failed = -1;
    harness_command_free(&check.command);
    string_list_free(&check.allowed);
    if (failed == 0)
        return 0;
    guard_report_free(report);
    return error_set(error, local.code, local.where, "%s", local.what);
}
