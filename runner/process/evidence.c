/* SPDX-License-Identifier: MIT */
#include "process/evidence.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "process/kernel_stack.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The number of the system call that a thread is in (proc(5)), or null. */
static void describe_system_call(struct builder *builder, json_t *object,
                                 const struct thread_sample *thread)
{
    char path[96];
    char text[256];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", (int)thread->pid,
                   (int)thread->tid);
    if (proc_read(path, text, sizeof text) <= 0 || !isdigit((unsigned char)text[0]))
        build_text(builder, object, "syscall", NULL);
    else
        build_number(builder, object, "syscall", strtol(text, NULL, 10));
}

/* The kernel stack, one function a line; empty where only root may see it and we are not root. */
static void describe_stack(struct builder *builder, json_t *object,
                           const struct thread_sample *thread)
{
    struct kernel_stack stack;
    json_t *lines = build_array_in(builder, object, "stack");
    kernel_stack_read(&stack, thread->pid, thread->tid, thread->state);
    for (size_t i = 0; stack.whole && i < stack.count; i++)
        build_next_text(builder, lines, stack.frames[i]);
}

static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static void describe_thread(struct builder *builder, json_t *object,
                            const struct tree_sample *before, const struct thread_sample *now)
{
    char waits_in[128];
    const char state[] = {now->state, '\0'};
    const struct thread_sample *then = sample_find(before, now->tid);
    const struct thread_sample born = {0};
    then = then == NULL ? &born : then;
    kernel_wait_channel(now->pid, now->tid, waits_in, sizeof waits_in);
    build_number(builder, object, "pid", now->pid);
    build_number(builder, object, "tid", now->tid);
    build_text(builder, object, "comm", now->comm);
    build_text(builder, object, "state", state);
    build_real(builder, object, "cpu_ms", clock_ns_to_ms(grown(then->ran_ns, now->ran_ns)));
    build_real(builder, object, "waited_ms",
               clock_ns_to_ms(grown(then->waited_ns, now->waited_ns)));
    describe_system_call(builder, object, now);
    build_text(builder, object, "waits_in", waits_in);
    describe_stack(builder, object, now);
}

/*
 * Whether a process ended while the call was out. One that was last seen before the call counts
 * only if its end was an unhappy one: a VM has helpers that come and go. A companion should not
 * have ended at all, so it counts whenever that was.
 */
static bool ended_meanwhile(const struct tree_member *member, uint64_t entered_ns)
{
    if (member->ended && member->companion != NULL)
        return true;
    if (!member->ended || member->ended_ns < entered_ns)
        return false;
    return member->alive_ns >= entered_ns || (member->status_known && member->status != 0);
}

static void describe_ended(struct builder *builder, json_t *ended, const struct tree *tree,
                           uint64_t entered_ns, const json_t *last_lines)
{
    for (size_t i = 0; i < tree->count; i++) {
        const struct tree_member *member = &tree->members[i];
        const char *companion = member->companion;
        char status[64] = "ended; its status went to its parent";
        if (!ended_meanwhile(member, entered_ns))
            continue;
        if (member->status_known)
            exit_status_describe(member->status, status, sizeof status);
        json_t *process = build_next_object(builder, ended);
        build_number(builder, process, "pid", member->pid);
        build_text(builder, process, "comm", member->comm);
        build_text(builder, process, "status", status);
        build_real(builder, process, "after_ms",
                   clock_ns_to_ms(member->ended_ns) - clock_ns_to_ms(entered_ns));
        build_share(builder, process, "last_lines",
                    json_object_get(last_lines, companion == NULL ? "" : companion));
        if (companion != NULL)
            build_text(builder, process, "companion", companion);
    }
}

static bool is_companions(const struct thread_sample *thread, const struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->members[i].pid == thread->pid)
            return tree->members[i].companion != NULL;
    return false;
}

/* The thread that tells most: the busiest of a spinning tree, else the first that a signal has
 * stopped, or that sleeps where nothing but an answer can wake it, else one of the launched
 * program. */
static const struct thread_sample *most_telling(const struct activity *activity,
                                                const struct tree *tree,
                                                const struct tree_sample *after)
{
    if (activity_judge(activity) == ACTIVITY_SPINNING)
        return activity->busiest;
    for (size_t i = 0; i < after->count; i++)
        if (after->threads[i].state == (activity->stopped ? 'T' : 'D'))
            return &after->threads[i];
    for (size_t i = 0; i < after->count; i++)
        if (!is_companions(&after->threads[i], tree))
            return &after->threads[i];
    return after->count > 0 ? &after->threads[0] : NULL;
}

