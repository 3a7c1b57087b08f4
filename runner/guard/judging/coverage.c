/* SPDX-License-Identifier: MIT */
#include "guard/judging/coverage.h"

#include "base/cleanup.h"
#include "guard/judging/clean_text.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The gap of this kind and reason; a new one without a name if there is none, NULL without memory.
 */
static struct guard_gap *find_gap(struct guard_report *report, const char *kind, const char *why)
{
    for (size_t i = 0; i < report->gap_count; i++)
        if (strcmp(report->gaps[i].kind, kind) == 0 && strcmp(report->gaps[i].why, why) == 0)
            return &report->gaps[i];
    struct guard_gap *gaps = reallocarray(report->gaps, report->gap_count + 1, sizeof *gaps);
    char *copy = strdup(why);
    if (gaps != NULL)
        report->gaps = gaps;
    if (gaps == NULL || copy == NULL) {
        free(copy);
        return NULL;
    }
    gaps[report->gap_count] = (struct guard_gap){.kind = kind, .why = copy};
    return &gaps[report->gap_count++];
}

/* `why` is a text of ours; the name may come from the harness. */
static int add_gap(struct guard_report *report, const char *kind, const char *name, const char *why)
{
    struct guard_gap *gap = find_gap(report, kind, why);
    CLEANUP_FREE char *clean = clean_text(name, NULL);
    return gap == NULL || clean == NULL ? -1 : string_list_add(&gap->names, clean);
}

static int add_gaps(struct guard_report *report, const char *kind, const struct string_list *names,
                    const char *why)
{
    for (size_t i = 0; i < names->count; i++)
        if (add_gap(report, kind, names->items[i], why) != 0)
            return -1;
    return 0;
}

static const struct guard_mode_report *find_mode(const struct guard_report *report,
                                                 const struct guard_mode *mode)
{
    for (size_t i = 0; i < report->mode_count; i++)
        if (report->modes[i].mode == mode)
            return &report->modes[i];
    return NULL;
}

static int collect_modes(struct guard_report *report)
{
    for (const struct guard_mode *mode = guard_modes; mode->name != NULL; mode++) {
        const struct guard_mode_report *found = find_mode(report, mode);
        const char *why = "no guest Python was started";
        if (found == NULL)
            why = "not asked for (--mode)";
        else if (found->missing != NULL)
            why = found->missing;
        if ((found == NULL || found->verdict == GUARD_NOT_EXERCISED) &&
            add_gap(report, "mode", mode->name, why) != 0)
            return -1;
    }
    return 0;
}

static const struct guard_run *find_run(const struct guard_mode_report *mode,
                                        const struct guard_scenario *scenario)
{
    for (size_t i = 0; i < mode->run_count; i++)
        if (mode->runs[i].scenario == scenario)
            return &mode->runs[i];
    return NULL;
}

/* Why a scenario was run nowhere. */
static const char *find_absence(const struct guard_scenario *scenario,
                                const struct guard_options *options)
{
    if (options->scenario_count > 0)
        return "not asked for (--scenario)";
    if (scenario->need == NEEDS_LIMIT)
        return "the harness has no time limit that can be set from outside";
    return "the harness was stopped before";
}

/* In how many modes a scenario was run, and in how many of them it showed nothing for this reason.
 */
struct idleness {
    size_t run;
    size_t idle;
    const char *why;
};

static struct idleness count_idle(const struct guard_report *report,
                                  const struct guard_scenario *scenario, const char *why)
{
    struct idleness count = {.why = why};
    for (size_t i = 0; i < report->mode_count; i++) {
        const struct guard_run *found = find_run(&report->modes[i], scenario);
        count.run += found == NULL ? 0 : 1;
        if (found != NULL && found->idle != NULL && strcmp(found->idle, why) == 0)
            count.idle++;
    }
    return count;
}

/* Names the modes in which a scenario was idle for this reason, where it was not in all. */
static int add_idle(struct guard_report *report, const struct guard_scenario *scenario,
                    const struct idleness *count)
{
    enum { NAMED = 3 };
    CLEANUP_FREE char *name = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&name, &size);
    if (stream == NULL)
        return -1;
    (void)fputs(scenario->name, stream);
    if (count->idle < count->run && count->idle > NAMED)
        (void)fprintf(stream, " in %zu of %zu modes", count->idle, count->run);
    const char *between = " in ";
    for (size_t i = 0; count->idle < count->run && count->idle <= NAMED && i < report->mode_count;
         i++) {
        const struct guard_run *found = find_run(&report->modes[i], scenario);
        if (found == NULL || found->idle == NULL || strcmp(found->idle, count->why) != 0)
            continue;
        (void)fprintf(stream, "%s%s", between, report->modes[i].mode->name);
        between = " and ";
    }
    return fclose(stream) == 0 ? add_gap(report, "scenario", name, count->why) : -1;
}

/* Where a scenario showed nothing, once for each reason. */
static int collect_scenario(struct guard_report *report, const struct guard_options *options,
                            const struct guard_scenario *scenario)
{
    struct string_list reasons = {0};
    int failed = 0;
    size_t run = 0;
    for (size_t i = 0; i < report->mode_count && failed == 0; i++) {
        const struct guard_run *found = find_run(&report->modes[i], scenario);
        run += found == NULL ? 0 : 1;
        if (found == NULL || found->idle == NULL || string_list_has(&reasons, found->idle))
            continue;
        struct idleness count = count_idle(report, scenario, found->idle);
        failed = string_list_add(&reasons, found->idle) | add_idle(report, scenario, &count);
    }
    string_list_free(&reasons);
    if (run == 0 && failed == 0)
        failed = add_gap(report, "scenario", scenario->name, find_absence(scenario, options));
    return failed;
}

