/* SPDX-License-Identifier: MIT */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "run/cell/words.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Several times an ordinary boot. A guest that never comes up has the whole boot budget for that,
 * but the others do not wait for it. */
#define LONGEST_TURN_NS NS_PER_S

bool boot_turn_take(struct boot_turn *turn, const void *holder, uint64_t now_ns)
{
    if (turn->holder != NULL && now_ns < turn->until_ns)
        return false;
    *turn = (struct boot_turn){.holder = holder, .until_ns = now_ns + LONGEST_TURN_NS};
    return true;
}

void boot_turn_give(struct boot_turn *turn, const void *holder)
{
    if (turn->holder == holder)
        *turn = (struct boot_turn){0};
}

uint64_t boot_turn_next(const struct boot_turn *turn)
{
    return turn->holder == NULL ? 0 : turn->until_ns;
}

/** The three pipes between the runner and a target; -1 where an end is closed or handed on. */
struct pipes {
    int stdin_read, stdin_write;
    int stdout_read, stdout_write;
    int stderr_read, stderr_write;
};

static void close_pipes(struct pipes *pipes)
{
    const int fds[] = {pipes->stdin_read,   pipes->stdin_write, pipes->stdout_read,
                       pipes->stdout_write, pipes->stderr_read, pipes->stderr_write};
    for (size_t i = 0; i < sizeof fds / sizeof fds[0]; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

static int open_pipe(int *read_end, int *write_end, struct error *error)
{
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        return error_set_errno(error, errno, NULL, "cannot make a pipe");
    *read_end = ends[0];
    *write_end = ends[1];
    return 0;
}

static int open_pipes(struct pipes *pipes, struct error *error)
{
    if (open_pipe(&pipes->stdin_read, &pipes->stdin_write, error) != 0 ||
        open_pipe(&pipes->stdout_read, &pipes->stdout_write, error) != 0 ||
        open_pipe(&pipes->stderr_read, &pipes->stderr_write, error) != 0)
        return -1;
    /* Only our ends: a guest that finds its console non-blocking would lose lines. */
    if (fcntl(pipes->stdout_read, F_SETFL, O_NONBLOCK) != 0 ||
        fcntl(pipes->stderr_read, F_SETFL, O_NONBLOCK) != 0)
        return error_set_errno(error, errno, NULL, "cannot set up a pipe");
    return 0;
}

static int start_listening(struct cell *cell, struct pipes *pipes, struct error *error)
{
    const struct target *target = &cell->setup->target;
    char prefix[200];
    CLEANUP_FREE char *console = NULL;
    (void)snprintf(prefix, sizeof prefix, "%s.%s.%u", target->name, cell->shape->name,
                   cell->attempt);
    if (target->console_file != NULL) {
        console = target_expand_text(target, target->console_file, cell->bindings, error);
        if (console == NULL)
            return -1;
    }
    if (streams_start(&cell->streams, &cell->account, cell->nonce, target->panic_lines,
                      steal_fd(&pipes->stdout_read), steal_fd(&pipes->stderr_read), console,
                      target->journal_is_stdout, cell->settings->output, prefix, error) != 0)
        return -1;
    cell->streams.inside_nonce = target->tells_of_itself ? cell->nonce : NULL;
    return 0;
}

static int spawn_target(struct cell *cell, struct error *error)
{
    const struct cell_program program = cell_launched_program(cell);
    CLEANUP(close_pipes) struct pipes pipes = {-1, -1, -1, -1, -1, -1};
    if (open_pipes(&pipes, error) != 0 || start_listening(cell, &pipes, error) != 0)
        return -1;
    const struct cell_ends ends = {pipes.stdin_read, pipes.stdout_write, pipes.stderr_write};
    cell->pid = cell_spawn(cell, &program, &ends, &cell->report_fd, error);
    if (cell->pid < 0)
        return -1;
    cell->stdin_fd = steal_fd(&pipes.stdin_write);
    return 0;
}

static int launch(struct cell *cell, uint64_t now_ns)
{
    struct error failed = ERROR_INIT;
    cell->launched_ns = now_ns;
    cell_listen(cell, now_ns);
    if (spawn_target(cell, &failed) != 0 ||
        tree_add(&cell->tree, cell->pid, NULL, cell->group, &failed) != 0) {
        cell_fail(cell, &failed);
        return -1;
    }
    cell->tree.adopt_orphans = cell->alone;
    meter_start(&cell->meter, now_ns, cell->settings->early);
    cell->stage = CELL_WATCHING;
    cell->expected_ns = now_ns;
    return 0;
}

void cell_launch_in_turn(struct cell *cell, uint64_t now_ns)
{
    cell->stage = CELL_QUEUED;
    if (cell->setup->target.boots_alone && !boot_turn_take(cell->turn, cell, now_ns))
        return;
    if (cell_misses_companion(cell) || launch(cell, now_ns) != 0)
        cell_give_up(cell, now_ns);
}
