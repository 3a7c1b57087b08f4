/* SPDX-License-Identifier: MIT */
#include "process/sample.h"

#include "base/clock.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static uint64_t ticks_to_ns(uint64_t ticks)
{
    return ticks * (NS_PER_S / (uint64_t)sysconf(_SC_CLK_TCK));
}

static bool sample_thread(struct thread_sample *out, pid_t pid, pid_t tid)
{
    char path[96];
    char text[128];
    struct process process;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)tid);
    if (!process_read_file(path, tid, &process))
        return false;
    *out = (struct thread_sample){.pid = pid, .tid = tid, .state = process.state};
    memcpy(out->comm, process.comm, sizeof out->comm);
    out->ran_ns = ticks_to_ns(process.cpu_ticks);
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", (int)pid, (int)tid);
    if (proc_read(path, text, sizeof text) > 0) {
        char *rest = NULL;
        out->ran_ns = strtoull(text, &rest, 10);
        out->waited_ns = strtoull(rest, NULL, 10);
    }
    return true;
}

static void sample_process(struct tree_sample *sample, pid_t pid)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    if (tasks == NULL)
        return;
    const struct dirent *entry;
    while ((entry = readdir(tasks)) != NULL) {
        long tid = strtol(entry->d_name, NULL, 10);
        if (tid <= 0)
            continue;
        if (sample->count == SAMPLE_THREADS_MAX) {
            sample->cut = true;
            break;
        }
        const struct thread_sample *thread = &sample->threads[sample->count];
        if (sample_thread(&sample->threads[sample->count], pid, (pid_t)tid) &&
            thread->state != 'Z' && thread->state != 'X') /* the first may end before the others */
            sample->count++;
    }
    (void)closedir(tasks);
}

static int by_tid(const void *left, const void *right)
{
    const struct thread_sample *a = left;
    const struct thread_sample *b = right;
    return (a->tid > b->tid) - (a->tid < b->tid);
}

void sample_take(struct tree_sample *sample, const struct tree *tree, uint64_t now_ns)
{
    sample->taken_ns = now_ns;
    sample->count = 0;
    sample->io_count = 0;
    sample->cut = tree->cut;
    for (size_t i = 0; i < tree->count; i++)
        if (!tree->members[i].ended)
            sample_process(sample, tree->members[i].pid);
    qsort(sample->threads, sample->count, sizeof sample->threads[0], by_tid);
}

void sample_copy(struct tree_sample *to, const struct tree_sample *from)
{
    to->taken_ns = from->taken_ns;
    to->count = from->count;
    to->cut = from->cut;
    to->io_count = from->io_count;
    memcpy(to->threads, from->threads, from->count * sizeof from->threads[0]);
    memcpy(to->io, from->io, from->io_count * sizeof from->io[0]);
}

const struct thread_sample *sample_find(const struct tree_sample *sample, pid_t tid)
{
    struct thread_sample key = {.tid = tid};
    return bsearch(&key, sample->threads, sample->count, sizeof sample->threads[0], by_tid);
}

static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

/*
 * How long one thread was kept from running. The kernel books a wait for a CPU when it ends, so a
 * thread that was runnable both times and has neither run nor had a wait booked has been waiting
 * all the time (one that slept before may have been woken just now: a wait shows in the next
 * sample); one that was runnable both times and did work is taken for one that always was, so that
 * a wait which is not booked yet is not held against it.
 */
static uint64_t thread_starved_ns(const struct thread_sample *before,
                                  const struct thread_sample *after, uint64_t elapsed_ns)
{
    uint64_t waited = grown(before->waited_ns, after->waited_ns);
    uint64_t worked = grown(before->ran_ns, after->ran_ns);
    bool runnable = after->state == 'R' && before->state == 'R';
    if (after->state == 'T' || (runnable && worked == 0 && waited == 0))
        return elapsed_ns;
    if (runnable && worked * 20 >= elapsed_ns && waited + worked < elapsed_ns)
        waited = elapsed_ns - worked;
    return waited < elapsed_ns ? waited : elapsed_ns;
}

struct activity sample_compare(const struct tree_sample *before, const struct tree_sample *after)
{
    struct activity activity = {
        .elapsed_ns = grown(before->taken_ns, after->taken_ns),
        .all_asleep = true,
    };
    for (size_t i = 0; i < after->count; i++) {
        const struct thread_sample *now = &after->threads[i];
        const struct thread_sample *then = sample_find(before, now->tid);
        const struct thread_sample born = {.tid = now->tid};
        if (then == NULL)
            then = &born;
        uint64_t ran = grown(then->ran_ns, now->ran_ns);
        uint64_t starved = thread_starved_ns(then, now, activity.elapsed_ns);
        activity.ran_ns += ran;
        if (starved > activity.starved_ns)
            activity.starved_ns = starved;
        if (ran > activity.busiest_ran_ns) {
            activity.busiest_ran_ns = ran;
            activity.busiest = now;
        }
        activity.stopped = activity.stopped || now->state == 'T';
        activity.all_asleep = activity.all_asleep && now->state != 'R';
    }
    return activity;
}

enum activity_state activity_judge(const struct activity *activity)
{
    uint64_t window = activity->elapsed_ns;
    if (window == 0)
        return ACTIVITY_UNKNOWN;
    uint64_t could_run = window - activity->starved_ns;
    if (activity->busiest_ran_ns * 2 >= could_run && activity->busiest_ran_ns * 20 >= window)
        return ACTIVITY_SPINNING;
    if (activity->starved_ns * 2 >= window)
        return ACTIVITY_STARVED;
    return activity->ran_ns * 20 < window ? ACTIVITY_BLOCKED : ACTIVITY_UNKNOWN;
}

const char *activity_state_name(enum activity_state state)
{
    static const char *const names[] = {"unknown", "blocked", "spinning", "starved"};
    return names[state];
}
