/* SPDX-License-Identifier: MIT */
#include "process/process_table.h"

#include "base/cleanup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ssize_t proc_read(const char *path, char *out, size_t size)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -1;
    size_t used = 0;
    while (used + 1 < size) {
        ssize_t got = read(fd, out + used, size - 1 - used);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return -1;
        if (got == 0)
            break;
        used += (size_t)got;
    }
    out[used] = '\0';
    return (ssize_t)used;
}

/* The fields of /proc/PID/stat behind the name, by their number in proc(5). */
enum {
    FIELD_STATE = 3,
    FIELD_PPID = 4,
    FIELD_SESSION = 6,
    FIELD_UTIME = 14,
    FIELD_STIME = 15,
    FIELD_THREADS = 20,
    FIELD_START_TIME = 22,
    FIELD_EXIT_CODE = 52,
};

static void take_field(struct process *process, int number, const char *word)
{
    switch (number) {
    case FIELD_STATE:
        process->state = word[0];
        break;
    case FIELD_PPID:
        process->parent = (pid_t)strtol(word, NULL, 10);
        break;
    case FIELD_SESSION:
        process->session = (pid_t)strtol(word, NULL, 10);
        break;
    case FIELD_UTIME:
    case FIELD_STIME:
        process->cpu_ticks += strtoull(word, NULL, 10);
        break;
    case FIELD_THREADS:
        process->threads = strtol(word, NULL, 10);
        break;
    case FIELD_START_TIME:
        process->start_time = strtoull(word, NULL, 10);
        break;
    case FIELD_EXIT_CODE:
        process->exit_code = (int)strtol(word, NULL, 10);
        break;
    default:
        break;
    }
}

bool process_read_file(const char *path, pid_t pid, struct process *out)
{
    char text[1024];
    if (proc_read(path, text, sizeof text) <= 0)
        return false;
    /* The name may itself hold parentheses and spaces; the last ')' ends it. */
    char *name = strchr(text, '(');
    char *end = strrchr(text, ')');
    if (name == NULL || end == NULL || end < name)
        return false;
    *out = (struct process){.pid = pid, .state = '?'};
    *end = '\0';
    (void)snprintf(out->comm, sizeof out->comm, "%s", name + 1);
    char *rest = NULL;
    int number = FIELD_STATE;
    for (char *word = strtok_r(end + 1, " \n", &rest); word != NULL;
         word = strtok_r(NULL, " \n", &rest))
        take_field(out, number++, word);
    return number > FIELD_START_TIME;
}

bool process_read(pid_t pid, struct process *out)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    return process_read_file(path, pid, out);
}

bool process_has_ended(const struct process *process)
{
    return (process->state == 'Z' || process->state == 'X') && process->threads <= 1;
}

static int append(struct process_table *table, const struct process *process, struct error *error)
{
    if (table->count == table->capacity) {
        size_t capacity = table->capacity == 0 ? 256 : table->capacity * 2;
        struct process *rows = reallocarray(table->rows, capacity, sizeof *rows);
        if (rows == NULL)
            return error_set(error, ERROR_MEMORY, "/proc", "out of memory for %zu processes",
                             capacity);
        table->rows = rows;
        table->capacity = capacity;
    }
    table->rows[table->count++] = *process;
    return 0;
}

static int by_pid(const void *left, const void *right)
{
    const struct process *a = left;
    const struct process *b = right;
    return (a->pid > b->pid) - (a->pid < b->pid);
}

bool process_table_owns(const struct process_table *table, pid_t pid)
{
    for (size_t i = 0; i < table->own_count; i++)
        if (table->own[i] == pid)
            return true;
    return false;
}

static void claim_own(struct process_table *table)
{
    for (size_t i = 0; i < table->own_count; i++) {
        struct process *row = process_table_find(table, table->own[i]);
        if (row != NULL)
            row->claimed = true;
    }
}

int process_table_scan(struct process_table *table, struct error *error)
{
    CLEANUP_DIRECTORY DIR *proc = opendir("/proc");
    if (proc == NULL)
        return error_set_errno(error, errno, "/proc", "cannot list processes; is it mounted?");
    table->count = 0;
    const struct dirent *entry;
    while ((entry = readdir(proc)) != NULL) {
        char *end = NULL;
        long pid = strtol(entry->d_name, &end, 10);
        struct process process;
        if (pid <= 0 || *end != '\0' || !process_read((pid_t)pid, &process))
            continue;
        if (append(table, &process, error) != 0)
            return -1;
    }
    qsort(table->rows, table->count, sizeof *table->rows, by_pid);
    claim_own(table);
    return 0;
}

ssize_t process_list_children(pid_t pids[static PROCESS_CHILDREN_MAX])
{
    static char text[32 * 1024];
    char path[64];
    ssize_t count = 0;
    (void)snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    if (proc_read(path, text, sizeof text) < 0)
        return -1;
    char *rest = NULL;
    for (char *word = strtok_r(text, " ", &rest); word != NULL && count < PROCESS_CHILDREN_MAX;
         word = strtok_r(NULL, " ", &rest))
        pids[count++] = (pid_t)strtol(word, NULL, 10);
    return count;
}

struct process *process_table_find(const struct process_table *table, pid_t pid)
{
    if (table->count == 0)
        return NULL;
    struct process key = {.pid = pid};
    return bsearch(&key, table->rows, table->count, sizeof *table->rows, by_pid);
}

void process_table_release(struct process_table *table)
{
    free(table->rows);
    *table = (struct process_table){0};
}
