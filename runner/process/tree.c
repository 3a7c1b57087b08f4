/* SPDX-License-Identifier: MIT */
#include "process/tree.h"

#include "base/exit_status.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Descriptors are scarce when many cells run; the first processes of a tree are the ones whose
 * end is worth a name. */
enum { PIDFDS_PER_TREE = 6 };

static int open_pidfd(pid_t pid)
{
    return (int)syscall(SYS_pidfd_open, pid, 0);
}

static struct tree_member *find_member(const struct tree *tree, pid_t pid)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->members[i].pid == pid)
            return &tree->members[i];
    return NULL;
}

/* Most trees are one process; a big array for each would cost more than its cell. */
static bool grow(struct tree *tree)
{
    size_t capacity = tree->capacity == 0 ? 8 : tree->capacity * 2;
    if (capacity > TREE_MEMBERS_MAX)
        return false;
    struct tree_member *members = reallocarray(tree->members, capacity, sizeof *members);
    if (members == NULL)
        return false;
    tree->members = members;
    tree->capacity = capacity;
    return true;
}

/* What a companion starts is the companion's, also once it has lost its parent. */
static const char *companion_of(const struct tree *tree, const struct process *process)
{
    const struct tree_member *parent = find_member(tree, process->parent);
    for (size_t i = 0; i < tree->count && parent == NULL; i++)
        if (tree->members[i].session == process->session)
            parent = &tree->members[i];
    return parent == NULL ? NULL : parent->companion;
}

static void add_member(struct tree *tree, const struct process *process)
{
    if (tree->count == tree->capacity && !grow(tree)) {
        tree->cut = true;
        return;
    }
    const char *companion = companion_of(tree, process);
    struct tree_member *member = &tree->members[tree->count];
    *member = (struct tree_member){
        .pid = process->pid,
        .start_time = process->start_time,
        .session = process->session,
        .state = process->state,
        .companion = companion,
        .pidfd = tree->count < PIDFDS_PER_TREE ? open_pidfd(process->pid) : -1,
    };
    memcpy(member->comm, process->comm, sizeof member->comm);
    tree->count++;
}

int tree_add(struct tree *tree, pid_t pid, const char *companion, struct cgroup *group,
             struct error *error)
{
    if (companion == NULL)
        tree->root = pid;
    tree->runner = getpid();
    tree->runner_session = getsid(0);
    tree->group = group;
    if (tree->count == tree->capacity && !grow(tree))
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a process tree");
    /* The start time of a child that we have not waited for can't be another process's. */
    struct process process = {.pid = pid, .state = 'R'};
    (void)process_read(pid, &process);
    process.session = pid;
    add_member(tree, &process);
    tree->members[tree->count - 1].companion = companion;
    return 0;
}

int tree_start(struct tree *tree, pid_t root, struct cgroup *group, struct error *error)
{
    *tree = (struct tree){0};
    return tree_add(tree, root, NULL, group, error);
}

static bool is_same(const struct tree_member *member, const struct process *process)
{
    return member->pid == process->pid &&
           (member->start_time == process->start_time || member->start_time == 0);
}

static void mark_ended(struct tree_member *member, uint64_t now_ns)
{
    member->ended = true;
    member->ended_ns = now_ns;
    if (!member->status_known && member->pidfd >= 0)
        member->status_known = exit_status_of_pidfd(member->pidfd, &member->status);
}

static void refresh_member(struct tree_member *member, struct process *row, uint64_t now_ns)
{
    if (row == NULL || !is_same(member, row)) {
        if (!member->ended)
            mark_ended(member, now_ns);
        return;
    }
    row->claimed = true;
    member->start_time = row->start_time;
    member->session = row->session;
    member->state = row->state;
    memcpy(member->comm, row->comm, sizeof member->comm);
    if (process_has_ended(row) && !member->ended) {
        member->status_known = true;
        member->status = row->exit_code;
        mark_ended(member, now_ns);
    }
    if (!member->ended)
        member->alive_ns = now_ns;
}

static bool has_session(const struct tree *tree, pid_t session)
{
    if (session == tree->root) /* which may be forgotten, but began this session */
        return true;
    for (size_t i = 0; i < tree->count; i++)
        if (tree->members[i].session == session)
            return true;
    return false;
}

/* Whether a row that names this member's number as its parent means the member. The rows of a
 * snapshot are not of one moment: of a parent that ended while it was taken there may be children
 * in it that did not have another parent yet. */
static bool is_parent(const struct tree *tree, const struct tree_member *member,
                      const struct process_table *table)
{
    if (!member->ended)
        return true;
    const struct process *row = table == NULL ? NULL : process_table_find(table, member->pid);
    return member->ended_ns >= tree->updated_ns && (row == NULL || is_same(member, row));
}

static bool belongs(const struct tree *tree, const struct process *row,
                    const struct process_table *table)
{
    const struct tree_member *parent = find_member(tree, row->parent);
    if (parent != NULL && is_parent(tree, parent, table))
        return true;
    return row->parent == tree->runner && row->session != tree->runner_session &&
           (tree->adopt_orphans || has_session(tree, row->session));
}

static bool take_relatives(struct tree *tree, struct process_table *table)
{
    bool found = false;
    for (size_t i = 0; i < table->count; i++) {
        struct process *row = &table->rows[i];
        if (row->claimed || row->pid == tree->runner || !belongs(tree, row, table))
            continue;
        row->claimed = true;
        found = true;
        add_member(tree, row);
    }
    return found && !tree->cut;
}

