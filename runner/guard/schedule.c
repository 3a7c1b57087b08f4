/* SPDX-License-Identifier: MIT */
#include "guard/check.h"

#include "base/clock.h"
#include "guard/judging/judge.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

enum {
    MODES_LIMIT = 16,
    WATCH_MS = 1000, /* how often the time of the runs is looked at */
};

static bool is_selected(const struct guard_options *options, const struct guard_mode *mode)
{
    for (size_t i = 0; i < options->mode_count; i++)
        if (guard_mode_matches(mode, options->modes[i]))
            return true;
    return options->mode_count == 0;
}

static bool is_in(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(names[i], name) == 0)
            return true;
    return false;
}

static bool is_wanted(const struct check *check, const struct guard_scenario *scenario)
{
    const struct guard_options *options = check->options;
    return options->scenario_count == 0 ||
           is_in(scenario->name, options->scenarios, options->scenario_count);
}

static bool can_be_run(const struct check *check, const struct guard_scenario *scenario)
{
    if (scenario->need == NEEDS_NAMED_MODULES)
        return check->survey.modules.count > 0;
    if (scenario->need == NEEDS_LIMIT)
        return !check->no_limit && (check->survey.limits.count > 0 || check->survey.uses_timeout);
    return true;
}

/* Moves on to a scenario that is to be run; false when there is none left. */
static bool find_next(const struct check *check, struct progress *progress)
{
    for (; progress->next != NULL && progress->next->name != NULL; progress->next++) {
        if (!is_wanted(check, progress->next))
            progress->left_out = true;
        else if (can_be_run(check, progress->next))
            return true;
    }
    return false;
}

static int end_mode(struct check *check, struct progress *progress)
{
    const char *cut_short = NULL;
    bool unfinished = check->given_up && !progress->over && find_next(check, progress);
    if (unfinished)
        cut_short = progress->report->run_count == 0
                        ? "not run, because the harness did not end before"
                        : "not all of it was run, because the harness did not end";
    else if (progress->left_out)
        cut_short = "only some scenarios were run, by --scenario";
    progress->over = true;
    if (cut_short != NULL && judge_cut_short(progress->report, cut_short, check->error) != 0)
        return -1;
    return judge_end(progress->report, check->error);
}

/* How many runs may go on at once. The first goes alone: a harness that does not end is not started
 * many times. */
static size_t run_limit(const struct check *check)
{
    bool first = check->report->mode_count > 0 && check->report->modes[0].run_count == 0;
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    return first || processors < 1 ? 1 : (size_t)processors;
}

/* Starts what may be started now. */
static int start_runs(struct check *check)
{
    const size_t limit = run_limit(check);
    for (size_t i = 0; i < check->report->mode_count && check->running - check->asleep < limit;
         i++) {
        struct progress *progress = &check->progress[i];
        if (progress->current != NULL || progress->over || check->given_up)
            continue;
        if (find_next(check, progress) && scenario_run_start(check, progress) != 0)
            return -1;
    }
    return 0;
}

/* Waits until a run is over or somebody wants us to end. */
static int wait_for_run(struct check *check)
{
    struct pollfd fds[MODES_LIMIT + 1];
    size_t count = check->report->mode_count;
    for (size_t i = 0; i < count; i++)
        fds[i] = (struct pollfd){
            .fd = check->progress[i].current == NULL ? -1 : check->progress[i].worker.pidfd,
            .events = POLLIN};
    fds[count] = (struct pollfd){.fd = check->options->interrupt_fd, .events = POLLIN};
    /* A run ends by itself, and is waited for no longer than it may take. */
    int polled = poll(fds, count + 1, WATCH_MS);
    if (polled < 0 && errno != EINTR) /* EINVAL: more than the limit of files (ulimit -n) */
        return error_set_errno(check->error, errno, NULL, "cannot wait for a run");
    if (polled > 0 && fds[count].revents != 0)
        return error_set(check->error, ERROR_INTERRUPTED, NULL, "interrupted");
    for (size_t i = 0; i < count; i++) {
        struct progress *progress = &check->progress[i];
        bool overdue = progress->current != NULL && clock_now_ns() > progress->worker.due_ns;
        if (progress->current != NULL && ((polled > 0 && fds[i].revents != 0) || overdue) &&
            scenario_run_end(check, progress) != 0)
            return -1;
    }
    return 0;
}

/* Ends what still runs, after an error. */
static void stop_runs(struct check *check)
{
    for (size_t i = 0; i < check->report->mode_count; i++)
        if (check->progress[i].current != NULL)
            worker_stop(&check->progress[i].worker);
    for (size_t i = 0; i < check->report->mode_count; i++)
        if (check->progress[i].current != NULL)
            (void)scenario_run_end(check, &check->progress[i]);
}

static int run_all(struct check *check)
{
    int failed = start_runs(check);
    while (failed == 0 && check->running > 0) {
        failed = wait_for_run(check);
        if (failed == 0)
            failed = start_runs(check);
    }
    if (failed != 0)
        stop_runs(check);
    return failed;
}

int schedule_modes(struct check *check)
{
    check->report->modes = calloc(MODES_LIMIT, sizeof *check->report->modes);
    check->progress = calloc(MODES_LIMIT, sizeof *check->progress);
    if (check->report->modes == NULL || check->progress == NULL)
        return error_set(check->error, ERROR_MEMORY, NULL, "no memory for the report");
    for (const struct guard_mode *mode = guard_modes; mode->name != NULL; mode++) {
        if (!is_selected(check->options, mode))
            continue;
        size_t number = check->report->mode_count++;
        judge_begin(&check->report->modes[number], mode);
        check->progress[number] =
            (struct progress){.report = &check->report->modes[number], .next = guard_scenarios};
    }
    if (run_all(check) != 0)
        return -1;
    for (size_t i = 0; i < check->report->mode_count; i++)
        if (end_mode(check, &check->progress[i]) != 0)
            return -1;
    return 0;
}
