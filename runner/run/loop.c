/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "process/children.h"
#include "run/helper/work.h"
#include "run/state.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>

#define IDLE_WAKE_NS NS_PER_S
/* How long the end of the run waits for what sleeps uninterruptibly, and how much longer while
 * others want CPUs in vain. */
#define STUCK_NS (2 * NS_PER_S)
#define EXCUSED_NS (15 * NS_PER_S)
/* Who interrupts a run does not wait for a file system that is silent. */
#define INTERRUPTED_NS (2 * NS_PER_S)

static bool is_active(const struct job *job)
{
    return job->cell.stage != CELL_IDLE;
}

static void take_signals(struct run *run)
{
    struct signalfd_siginfo info;
    while (read(run->signal_fd, &info, sizeof info) == (ssize_t)sizeof info)
        if (info.ssi_signo == SIGCHLD) {
            run->child_ended = true;
        } else if (!run->summary->interrupted) {
            run->summary->interrupted = true;
            progress_note(run->progress,
                          "interrupted by SIG%s; ending what runs, keeping what is finished",
                          sigabbrev_np((int)info.ssi_signo));
        }
}

static bool is_idle(const struct run *run)
{
    for (unsigned i = 0; i < run->job_count; i++)
        if (is_active(&run->jobs[i]))
            return false;
    return true;
}

static void count_deputies(struct run *run)
{
    for (size_t i = 0; i < run->silences.count; i++)
        run->silences.all[i].out = run->silences.all[i].waiting = 0;
    for (unsigned i = 0; i < run->job_count; i++)
        if (is_active(&run->jobs[i]))
            cell_count_deputy(&run->jobs[i].cell);
}

static void start_cells(struct run *run, uint64_t now_ns)
{
    for (unsigned i = 0; i < run->job_count && !run->summary->interrupted; i++) {
        struct job *job = &run->jobs[i];
        struct run_target *target = NULL;
        struct cell *cell = &job->cell;
        if (is_active(job))
            continue;
        *cell = (struct cell){0};
        if (!run_take_next(run, is_idle(run), &cell->shape, &target, &cell->attempt))
            return;
        cgroup_renew(&job->group);
        cell->settings = &run->settings;
        cell->setup = &target->setup;
        cell->deputy = &job->deputy;
        cell->group = &job->group;
        cell->turn = &run->turn;
        cell->alone = run->job_count == 1;
        if (cell_start(cell, now_ns, &run->failure) != 0)
            return;
    }
}

static void wait_until(struct pollfd *fds, size_t count, uint64_t wake_ns)
{
    uint64_t now_ns = clock_now_ns();
    uint64_t left_ns = wake_ns > now_ns ? wake_ns - now_ns : 0;
    struct timespec timeout = {
        .tv_sec = (time_t)(left_ns / NS_PER_S),
        .tv_nsec = (long)(left_ns % NS_PER_S),
    };
    if (ppoll(fds, (nfds_t)count, &timeout, NULL) <= 0)
        for (size_t i = 0; i < count; i++)
            fds[i].revents = 0;
}

/* A target writes a line at a time, so that a run wakes more often than anything else happens:
 * what the wait did not report is not asked for again. `fds` are as the cells have listed them. */
static void hand_out_readiness(struct run *run, const struct pollfd *fds)
{
    for (unsigned i = 0; i < run->job_count; i++)
        if (is_active(&run->jobs[i]))
            fds += cell_take_readiness(&run->jobs[i].cell, fds);
}

static void wait_for_something(struct run *run)
{
    struct pollfd fds[1 + RUN_JOBS_MAX * CELL_FDS_MAX];
    size_t count = 1;
    bool any = false;
    uint64_t wake_ns = clock_now_ns() + IDLE_WAKE_NS;
    bool any_active = false;
    fds[0] = (struct pollfd){.fd = run->signal_fd, .events = POLLIN};
    for (unsigned i = 0; i < run->job_count; i++) {
        const struct cell *cell = &run->jobs[i].cell;
        if (!is_active(&run->jobs[i]))
            continue;
        any_active = true;
        count += cell_list_fds(cell, fds + count);
        if (cell_next_wake(cell) < wake_ns)
            wake_ns = cell_next_wake(cell);
    }
    /* With the plan at its end and nothing running, nothing is going to happen either. */
    wait_until(fds, count, any_active ? wake_ns : 0);
    for (size_t i = 0; i < count; i++)
        any = any || fds[i].revents != 0;
    run->signalled = !any || fds[0].revents != 0;
    hand_out_readiness(run, fds + 1);
}

static void advance_cell(struct run *run, struct job *job, uint64_t now_ns)
{
    pid_t deputy = job->deputy.pid;
    cell_read(&job->cell, now_ns);
    if (run->summary->interrupted || run->failure.code != ERROR_NONE)
        cell_abort(&job->cell, now_ns, &run->table);
    cell_advance(&job->cell, now_ns, &run->table);
    if (deputy > 0 && job->deputy.pid != deputy)
        run_note_given_up(run, &job->cell, deputy);
}

