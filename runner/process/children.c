/* SPDX-License-Identifier: MIT */
#include "process/children.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "process/pressure.h"
#include "process/process_table.h"

#include <signal.h>
#include <sys/wait.h>

#define LONGEST_NS (60 * NS_PER_S)
#define TICK_NS (20 * NS_PER_MS)

/* Children that are to end. */
struct left {
    size_t ended; /* but not collected yet */
    size_t dying; /* will end as soon as they get a CPU */
    size_t stuck; /* in an uninterruptible sleep, of which nobody knows the end */
};

static bool is_in(struct pid_span span, pid_t pid)
{
    for (size_t i = 0; i < span.count; i++)
        if (span.pids[i] == pid)
            return true;
    return false;
}

static void kill_child(const struct process *process, struct pid_span spared, struct pid_span known,
                       struct left *left)
{
    if (process->parent != getpid() || is_in(spared, process->pid))
        return;
    if (process_has_ended(process)) {
        /* It may have ended since it was listed, and its children have come to us behind that: only
         * a list without it tells of them. */
        left->ended++;
        return;
    }
    /* Its children come to us when it is gone, and are met in the next turn. */
    (void)kill(process->pid, SIGKILL);
    if (is_in(known, process->pid))
        return;
    if (process->state == 'D')
        left->stuck++;
    else
        left->dying++;
}

static struct left kill_all(struct pid_span spared, struct pid_span known)
{
    static pid_t pids[PROCESS_CHILDREN_MAX];
    struct left left = {0};
    ssize_t listed = process_list_children(pids);
    for (ssize_t i = 0; i < listed; i++) {
        struct process process;
        if (process_read(pids[i], &process))
            kill_child(&process, spared, known, &left);
        else /* a child of ours that nobody collected is there, whatever keeps us from reading it */
            left.dying++;
    }
    CLEANUP(process_table_release) struct process_table table = {0};
    if (listed >= 0 || process_table_scan(&table, NULL) != 0)
        return left;
    for (size_t i = 0; i < table.count; i++)
        kill_child(&table.rows[i], spared, known, &left);
    return left;
}

static void wait_for_child(void)
{
    const struct timespec tick = {.tv_nsec = TICK_NS};
    sigset_t ended;
    (void)sigemptyset(&ended);
    (void)sigaddset(&ended, SIGCHLD);
    (void)sigtimedwait(&ended, NULL, &tick);
}

size_t children_end(struct cgroup *group, struct pid_span spared, struct pid_span known,
                    uint64_t stuck_ns, uint64_t excused_ns)
{
    uint64_t longest_ns = clock_now_ns() + LONGEST_NS;
    uint64_t stuck_since_ns = clock_now_ns();
    uint64_t stalled_ns = pressure_stalled_ns();
    for (;;) {
        cgroup_kill(group);
        struct left left = kill_all(spared, known);
        size_t alive = left.dying + left.stuck;
        uint64_t now_ns = clock_now_ns();
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        if (left.dying > 0) {
            stuck_since_ns = now_ns;
            stalled_ns = pressure_stalled_ns();
        }
        /* As of a tree (process/ending.c): who sleeps may wait for one that has no CPU. */
        uint64_t until_ns =
            stuck_since_ns + stuck_ns + pressure_stalled_since(stalled_ns, excused_ns);
        if (alive + left.ended == 0 || now_ns >= longest_ns || now_ns >= until_ns)
            return alive;
        if (alive > 0) /* else: only now can be seen whether those collected have left any */
            wait_for_child();
    }
}