static void take_group(struct tree *tree, struct process_table *table)
{
    pid_t pids[TREE_MEMBERS_MAX];
    size_t listed = cgroup_list(tree->group, pids, TREE_MEMBERS_MAX);
    if (listed > TREE_MEMBERS_MAX) {
        tree->cut = true;
        listed = TREE_MEMBERS_MAX;
    }
    for (size_t i = 0; i < listed; i++) {
        struct process *row = process_table_find(table, pids[i]);
        if (row == NULL || row->claimed)
            continue;
        row->claimed = true;
        add_member(tree, row);
    }
}

void tree_update(struct tree *tree, struct process_table *table, uint64_t now_ns)
{
    size_t known = tree->count;
    tree->updated_ns = now_ns;
    for (size_t i = 0; i < tree->count; i++)
        refresh_member(&tree->members[i], process_table_find(table, tree->members[i].pid), now_ns);
    take_group(tree, table);
    while (take_relatives(tree, table))
        continue;
    /* One that is first seen as a zombie has ended already. */
    for (size_t i = known; i < tree->count; i++)
        refresh_member(&tree->members[i], process_table_find(table, tree->members[i].pid), now_ns);
}

bool tree_take_ended(struct tree *tree, const struct process *process)
{
    struct tree_member *known = find_member(tree, process->pid);
    if (known != NULL) {
        if (is_same(known, process)) /* it may have got its name since it was seen */
            memcpy(known->comm, process->comm, sizeof known->comm);
        return true;
    }
    /* There must be room for the living. */
    if (tree->count >= TREE_MEMBERS_MAX / 2 ||
        (!belongs(tree, process, NULL) && !cgroup_has(tree->group, process->pid)))
        return false;
    add_member(tree, process);
    return true;
}

void tree_forget_ended(struct tree *tree)
{
    size_t kept = 0;
    for (size_t i = 0; i < tree->count; i++) {
        if (!tree->members[i].ended)
            tree->members[kept++] = tree->members[i];
        else if (tree->members[i].pidfd >= 0)
            (void)close(tree->members[i].pidfd);
    }
    tree->count = kept;
    tree->cut = false;
}

void tree_note_exit(struct tree *tree, pid_t pid, int status, uint64_t now_ns)
{
    struct tree_member *member = find_member(tree, pid);
    if (member == NULL)
        return;
    member->status_known = true;
    member->status = status;
    if (!member->ended)
        mark_ended(member, now_ns);
}

size_t tree_count_alive(const struct tree *tree)
{
    size_t alive = 0;
    for (size_t i = 0; i < tree->count; i++)
        alive += tree->members[i].ended ? 0 : 1;
    return alive;
}

bool tree_has(const struct tree *tree, pid_t pid)
{
    return find_member(tree, pid) != NULL;
}

static void signal_member(const struct tree_member *member, int signal_number)
{
    int pidfd = open_pidfd(member->pid);
    if (pidfd < 0)
        return;
    struct process now;
    if (process_read(member->pid, &now) && is_same(member, &now))
        (void)syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0);
    (void)close(pidfd);
}

void tree_signal(const struct tree *tree, int signal_number)
{
    if (signal_number == SIGKILL)
        cgroup_kill(tree->group);
    for (size_t i = 0; i < tree->count; i++)
        if (!tree->members[i].ended &&
            (signal_number != SIGTERM || tree->members[i].companion == NULL))
            signal_member(&tree->members[i], signal_number);
}

void tree_signal_companions(const struct tree *tree, int signal_number)
{
    for (size_t i = 0; i < tree->count; i++)
        if (!tree->members[i].ended && tree->members[i].companion != NULL)
            signal_member(&tree->members[i], signal_number);
}

/* Calls `act` for every child of the runner that belongs to the tree, as the kernel keeps the list
 * of them, until it returns true; returns whether it did. */
static bool any_orphan(const struct tree *tree, const struct process_table *table,
                       bool (*act)(const struct tree *tree, const struct process *orphan))
{
    static pid_t pids[PROCESS_CHILDREN_MAX];
    ssize_t listed = process_list_children(pids);
    for (ssize_t i = 0; i < listed; i++) {
        struct process process;
        if (!process_table_owns(table, pids[i]) && process_read(pids[i], &process) &&
            process.parent == tree->runner && belongs(tree, &process, NULL) && act(tree, &process))
            return true;
    }
    return false;
}

static bool kill_orphan(const struct tree *tree, const struct process *orphan)
{
    (void)tree;
    if (!process_has_ended(orphan))
        (void)kill(orphan->pid, SIGKILL); /* our child: its number can't be another's yet */
    return false;
}

void tree_kill_orphans(struct tree *tree, const struct process_table *table)
{
    (void)any_orphan(tree, table, kill_orphan);
}

static bool is_news(const struct tree *tree, const struct process *orphan)
{
    const struct tree_member *known = find_member(tree, orphan->pid);
    return known == NULL || !known->ended || !is_same(known, orphan);
}

bool tree_is_gone(const struct tree *tree, const struct process_table *table)
{
    if (tree->cut || tree_count_alive(tree) != 0)
        return false;
    if (tree->group->fd >= 0)
        return cgroup_list(tree->group, NULL, 0) == 0;
    return !any_orphan(tree, table, is_news);
}

void tree_release(struct tree *tree)
{
    for (size_t i = 0; i < tree->count; i++)
        if (tree->members[i].pidfd >= 0)
            (void)close(tree->members[i].pidfd);
    free(tree->members);
    *tree = (struct tree){0};
}