static void summarize(const struct activity *activity, const struct tree *tree,
                      const struct tree_sample *after, const json_t *ended, char *out, size_t size)
{
    enum activity_state state = activity_judge(activity);
    const struct thread_sample *thread = most_telling(activity, tree, after);
    char waits_in[128] = "";
    int used = snprintf(out, size, "%s: no process is left", activity_state_name(state));
    if (thread != NULL) {
        kernel_wait_channel(thread->pid, thread->tid, waits_in, sizeof waits_in);
        used = snprintf(out, size, "%s: %s (pid %d, state %c%s%s), %.1f ms of CPU in %.0f ms",
                        activity_state_name(state), thread->comm, (int)thread->tid, thread->state,
                        waits_in[0] == '\0' ? "" : ", in ", waits_in,
                        clock_ns_to_ms(activity->ran_ns), clock_ns_to_ms(activity->elapsed_ns));
    }
    const json_t *first = json_array_get(ended, 0);
    double after_s = json_number_value(json_object_get(first, "after_ms")) / 1000.0;
    if (first != NULL && used > 0 && (size_t)used < size)
        (void)snprintf(out + used, size - (size_t)used,
                       "; %s%s (pid %d) %s %.1f s %s the call was entered",
                       json_object_get(first, "companion") == NULL ? "" : "the companion ",
                       json_string_value(json_object_get(first, "comm")),
                       (int)json_integer_value(json_object_get(first, "pid")),
                       json_string_value(json_object_get(first, "status")), fabs(after_s),
                       after_s < 0 ? "before" : "after");
}

static void describe_early(struct builder *builder, json_t *evidence,
                           const struct wait_figures *figures)
{
    if (!figures->early) {
        build_text(builder, evidence, "early", NULL);
        return;
    }
    json_t *early = build_object_in(builder, evidence, "early");
    build_real(builder, early, "quiet_ms", clock_ns_to_ms(figures->quiet_ns));
    build_real(builder, early, "longest_gap_ms", clock_ns_to_ms(figures->longest_gap_ns));
    build_text(builder, early, "rule",
               "no CPU, no byte read or written, no runnable thread and no wait for a disk "
               "for at least 8 times the longest silence of control_pass, and at least 1 s");
}

static void describe_io(struct builder *builder, json_t *evidence, const struct tree_sample *before,
                        const struct tree_sample *after, bool count_io)
{
    if (!count_io) {
        build_text(builder, evidence, "io", NULL);
        return;
    }
    struct io_activity activity = sample_compare_io(before, after);
    json_t *io = build_object_in(builder, evidence, "io");
    build_truth(builder, io, "counted", activity.counted);
    build_number(builder, io, "calls", (long long)activity.calls);
    build_number(builder, io, "bytes", (long long)activity.bytes);
    build_number(builder, io, "storage_bytes", (long long)activity.storage_bytes);
}

json_t *evidence_collect(struct builder *builder, const struct tree *tree,
                         const struct tree_sample *before, const struct tree_sample *after,
                         const struct wait_figures *figures, const json_t *last_lines)
{
    char summary[512];
    struct activity activity = sample_compare(before, after);
    json_t *evidence = build_object(builder);
    build_text(builder, evidence, "state", activity_state_name(activity_judge(&activity)));
    build_real(builder, evidence, "out_ms", clock_ns_to_ms(figures->out_ns));
    build_real(builder, evidence, "charged_ms", clock_ns_to_ms(figures->charged_ns));
    build_real(builder, evidence, "window_ms", clock_ns_to_ms(activity.elapsed_ns));
    describe_early(builder, evidence, figures);
    describe_io(builder, evidence, before, after, figures->count_io);
    json_t *threads = build_array_in(builder, evidence, "threads");
    for (size_t i = 0; i < after->count; i++)
        describe_thread(builder, build_next_object(builder, threads), before, &after->threads[i]);
    build_truth(builder, evidence, "threads_cut", after->cut);
    json_t *ended = build_array_in(builder, evidence, "ended");
    describe_ended(builder, ended, tree, figures->entered_ns, last_lines);
    summarize(&activity, tree, after, ended, summary, sizeof summary);
    build_text(builder, evidence, "summary", summary);
    return evidence;
}

void evidence_summarize(const struct tree *tree, const struct tree_sample *before,
                        const struct tree_sample *after, char *out, size_t size)
{
    struct activity activity = sample_compare(before, after);
    summarize(&activity, tree, after, NULL, out, size);
}

json_t *evidence_of_survivors(struct builder *builder, const struct tree *tree)
{
    json_t *survivors = build_array(builder);
    for (size_t i = 0; i < tree->count; i++) {
        const struct tree_member *member = &tree->members[i];
        char waits_in[128];
        const char state[] = {member->state, '\0'};
        if (member->ended)
            continue;
        kernel_wait_channel(member->pid, member->pid, waits_in, sizeof waits_in);
        json_t *survivor = build_next_object(builder, survivors);
        build_number(builder, survivor, "pid", member->pid);
        build_text(builder, survivor, "comm", member->comm);
        build_text(builder, survivor, "state", state);
        build_text(builder, survivor, "waits_in", waits_in);
    }
    return survivors;
}

bool thread_waits_for_disk(const struct thread_sample *thread)
{
    static const char *const channels[] = {
        "io_schedule", "folio_wait", "wait_on_page", "bit_wait_io", "wait_on_buffer",
        "blk_",        "rq_qos",     "submit_bio",   "jbd2_",       "balance_dirty"};
    char waits_in[128];
    if (thread->state != 'D')
        return false;
    kernel_wait_channel(thread->pid, thread->tid, waits_in, sizeof waits_in);
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        if (strstr(waits_in, channels[i]) != NULL)
            return true;
    return false;
}