static bool advance_cells(struct run *run, uint64_t now_ns)
{
    bool any_active = false;
    run->table.count = 0; /* whoever needs a new snapshot in this turn takes it for all */
    run_list_own(run);
    for (unsigned i = 0; i < run->job_count; i++) {
        struct cell *cell = &run->jobs[i].cell;
        if (!is_active(&run->jobs[i]))
            continue;
        advance_cell(run, &run->jobs[i], now_ns);
        if (cell->stage == CELL_DONE) {
            run_note_left_behind(run, cell);
            if (cell->streams.follower.pid > 0)
                run_note_given_up(run, cell, cell->streams.follower.pid);
            if (!cell->aborted)
                run_record_cell(run, cell);
            cell_release(cell);
        }
        any_active = any_active || is_active(&run->jobs[i]);
    }
    return any_active;
}

static void show_line(struct run *run, uint64_t now_ns)
{
    char running[512] = "";
    size_t used = 0;
    unsigned count = 0;
    if (!progress_wants_tick(run->progress, now_ns))
        return;
    for (unsigned i = 0; i < run->job_count; i++) {
        const struct cell *cell = &run->jobs[i].cell;
        if (!is_active(&run->jobs[i]))
            continue;
        if (used < sizeof running)
            used += (size_t)snprintf(running + used, sizeof running - used, "%s%s/%s %.1f s",
                                     count == 0 ? "" : ", ", cell->setup->target.name,
                                     cell->shape->name,
                                     clock_ns_to_ms(now_ns - cell->launched_ns) / 1000.0);
        count++;
    }
    progress_tick(run->progress, now_ns, count, running);
}

int run_loop(struct run *run, struct error *error)
{
    bool any_active = true;
    while (any_active || (!run->planned_out && !run->summary->interrupted)) {
        count_deputies(run);
        start_cells(run, clock_now_ns());
        wait_for_something(run);
        uint64_t now_ns = clock_now_ns();
        if (run->signalled)
            take_signals(run);
        if (run->signalled || run->child_ended)
            run_reap_children(run, now_ns);
        any_active = advance_cells(run, now_ns);
        show_line(run, now_ns);
        if (run->failure.code != ERROR_NONE && !any_active)
            return error_set(error, run->failure.code, run->failure.where, "%s", run->failure.what);
    }
    return 0;
}

/* Waits for the answer to the question that is out, and hears signals meanwhile. */
static json_t *wait_for_answer(struct run *run, struct deputy *deputy, uint64_t deadline_ns,
                               struct error *error)
{
    CLEANUP(patience_release) struct patience patience = {0};
    patience_start(&patience, deputy->pid, deadline_ns, deadline_ns * PATIENCE_TIMES,
                   clock_now_ns());
    for (;;) {
        struct pollfd fds[2] = {{.fd = deputy->fd, .events = POLLIN},
                                {.fd = run->signal_fd, .events = POLLIN}};
        struct error failed = ERROR_INIT;
        char why[128];
        wait_until(fds, 2, patience.expected_ns);
        take_signals(run);
        json_t *answer = deputy_answer(deputy, &failed);
        if (answer != NULL)
            return answer;
        deputy->asked = true;
        run->table.count = 0;
        if (run->summary->interrupted && patience.budget_ns > INTERRUPTED_NS)
            patience.budget_ns = INTERRUPTED_NS;
        if (failed.code != ERROR_NONE)
            (void)error_set(error, failed.code, failed.where, "%s", failed.what);
        else if (!patience_is_over(&patience, clock_now_ns(), &run->table))
            continue;
        patience_describe(&patience, why, sizeof why);
        (void)error_set(error, ERROR_DEADLINE, NULL, "%s", why);
        return NULL;
    }
}

json_t *run_ask_and_wait(struct run *run, struct deputy *deputy, json_t *request,
                         uint64_t deadline_ns, struct error *error)
{
    if (deputy->pid == 0 && deputy_start(deputy, work_carry_out, NULL, NULL, error) != 0) {
        json_decref(request);
        return NULL;
    }
    if (deputy_ask(deputy, request, NULL, error) != 0)
        return NULL;
    return wait_for_answer(run, deputy, deadline_ns, error);
}

json_t *run_do_apart(struct run *run, struct deputy *deputy, json_t *(*work)(void *run),
                     uint64_t deadline_ns, struct error *error)
{
    if (deputy_start(deputy, work_carry_out, work, run, error) != 0)
        return NULL;
    return wait_for_answer(run, deputy, deadline_ns, error);
}

void run_sweep(struct run *run)
{
    for (unsigned i = 0; i < run->job_count; i++)
        deputy_abandon(&run->jobs[i].deputy);
    static pid_t known[LOST_MAX + 1];
    size_t count = run->left_behind.count;
    for (size_t i = 0; i < count; i++)
        known[i] = run->left_behind.all[i].pid;
    if (run->output.pid != run->output.deputy.pid) /* it was given up, after a wait of its own */
        known[count++] = run->output.pid;
    const pid_t keepers[] = {run->spawner.pid, run->scratch_keeper.pid, run->output.deputy.pid};
    size_t left =
        children_end(&run->group, (struct pid_span){keepers, sizeof keepers / sizeof keepers[0]},
                     (struct pid_span){known, count}, STUCK_NS, EXCUSED_NS);
    take_signals(run);
    if (left > 0)
        progress_note(run->progress, "%zu process%s could not be ended and %s left behind", left,
                      left == 1 ? "" : "es", left == 1 ? "was" : "were");
}