static int collect_scenarios(struct guard_report *report, const struct guard_options *options,
                             const struct harness_survey *survey)
{
    for (const struct guard_scenario *scenario = guard_scenarios; scenario->name != NULL;
         scenario++) {
        if (scenario->need == NEEDS_NAMED_MODULES && survey->modules.count == 0)
            continue; /* no such modules, no gap */
        if (collect_scenario(report, options, scenario) != 0)
            return -1;
    }
    return 0;
}

static bool is_setting_of(const char *setting, const char *name)
{
    size_t length = strlen(name);
    return strncmp(setting, name, length) == 0 && setting[length] == '=';
}

static bool sets(const char *const *environment, const char *name)
{
    for (; environment != NULL && *environment != NULL; environment++)
        if (is_setting_of(*environment, name))
            return true;
    return false;
}

/* Whether some run had the variable and some other had not. */
static bool is_varied(const struct guard_report *report, const char *name)
{
    size_t with = 0;
    for (size_t i = 0; i < report->mode_count; i++)
        with += sets(report->modes[i].mode->environment, name) ? 1 : 0;
    if (with > 0 && with < report->mode_count)
        return true;
    for (const struct guard_scenario *scenario = guard_scenarios; scenario->name != NULL;
         scenario++)
        if (sets(scenario->environment, name))
            return true;
    return false;
}

static int collect_variables(struct guard_report *report, const struct guard_options *options,
                             const struct harness_survey *survey)
{
    for (size_t i = 0; i < survey->variables.count; i++) {
        const char *name = survey->variables.items[i];
        bool given = false;
        for (size_t k = 0; k < options->environment_count; k++)
            given = given || is_setting_of(options->environment[k], name);
        if (!given && is_varied(report, name))
            continue;
        if (add_gap(report, "variable", name,
                    given ? "the harness reads it, and had it as --env says"
                          : "the harness reads it, and no mode varies it") != 0)
            return -1;
    }
    if (!survey->built)
        return 0;
    return add_gap(report, "variable", "names that are put together or looked up elsewhere",
                   "the harness takes the environment as a whole");
}

/* Options of the harness that its command, the usual one or the user's, does not give. */
static int collect_options(struct guard_report *report, const struct guard_options *options,
                           const struct harness_survey *survey)
{
    for (size_t i = 0; i < survey->options.count; i++) {
        const char *option = survey->options.items[i];
        if (options->command != NULL && strstr(options->command, option) != NULL)
            continue;
        if (add_gap(report, "option", option, "the harness takes it, and was called without") != 0)
            return -1;
    }
    return 0;
}

/* Programs of the guest that are no Python, once each. */
static int collect_programs(struct guard_report *report)
{
    struct string_list programs = {0};
    int failed = 0;
    for (size_t i = 0; i < report->mode_count; i++)
        for (size_t k = 0; k < report->modes[i].other_programs.count; k++) {
            const char *program = report->modes[i].other_programs.items[k];
            if (!string_list_has(&programs, program))
                failed |= string_list_add(&programs, program);
        }
    if (failed == 0)
        failed = add_gaps(report, "start", &programs,
                          "a guest program that may start a Python by itself");
    string_list_free(&programs);
    return failed;
}

static int collect_starts(struct guard_report *report, const struct harness_survey *survey)
{
    bool unstarted = false;
    for (size_t i = 0; i < report->mode_count; i++)
        unstarted = unstarted || report->modes[i].unstarted;
    if (collect_programs(report) != 0)
        return -1;
    if (unstarted && add_gaps(report, "start", &survey->own_starts,
                              "a call in the harness that was not reached in every mode") != 0)
        return -1;
    return add_gaps(report, "start", &survey->other_starts,
                    "a file beside the harness that it neither names nor imports");
}

static int collect_rest(struct guard_report *report, const struct harness_survey *survey)
{
    if (survey->names_kvm && access("/dev/kvm", R_OK | W_OK) != 0 &&
        add_gap(report, "machine", "/dev/kvm",
                "the harness speaks of it, and it can't be opened here; nothing plays it") != 0)
        return -1;
    if (survey->asks_for_terminal &&
        add_gap(report, "machine", "a terminal",
                "the harness asks whether it has one, and it has none") != 0)
        return -1;
    if (survey->asks_for_system && add_gap(report, "machine", "another operating system",
                                           "the harness asks which one this is") != 0)
        return -1;
    if (survey->unread && add_gap(report, "text", "the harness's variables and other starts",
                                  "it is no text that can be read") != 0)
        return -1;
    if (survey->cut && add_gap(report, "text", "some files beside the harness",
                               "there are too many to look at them all") != 0)
        return -1;
    return 0;
}

int coverage_collect(struct guard_report *report, const struct guard_options *options,
                     const struct harness_survey *survey, struct error *error)
{
    if (collect_modes(report) == 0 && collect_scenarios(report, options, survey) == 0 &&
        collect_variables(report, options, survey) == 0 &&
        collect_options(report, options, survey) == 0 && collect_starts(report, survey) == 0 &&
        collect_rest(report, survey) == 0)
        return 0;
    return error_set(error, ERROR_MEMORY, NULL, "no memory for the report");
}
