/* SPDX-License-Identifier: MIT */
#include "guard/check.h"

#include "base/cleanup.h"
#include "base/nearest.h"
#include "guard/judging/coverage.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>

enum { TIMEOUT_LIMIT_S = 24 * 3600 };

static const char usual_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

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

static int check_mode_words(const struct guard_options *options, struct error *error)
{
    for (size_t i = 0; i < options->mode_count; i++) {
        bool known = false;
        struct nearest nearest = {.word = options->modes[i]};
        for (const struct guard_mode *mode = guard_modes; mode->name != NULL; mode++) {
            known = known || guard_mode_matches(mode, options->modes[i]);
            nearest_offer(&nearest, mode->name);
            nearest_offer(&nearest, mode->deployment);
        }
        if (!known)
            return error_set(error, ERROR_USAGE, "--mode",
                             "no such mode: %s%s; 'rename-oracle guard --help' lists them",
                             options->modes[i], nearest.hint);
    }
    return 0;
}

static int check_scenario_names(const struct guard_options *options, struct error *error)
{
    for (size_t i = 0; i < options->scenario_count; i++) {
        const struct guard_scenario *scenario = guard_scenarios;
        struct nearest nearest = {.word = options->scenarios[i]};
        for (; scenario->name != NULL && strcmp(scenario->name, nearest.word) != 0; scenario++)
            nearest_offer(&nearest, scenario->name);
        if (scenario->name == NULL)
            return error_set(error, ERROR_USAGE, "--scenario",
                             "no such scenario: %s%s; 'rename-oracle guard --help' lists them",
                             nearest.word, nearest.hint);
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

static int resolve(const char *const *paths, size_t count, struct string_list *out,
                   struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char found[PATH_MAX];
        if (realpath(paths[i], found) == NULL)
            return error_set(error, ERROR_USAGE, paths[i],
                             "to be allowed, but there is no such file or directory");
        if (string_list_add(out, found) != 0)
            return error_set(error, ERROR_MEMORY, NULL, "no memory for options");
    }
    return 0;
}

static int resolve_options(struct check *check)
{
    const struct guard_options *options = check->options;
    if (resolve(options->allowed, options->allowed_count, &check->allowed, check->error) != 0)
        return -1;
    return resolve(options->writable, options->writable_count, &check->writable, check->error);
}

/* The program that a script names in its first line; false when it is none. */
static bool read_interpreter(const char *script, char *out, size_t size)
{
    char line[PATH_MAX + 2] = "";
    CLEANUP_FD int fd = open(script, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || read(fd, line, sizeof line - 1) <= 0 || strncmp(line, "#!", 2) != 0)
        return false;
    const char *path = line + 2 + strspn(line + 2, " \t");
    (void)snprintf(out, size, "%.*s", (int)strcspn(path, " \t\r\n"), path);
    return true;
}

/* What guard/harness/exec_policy.h lets be started: directories of the system, the harness's own,
 * and what the user allowed. The interpreter of a script never comes by the policy: the kernel
 * starts it. */
static int list_executable(struct check *check)
{
    struct string_list *list = &check->executable;
    char directory[PATH_MAX];
    char interpreter[PATH_MAX];
    (void)snprintf(directory, sizeof directory, "%s", check->command.harness);
    *strrchr(directory, '/') = '\0';
    bool script = read_interpreter(check->command.harness, interpreter, sizeof interpreter);
    int failed = exec_policy_add_system(list);
    failed |= string_list_add(list, directory[0] == '\0' ? check->command.harness : directory);
    failed |= string_list_add(list, check->command.program);
    failed |= script ? string_list_add(list, interpreter) : 0;
    for (size_t i = 0; i < check->allowed.count; i++)
        failed |= string_list_add(list, check->allowed.items[i]);
    return failed == 0 ? 0 : error_set(check->error, ERROR_MEMORY, NULL, "no memory for options");
}

/* Learns once what the kernel does here, for the report and for the environment of the runs. */
static int learn_confinement(struct check *check)
{
    struct string_list none = {0};
    struct confinement_paths paths = {.writable = &none, .executable = &none};
    struct confinement confinement;
    if (confinement_prepare(&confinement, &paths, check->error) != 0)
        return -1;
    check->report->confined = confinement_holds(&confinement);
    check->report->confinement = strdup(confinement.text);
    confinement_release(&confinement);
    return check->report->confinement != NULL
               ? 0
               : error_set(check->error, ERROR_MEMORY, NULL, "no memory for the report");
}

static int run_check(struct check *check)
{
    const char *search_path = user_setting(check->options, "PATH");
    if (check_options(check->options, check->error) != 0 || resolve_options(check) != 0 ||
        harness_command_prepare(check->options->harness, check->options->command,
                                search_path == NULL ? usual_path : search_path, &check->command,
                                check->error) != 0)
        return -1;
    check->report->harness = strdup(check->options->harness);
    if (check->report->harness == NULL)
        return error_set(check->error, ERROR_MEMORY, NULL, "no memory for the report");
    if (digest_file(check->command.harness, check->report->digest, check->error) != 0 ||
        harness_survey(check->command.harness, &check->survey, check->error) != 0 ||
        list_executable(check) != 0 || learn_confinement(check) != 0 ||
        scratch_make(&check->scratch, check->options->recorder, check->error) != 0 ||
        schedule_modes(check) != 0)
        return -1;
    return coverage_collect(check->report, check->options, &check->survey, check->error);
}

static int leave_scratch(struct check *check)
{
    if (!check->options->keep || check->scratch.path[0] == '\0')
        return scratch_remove(&check->scratch, check->error);
    check->report->kept = strdup(check->scratch.path);
    return check->report->kept == NULL ? -1 : 0;
}

int guard_begin(bool keep, struct error *error)
{
    static const int asking[] = {SIGINT, SIGTERM, SIGHUP};
    sigset_t signals;
    if (scratch_begin_lifetime(keep, error) != 0)
        return -1;
    (void)sigemptyset(&signals);
    for (size_t i = 0; i < sizeof asking / sizeof asking[0]; i++)
        (void)sigaddset(&signals, asking[i]);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    int fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    return fd >= 0 ? fd : error_set_errno(error, errno, NULL, "cannot listen to signals");
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
    harness_survey_free(&check.survey);
    string_list_free(&check.allowed);
    string_list_free(&check.writable);
    string_list_free(&check.executable);
    free(check.progress);
    if (failed == 0)
        return 0;
    guard_report_free(report);
    return error_set(error, local.code, local.where, "%s", local.what);
}
