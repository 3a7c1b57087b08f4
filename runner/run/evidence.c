/* SPDX-License-Identifier: MIT */
#include "run/evidence.h"

#include "base/clock.h"
#include "process/exit_status.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { STACK_LINES_MAX = 24 };

/* Where in the kernel a thread sleeps: a function's name, or "" when it does not or we may not
 * know. */
static void read_wait_channel(const struct thread_sample *thread, char *out, size_t size)
{
    char path[96];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/wchan", (int)thread->pid, (int)thread->tid);
    if (proc_read(path, out, size) <= 0 || strcmp(out, "0") == 0)
        out[0] = '\0';
}

/* The number of the system call that a thread is in (proc(5)), or JSON null. */
static json_t *read_system_call(const struct thread_sample *thread)
{
    char path[96];
    char text[256];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/syscall", (int)thread->pid,
                   (int)thread->tid);
    if (proc_read(path, text, sizeof text) <= 0 || !isdigit((unsigned char)text[0]))
        return json_null();
    return json_integer(strtol(text, NULL, 10));
}

/* The kernel stack, one function a line; empty where only root may see it and we are not root. */
static json_t *read_stack(const struct thread_sample *thread)
{
    char path[96];
    char text[4096];
    json_t *lines = json_array();
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/stack", (int)thread->pid, (int)thread->tid);
    if (proc_read(path, text, sizeof text) <= 0)
        return lines;
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest);
         line != NULL && json_array_size(lines) < STACK_LINES_MAX;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *name = strstr(line, "] ");
        (void)json_array_append_new(lines, json_string(name == NULL ? line : name + 2));
    }
    return lines;
}

static json_t *name_text(const char *comm)
{
    char text[40];
    size_t length = 0;
    for (; comm[length] != '\0' && length + 1 < sizeof text; length++)
        text[length] = (char)(comm[length] < 0x20 || comm[length] > 0x7e ? '?' : comm[length]);
    text[length] = '\0';
    return json_string(text);
}

