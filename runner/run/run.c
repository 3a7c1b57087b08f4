/* SPDX-License-Identifier: MIT */
#include "run/run.h"

#include "base/version.h"
#include "run/limits.h"
#include "run/state.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>

static int listen_to_signals(struct run *run, struct error *error)
{
    sigset_t signals;
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGINT);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigaddset(&signals, SIGHUP);
    (void)sigaddset(&signals, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &signals, NULL) != 0)
        return error_set_errno(error, errno, NULL, "cannot block signals");
    (void)signal(SIGPIPE, SIG_IGN); /* a closed pager must not leave a VM behind */
    run->signal_fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
    if (run->signal_fd < 0)
        return error_set_errno(error, errno, NULL, "cannot listen to signals");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
        return error_set_errno(error, errno, NULL, "cannot become a child subreaper");
    return 0;
}

static int make_jobs(struct run *run, struct error *error)
{
    run->jobs = calloc(run->job_count, sizeof *run->jobs);
    if (run->jobs == NULL) {
        run->job_count = 0;
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the jobs");
    }
    run->has_group = cgroup_make_for_run(&run->group);
    for (unsigned i = 0; i < run->job_count; i++) {
        run->jobs[i].deputy.fd = -1;
        (void)cgroup_make_for_job(&run->group, i, &run->jobs[i].group);
    }
    return 0;
}

static int open_documents(struct run *run, struct error *error)
{
    for (size_t i = 0; i < run->target_count; i++) {
        struct run_target *target = &run->targets[i];
        if (output_start(&run->output, target->setup.target.name, error) != 0)
            return -1;
        target->document_open = true;
        if (run_record_skips(run, target, error) != 0)
            return -1;
    }
    return 0;
}

static int check_limits(const struct run *run, struct error *error)
{
    uint64_t longest_ns = 0;
    for (size_t i = 0; i < run->target_count; i++) {
        const struct target_setup *setup = &run->targets[i].setup;
        if (!setup->skipped && setup->target.budgets.total_ns > longest_ns)
            longest_ns = setup->target.budgets.total_ns;
    }
    return limits_allow(longest_ns, error);
}

static void tell_plan(const struct run *run)
{
    uint64_t wanted = 0;
    for (size_t i = 0; i < run->target_count; i++)
        wanted |= run->targets[i].wanted;
    for (size_t i = 0; i < run->shape_count; i++)
        if ((wanted >> i & 1U) != 0)
            progress_shape(run->progress, run->shapes[i]->name);
    progress_plan(run->progress, run_count_planned(run));
}

static int carry_out(struct run *run, struct error *error)
{
    if (run_choose_shapes(run, error) != 0 || listen_to_signals(run, error) != 0 ||
        spawner_start(&run->spawner, error) != 0 || run_make_scratch(run, error) != 0 ||
        run_find_last_failed(run, error) != 0 || run_prepare_targets(run, error) != 0 ||
        check_limits(run, error) != 0 || (run->job_count = job_count_choose(run, error)) == 0 ||
        run_make_output(run, error) != 0 || make_jobs(run, error) != 0 ||
        open_documents(run, error) != 0)
        return -1;
    tell_plan(run);
    int failed = run_loop(run, error);
    run_sweep(run);
    run_verify_files(run);
    /* What is finished is kept, whatever went wrong. */
    if (run_write_documents(run, error) != 0)
        failed = -1;
    return failed;
}

static void release_groups(struct run *run)
{
    for (unsigned i = 0; run->jobs != NULL && i < run->job_count; i++)
        if (run->jobs[i].group.fd >= 0)
            (void)cgroup_remove(&run->jobs[i].group);
    if (run->group.fd >= 0)
        (void)cgroup_remove(&run->group);
}

static void release(struct run *run)
{
    release_groups(run);
    run_remove_scratch(run);
    run_release_targets(run);
    free(run->jobs);
    process_table_release(&run->table);
    output_close(&run->output);
    json_decref(run->last_failed);
    cleanup_fd(&run->spawner.fd);
    cleanup_fd(&run->signal_fd);
}

static void hear_line(void *context, const char *target, const char *shape,
                      uint64_t since_launch_ns, const char *text)
{
    progress_journal_line(context, target, shape, since_launch_ns, text);
}

static void hear_news(void *context, const struct cell *cell, const json_t *so_far, bool over)
{
    const char *target = cell->setup->target.name;
    if (over)
        progress_verdict(context, target, so_far);
    else
        progress_slow(context, target, so_far);
}

int run_all(const struct run_options *options, struct progress *progress,
            struct run_summary *summary, struct error *error)
{
    *summary = (struct run_summary){0};
    struct run *run = calloc(1, sizeof *run);
    if (run == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory");
    *run = (struct run){
        .options = options,
        .progress = progress,
        .summary = summary,
        .attempts = options->attempts == 0 ? 1 : options->attempts,
        .plan = {.controls = !options->no_controls, .attempt = 1},
        .group = {.fd = -1},
        .spawner = {.fd = -1},
        .scratch_keeper = {.fd = -1},
        .output = {.deputy = {.fd = -1}},
        .signal_fd = -1,
        .child_ended = true, /* before the loop, signals are fetched without reaping */
        .settings = {.output = &run->output,
                     .spawner = &run->spawner,
                     .early = options->early,
                     .wait_late_ns = options->wait_late_ns,
                     .keep = options->keep,
                     .probe_build = RO_PROBE_BUILD,
                     .listener = progress_is_live(progress) ? hear_line : NULL,
                     .tell = progress->terminal.out != NULL ? hear_news : NULL,
                     .listener_context = progress,
                     .knows = run_knows,
                     .knows_context = run},
    };
    int failed = carry_out(run, error);
    release(run);
    free(run);
    return failed;
}
