/* SPDX-License-Identifier: MIT */
/* Which of the runner's children are whose: a child subreaper gets those of every cell, and its
 * own. */
#include "run/state.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

static const char HELPER_OF[] = "the helper of ";

static const struct lost_process *list_find(const struct lost_list *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->all[i].pid == pid)
            return &list->all[i];
    return NULL;
}

/* `of` says what it was to the cell. */
static void list_add(struct lost_list *list, pid_t pid, const struct cell *cell, const char *of)
{
    char name[LOST_NAME_SIZE - 32];
    if (list->count == LOST_MAX)
        return;
    struct lost_process *lost = &list->all[list->count++];
    *lost = (struct lost_process){.pid = pid, .target = cell->setup};
    cell_describe(cell, name, sizeof name);
    (void)snprintf(lost->name, sizeof lost->name, "%s%s", of, name);
}

static void list_remove(struct lost_list *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->all[i].pid == pid)
            list->all[i--] = list->all[--list->count];
}

void run_note_left_behind(struct run *run, const struct cell *cell)
{
    size_t index;
    const json_t *survivor;
    json_array_foreach(cell->survivors, index, survivor)
        list_add(&run->left_behind, (pid_t)json_integer_value(json_object_get(survivor, "pid")),
                 cell, "");
}

void run_note_given_up(struct run *run, const struct cell *cell, pid_t pid)
{
    struct process process;
    if (process_read(pid, &process) && process.parent == getpid())
        list_add(&run->given_up, pid, cell, HELPER_OF);
}

bool run_knows(void *context, pid_t pid, struct bystander *out)
{
    const struct run *run = context;
    char name[LOST_NAME_SIZE - 32];
    const struct lost_process *lost = list_find(&run->left_behind, pid);
    if (lost == NULL)
        lost = list_find(&run->given_up, pid);
    if (lost != NULL) {
        memcpy(out->name, lost->name, sizeof out->name);
        memcpy(out->device, lost->target->device, sizeof out->device);
        return true;
    }
    for (unsigned i = 0; i < run->job_count; i++) {
        const struct cell *cell = &run->jobs[i].cell;
        bool helps = run->jobs[i].deputy.pid == pid || cell->streams.follower.pid == pid;
        if (cell->stage == CELL_IDLE || !(helps || cell_knows(cell, pid)))
            continue;
        cell_describe(cell, name, sizeof name);
        (void)snprintf(out->name, sizeof out->name, "%s%s", helps ? HELPER_OF : "", name);
        memcpy(out->device, cell->setup->device, sizeof out->device);
        return true;
    }
    return false;
}

static void claim(struct process_table *table, pid_t pid)
{
    if (pid > 0 && table->own_count < PROCESS_TABLE_OWN_MAX)
        table->own[table->own_count++] = pid;
}

void run_list_own(struct run *run)
{
    run->table.own_count = 0;
    claim(&run->table, run->spawner.pid);
    claim(&run->table, run->scratch_keeper.pid);
    claim(&run->table, run->output.deputy.pid);
    for (unsigned i = 0; i < run->job_count; i++) {
        claim(&run->table, run->jobs[i].deputy.pid);
        claim(&run->table, run->jobs[i].cell.streams.follower.pid);
    }
    for (size_t i = 0; i < run->left_behind.count; i++)
        claim(&run->table, run->left_behind.all[i].pid);
    for (size_t i = 0; i < run->given_up.count; i++)
        claim(&run->table, run->given_up.all[i].pid);
}

static void hand_out_exit(struct run *run, pid_t pid, int status, uint64_t now_ns)
{
    list_remove(&run->left_behind, pid); /* its number may be another's next */
    list_remove(&run->given_up, pid);
    for (unsigned i = 0; i < run->job_count; i++)
        if (run->jobs[i].cell.streams.follower.pid == pid)
            run->jobs[i].cell.streams.follower.pid = 0;
    /* First to who launched it: to a cell that is nearly over the number may mean another. */
    for (int launched = 1; launched >= 0; launched--)
        for (unsigned i = 0; i < run->job_count; i++) {
            struct cell *cell = &run->jobs[i].cell;
            if (cell->stage != CELL_IDLE && (launched == 0 || cell_waits_for(cell, pid)) &&
                cell_note_exit(cell, pid, status, now_ns))
                return;
        }
}

/* Once collected, a process can no longer be asked whose it was; worth a name is one that came to
 * a bad end. */
static void introduce_ended(struct run *run, const siginfo_t *ended)
{
    struct process process;
    pid_t pid = ended->si_pid;
    if ((ended->si_code == CLD_EXITED && ended->si_status == 0) || !process_read(pid, &process))
        return;
    for (unsigned i = 0; i < run->job_count; i++)
        if (run->jobs[i].cell.stage != CELL_IDLE && cell_knows(&run->jobs[i].cell, pid)) {
            (void)cell_recognize(&run->jobs[i].cell, &process);
            return;
        }
    run_list_own(run);
    if (process_table_owns(&run->table, pid))
        return;
    for (unsigned i = 0; i < run->job_count; i++)
        if (run->jobs[i].cell.stage != CELL_IDLE && cell_recognize(&run->jobs[i].cell, &process))
            return;
}

void run_reap_children(struct run *run, uint64_t now_ns)
{
    siginfo_t ended = {0};
    int status;
    run->child_ended = false;
    while (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid > 0) {
        introduce_ended(run, &ended);
        if (waitpid(ended.si_pid, &status, WNOHANG) != ended.si_pid)
            break;
        hand_out_exit(run, ended.si_pid, status, now_ns);
        ended.si_pid = 0;
    }
}
