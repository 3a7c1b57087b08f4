/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* What has not answered for so long may never do so. */
#define SILENT_NS NS_PER_S

void cell_add_anomaly(struct cell *cell, const char *kind, const char *format, ...)
{
    char detail[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(detail, sizeof detail, format, arguments);
    va_end(arguments);
    json_t *anomaly = build_next_object(&cell->builder, cell->anomalies);
    build_text(&cell->builder, anomaly, "kind", kind);
    build_text(&cell->builder, anomaly, "detail", detail);
}

void cell_fail(struct cell *cell, const struct error *cause)
{
    (void)error_set(&cell->failure, cause->code, cause->where, "%s", cause->what);
}

int cell_start(struct cell *cell, uint64_t now_ns, struct error *error)
{
    cell_take_name(cell);
    cell->stdin_fd = -1;
    cell->report_fd = -1;
    for (size_t i = 0; i < STREAM_COUNT; i++)
        cell->streams.all[i].fd = -1;
    cell->launched_ns = now_ns;
    cell->told = VERDICT_COUNT;
    cell->builder = (struct builder){0};
    cell->anomalies = build_array(&cell->builder);
    if (cell->anomalies == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    struct error failed = ERROR_INIT;
    if (cell_make_bindings(cell, &failed) == 0) {
        cell_prepare(cell, now_ns);
        return 0;
    }
    cell_fail(cell, &failed);
    cell->ended_ns = now_ns;
    cell->stage = CELL_DONE;
    return 0;
}

size_t cell_list_fds(const struct cell *cell, struct pollfd *out)
{
    size_t count = 0;
    if (cell->deputy->asked)
        out[count++] = (struct pollfd){.fd = cell->deputy->fd, .events = POLLIN};
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (cell->streams.all[i].fd >= 0)
            out[count++] = (struct pollfd){.fd = cell->streams.all[i].fd, .events = POLLIN};
    return count + companions_list_fds(&cell->companions, out + count);
}

size_t cell_take_readiness(struct cell *cell, const struct pollfd *fds)
{
    size_t count = cell->deputy->asked ? 1 : 0;
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (cell->streams.all[i].fd >= 0)
            cell->streams.all[i].ready = fds[count++].revents != 0;
    return count + companions_take_readiness(&cell->companions, fds + count);
}

static bool is_running(const struct cell *cell)
{
    return cell->stage >= CELL_WATCHING && cell->stage <= CELL_ENDING;
}

/* A cell may end before its streams have begun. */
static bool is_heard(const struct cell *cell)
{
    return is_running(cell) && cell->streams.account != NULL;
}

void cell_read(struct cell *cell, uint64_t now_ns)
{
    companions_read_ready(cell);
    if (is_heard(cell))
        streams_read_ready(&cell->streams, now_ns);
}

bool cell_recognize(struct cell *cell, const struct process *process)
{
    return is_running(cell) && tree_take_ended(&cell->tree, process);
}

bool cell_waits_for(const struct cell *cell, pid_t pid)
{
    return pid == cell->pid && !cell->root_ended;
}

bool cell_knows(const struct cell *cell, pid_t pid)
{
    return pid == cell->pid || tree_has(&cell->tree, pid);
}

bool cell_note_exit(struct cell *cell, pid_t pid, int status, uint64_t now_ns)
{
    if (!cell_knows(cell, pid))
        return false;
    /* What was written before the end is heard before it, or a daemon that ended while a call was
     * out would seem to have ended before the call. */
    if (is_heard(cell))
        streams_read(&cell->streams, now_ns);
    if (cell_waits_for(cell, pid)) {
        cell->root_ended = true;
        cell->root_ended_ns = now_ns;
        cell->status = status;
    }
    tree_note_exit(&cell->tree, pid, status, now_ns);
    companions_note_exit(cell, pid, status);
    return true;
}

void cell_count_deputy(const struct cell *cell)
{
    struct silence *silence = cell->setup->silence;
    if (cell->stage != CELL_PREPARING && cell->stage != CELL_VIEWING &&
        cell->stage != CELL_CLEANING)
        return;
    silence->out++;
    silence->waiting += cell->patience.meter.charged_ns >= SILENT_NS ? 1 : 0;
}

uint64_t cell_next_wake(const struct cell *cell)
{
    if (cell->stage == CELL_QUEUED)
        return boot_turn_next(cell->turn);
    if (cell->stage == CELL_ENDING)
        return cell->tree_ending.look_ns;
    if (cell->stage == CELL_ACCOMPANYING && cell->expected_ns < cell->patience.expected_ns)
        return cell->expected_ns;
    return is_running(cell) || cell->stage == CELL_HELD ? cell->expected_ns
                                                        : cell->patience.expected_ns;
}

static void hear_deputy(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    CLEANUP_JSON json_t *answer = cell_hear_deputy(cell, now_ns, table);
    if (answer == NULL)
        return;
    if (cell->stage == CELL_PREPARING)
        cell_take_preparation(cell, answer, now_ns);
    else if (cell->stage == CELL_VIEWING)
        cell_take_look(cell, answer, now_ns);
    else
        cell_take_cleaning(cell, answer);
}

void cell_advance(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    switch (cell->stage) {
    case CELL_HELD:
        cell_prepare(cell, now_ns);
        break;
    case CELL_PREPARING:
    case CELL_VIEWING:
    case CELL_CLEANING:
        hear_deputy(cell, now_ns, table);
        break;
    case CELL_ACCOMPANYING:
        cell_await_companion(cell, now_ns, table);
        break;
    case CELL_QUEUED:
        cell_launch_in_turn(cell, now_ns);
        break;
    case CELL_WATCHING:
        cell_watch(cell, now_ns, table);
        break;
    case CELL_LATE:
        cell_wait_late(cell, now_ns, table);
        break;
    case CELL_ENDING:
        cell_end_tree(cell, now_ns, table);
        break;
    case CELL_IDLE:
    case CELL_DONE:
        break;
    }
}

void cell_abort(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    bool waits_for_end = cell->stage == CELL_LATE || cell->stage == CELL_ENDING;
    if (cell->hurried || cell->stage == CELL_DONE || cell->stage == CELL_IDLE)
        return;
    cell->hurried = true;
    cell->aborted = cell->stage != CELL_CLEANING && !(waits_for_end && cell_waited_in_vain(cell));
    if (cell->stage == CELL_HELD) {
        cell->stage = CELL_DONE; /* nothing was made for it */
    } else if (cell->stage == CELL_PREPARING || cell->stage == CELL_VIEWING ||
               (cell->stage == CELL_QUEUED && cell->companions.count == 0)) {
        if (cell->deputy->asked) /* what it is at is not wanted any more; an idle one can clean */
            deputy_abandon(cell->deputy);
        cell->cleaning_asked = false;
        cell_clean(cell, now_ns);
    } else if (cell->stage != CELL_CLEANING) {
        if (cell->stage == CELL_ACCOMPANYING && cell->deputy->asked)
            deputy_abandon(cell->deputy);
        cell_force_ending(cell, now_ns, table);
    }
}

void cell_release(struct cell *cell)
{
    boot_turn_give(cell->turn, cell);
    if (cell->stdin_fd >= 0)
        (void)close(cell->stdin_fd);
    cell_release_names(cell);
    json_decref(cell->view_findings);
    json_decref(cell->launcher);
    json_decref(cell->evidence);
    json_decref(cell->inspections);
    json_decref(cell->anomalies);
    json_decref(cell->survivors);
    companions_release(&cell->companions);
    streams_release(&cell->streams);
    json_decref(cell->timeline);
    meter_release(&cell->meter);
    patience_release(&cell->patience);
    tree_release(&cell->tree);
    if (cell->report_fd >= 0)
        (void)close(cell->report_fd);
    cell->stage = CELL_IDLE;
}