static uint64_t grown(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static json_t *describe_thread(const struct tree_sample *before, const struct thread_sample *now)
{
    char waits_in[128];
    const char state[] = {now->state, '\0'};
    const struct thread_sample *then = sample_find(before, now->tid);
    const struct thread_sample born = {0};
    then = then == NULL ? &born : then;
    read_wait_channel(now, waits_in, sizeof waits_in);
    return json_pack("{s:i, s:i, s:o, s:s, s:f, s:f, s:o, s:s, s:o}", "pid", (int)now->pid, "tid",
                     (int)now->tid, "comm", name_text(now->comm), "state", state, "cpu_ms",
                     clock_ns_to_ms(grown(then->ran_ns, now->ran_ns)), "waited_ms",
                     clock_ns_to_ms(grown(then->waited_ns, now->waited_ns)), "syscall",
                     read_system_call(now), "waits_in", waits_in, "stack", read_stack(now));
}

static json_t *describe_threads(const struct tree_sample *before, const struct tree_sample *after)
{
    json_t *threads = json_array();
    for (size_t i = 0; i < after->count; i++)
        (void)json_array_append_new(threads, describe_thread(before, &after->threads[i]));
    return threads;
}

/*
 * Whether a process ended while the call was out. One that was last seen before the call counts
 * only if its end was an unhappy one: a VM has helpers that come and go.
 */
static bool ended_meanwhile(const struct tree_member *member, uint64_t entered_ns)
{
    if (!member->ended || member->ended_ns < entered_ns)
        return false;
    return member->alive_ns >= entered_ns || (member->status_known && member->status != 0);
}

static json_t *describe_ended(const struct tree *tree, uint64_t entered_ns,
                              const json_t *last_lines)
{
    json_t *ended = json_array();
    for (size_t i = 0; i < tree->count; i++) {
        const struct tree_member *member = &tree->members[i];
        char status[64] = "ended; its status went to its parent";
        if (!ended_meanwhile(member, entered_ns))
            continue;
        if (member->status_known)
            exit_status_describe(member->status, status, sizeof status);
        (void)json_array_append_new(
            ended,
            json_pack("{s:i, s:o, s:s, s:f, s:O}", "pid", (int)member->pid, "comm",
                      name_text(member->comm), "status", status, "after_ms",
                      clock_ns_to_ms(member->ended_ns - entered_ns), "last_lines", last_lines));
    }
    return ended;
}

/* The thread that tells most: the busiest of a spinning tree, else the first that sleeps where
 * nothing but an answer can wake it. */
static const struct thread_sample *most_telling(const struct activity *activity,
                                                const struct tree_sample *after)
{
    if (activity_judge(activity) == ACTIVITY_SPINNING)
        return activity->busiest;
    for (size_t i = 0; i < after->count; i++)
        if (after->threads[i].state == 'D')
            return &after->threads[i];
    return after->count > 0 ? &after->threads[0] : NULL;
}

static void summarize(const struct activity *activity, const struct tree_sample *after,
                      const json_t *ended, char *out, size_t size)
{
    enum activity_state state = activity_judge(activity);
    const struct thread_sample *thread = most_telling(activity, after);
    char waits_in[128] = "";
    int used = snprintf(out, size, "%s: no process is left", activity_state_name(state));
    if (thread != NULL) {
        read_wait_channel(thread, waits_in, sizeof waits_in);
        used = snprintf(out, size, "%s: %s (pid %d, state %c%s%s), %.1f ms of CPU in %.0f ms",
                        activity_state_name(state), thread->comm, (int)thread->tid, thread->state,
                        waits_in[0] == '\0' ? "" : ", in ", waits_in,
                        clock_ns_to_ms(activity->ran_ns), clock_ns_to_ms(activity->elapsed_ns));
    }
    const json_t *first = json_array_get(ended, 0);
    if (first != NULL && used > 0 && (size_t)used < size)
        (void)snprintf(out + used, size - (size_t)used,
                       "; %s (pid %d) %s %.1f s after the call was entered",
                       json_string_value(json_object_get(first, "comm")),
                       (int)json_integer_value(json_object_get(first, "pid")),
                       json_string_value(json_object_get(first, "status")),
                       json_number_value(json_object_get(first, "after_ms")) / 1000.0);
}

static json_t *describe_early(const struct wait_figures *figures)
{
    if (!figures->early)
        return json_null();
    return json_pack("{s:f, s:f, s:s}", "quiet_ms", clock_ns_to_ms(figures->quiet_ns),
                     "longest_gap_ms", clock_ns_to_ms(figures->longest_gap_ns), "rule",
                     "no CPU, no byte read or written, no runnable thread and no wait for a disk "
                     "for at least 8 times the longest silence of control_pass, and at least 1 s");
}

static json_t *describe_io(const struct tree_sample *before, const struct tree_sample *after,
                           bool count_io)
{
    if (!count_io)
        return json_null();
    struct io_activity io = sample_compare_io(before, after);
    return json_pack("{s:b, s:I, s:I, s:I}", "counted", (int)io.counted, "calls",
                     (json_int_t)io.calls, "bytes", (json_int_t)io.bytes, "storage_bytes",
                     (json_int_t)io.storage_bytes);
}

json_t *evidence_collect(const struct tree *tree, const struct tree_sample *before,
                         const struct tree_sample *after, const struct wait_figures *figures,
                         const json_t *last_lines)
{
    char summary[512];
    struct activity activity = sample_compare(before, after);
    json_t *ended = describe_ended(tree, figures->entered_ns, last_lines);
    summarize(&activity, after, ended, summary, sizeof summary);
    for (char *byte = summary; *byte != '\0'; byte++)
        if (*byte < 0x20 || *byte > 0x7e)
            *byte = '?';
    return json_pack(
        "{s:s, s:s, s:f, s:f, s:f, s:o, s:o, s:o, s:b, s:o}", "state",
        activity_state_name(activity_judge(&activity)), "summary", summary, "out_ms",
        clock_ns_to_ms(figures->out_ns), "charged_ms", clock_ns_to_ms(figures->charged_ns),
        "window_ms", clock_ns_to_ms(activity.elapsed_ns), "early", describe_early(figures), "io",
        describe_io(before, after, figures->count_io), "threads", describe_threads(before, after),
        "threads_cut", (int)after->cut, "ended", ended);
}

json_t *evidence_of_survivors(const struct tree *tree)
{
    json_t *survivors = json_array();
    for (size_t i = 0; i < tree->count; i++) {
        const struct tree_member *member = &tree->members[i];
        char waits_in[128];
        const char state[] = {member->state, '\0'};
        if (member->ended)
            continue;
        const struct thread_sample leader = {.pid = member->pid, .tid = member->pid};
        read_wait_channel(&leader, waits_in, sizeof waits_in);
        (void)json_array_append_new(
            survivors, json_pack("{s:i, s:o, s:s, s:s}", "pid", (int)member->pid, "comm",
                                 name_text(member->comm), "state", state, "waits_in", waits_in));
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
    read_wait_channel(thread, waits_in, sizeof waits_in);
    for (size_t i = 0; i < sizeof channels / sizeof channels[0]; i++)
        if (strstr(waits_in, channels[i]) != NULL)
            return true;
    return false;
}
