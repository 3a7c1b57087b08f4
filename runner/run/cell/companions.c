/* SPDX-License-Identifier: MIT */
#include "run/cell/companions.h"

#include "base/clock.h"
#include "base/exit_status.h"
#include "base/json_access.h"
#include "run/cell/stages.h"
#include "run/cell/words.h"
#include "target/connections.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define DEFAULT_DEADLINE_S 10.0
/* How often a path is looked for. */
#define LOOK_NS (10 * NS_PER_MS)
/* A pipe holds so much: after one such read everything has been read that was there at the call. */
enum { CHUNK = 64 * 1024 };

static json_t *described(const struct cell *cell, size_t index)
{
    return json_array_get(cell->setup->target.companions, index);
}

struct cell_program companion_program(const json_t *companion)
{
    return (struct cell_program){.argv = json_object_get(companion, "argv"),
                                 .environment = json_object_get(companion, "environment"),
                                 .directory = json_text(companion, "directory")};
}

static int open_connections(struct cell *cell, struct error *error)
{
    struct companions *companions = &cell->companions;
    size_t index;
    const json_t *connection;
    json_array_foreach(cell->setup->target.connections, index, connection) {
        const char *kind = json_text(connection, "kind");
        int type = strcmp(kind, "stream") == 0 ? SOCK_STREAM : SOCK_DGRAM;
        if (socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, companions->ends[index]) != 0)
            return error_set_errno(error, errno, NULL, "cannot make a connection");
        companions->connection_count = index + 1;
    }
    return 0;
}

size_t companions_take_ends(struct cell *cell, const struct cell_program *program,
                            int out[static CONNECTIONS_MAX])
{
    struct companions *companions = &cell->companions;
    for (size_t i = 0; i < companions->connection_count; i++) {
        const json_t *connection = json_array_get(cell->setup->target.connections, i);
        const char *name = json_text(connection, "name");
        int *ends = companions->ends[i];
        out[i] = -1;
        if (connection_is_used(program->argv, name) ||
            connection_is_used(program->environment, name))
            out[i] = steal_fd(ends[0] >= 0 ? &ends[0] : &ends[1]);
    }
    return companions->connection_count;
}

/* Starts it with one pipe for all that it says. */
static int spawn_companion(struct cell *cell, const json_t *text, struct companion *companion,
                           struct error *error)
{
    const struct cell_program program = companion_program(text);
    int pipe_ends[2];
    CLEANUP_FD int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (nothing < 0 || pipe2(pipe_ends, O_CLOEXEC) != 0)
        return error_set_errno(error, errno, companion->name, "cannot make a pipe");
    companion->fd = pipe_ends[0];
    CLEANUP_FD int write_end = pipe_ends[1];
    if (fcntl(companion->fd, F_SETFL, O_NONBLOCK) != 0)
        return error_set_errno(error, errno, companion->name, "cannot set up a pipe");
    const struct cell_ends ends = {nothing, write_end, write_end};
    companion->pid = cell_spawn(cell, &program, &ends, &companion->report, error);
    if (companion->pid < 0)
        return -1;
    return tree_add(&cell->tree, companion->pid, companion->name, cell->group, error);
}

/* Starts the next one. */
static int start_companion(struct cell *cell, struct error *error)
{
    const json_t *text = described(cell, cell->companions.count);
    struct companion *companion = &cell->companions.all[cell->companions.count++];
    *companion = (struct companion){
        .name = json_text(text, "name"),
        .report = -1,
        .fd = -1,
        .tail = console_tail_new(error),
        .line_text = json_text(json_object_get(text, "ready"), "line"),
    };
    (void)snprintf(companion->artifact.name, sizeof companion->artifact.name,
                   "%s.%s.%u.companion.%s", cell->setup->target.name, cell->shape->name,
                   cell->attempt, companion->name);
    if (companion->line_text != NULL &&
        (companion->line = panic_watch_new(&companion->line_text, 1, error)) == NULL)
        return -1;
    if (companion->tail == NULL)
        return -1;
    return spawn_companion(cell, text, companion, error);
}

static void hear(struct cell *cell, struct companion *companion, const char *bytes, size_t length)
{
    artifact_add(&companion->artifact, cell->settings->output, bytes, length, &cell->failure);
    console_tail_feed(companion->tail, bytes, length);
    if (companion->line != NULL)
        panic_watch_feed(companion->line, bytes, length);
}

static void read_output(struct cell *cell, struct companion *companion)
{
    static char chunk[CHUNK];
    companion->readable = false;
    if (companion->fd < 0)
        return;
    ssize_t got = read(companion->fd, chunk, sizeof chunk);
    if (got > 0) {
        hear(cell, companion, chunk, (size_t)got);
    } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
        (void)close(companion->fd);
        companion->fd = -1;
    }
}

/* "the companion NAME (pid 1) exited with 1; its last words: '...'". */
static void describe(const struct companion *companion, char *out, size_t size)
{
    char status[64] = "runs";
    size_t lines = console_tail_count(companion->tail);
    if (companion->ended)
        exit_status_describe(companion->status, status, sizeof status);
    (void)snprintf(
        out, size, "the companion %s (pid %d) %s; %s%s%s", companion->name, (int)companion->pid,
        status, lines == 0 ? "it said nothing" : "its last words: '",
        lines == 0 ? "" : console_tail_line(companion->tail, lines - 1), lines == 0 ? "" : "'");
}

/* Takes the first failure of any companion. Returns whether there is one. */
static bool take_failure(struct cell *cell, const char *when)
{
    struct companions *companions = &cell->companions;
    for (size_t i = 0; i < companions->count; i++) {
        struct companion *companion = &companions->all[i];
        const json_t *argv = json_object_get(described(cell, i), "argv");
        char end[640];
        const char *step = "";
        int number = spawn_failure(companion->report, &step);
        if (number != 0)
            return error_set_errno(&cell->failure, number, companion->name,
                                   "the companion's program '%s' could not be started (%s)",
                                   json_string_value(json_array_get(argv, 0)), step) != 0;
        if (!companion->failed)
            continue;
        read_output(cell, companion);
        describe(companion, end, sizeof end);
        return error_set(&cell->failure, ERROR_ENVIRONMENT, NULL, "%s: %s", when, end) != 0;
    }
    return false;
}

bool cell_misses_companion(struct cell *cell)
{
    return take_failure(cell, "before there was a guest");
}

static double deadline_s(const json_t *companion)
{
    const json_t *deadline = json_object_get(companion, "deadline");
    return json_is_number(deadline) ? json_number_value(deadline) : DEFAULT_DEADLINE_S;
}

static void fail(struct cell *cell, const struct error *failed, uint64_t now_ns)
{
    cell_fail(cell, failed);
    if (cell->deputy->asked)
        deputy_abandon(cell->deputy);
    cell_give_up(cell, now_ns);
}

/* Starts those that nobody waits for, up to one that somebody does; behind the last, launches. */
static void start_next(struct cell *cell, uint64_t now_ns)
{
    struct error failed = ERROR_INIT;
    while (cell->companions.count < json_array_size(cell->setup->target.companions)) {
        const json_t *text = described(cell, cell->companions.count);
        uint64_t deadline_ns = (uint64_t)(deadline_s(text) * (double)NS_PER_S);
        if (start_companion(cell, &failed) != 0) {
            fail(cell, &failed, now_ns);
            return;
        }
        if (json_object_get(text, "ready") == NULL)
            continue;
        patience_release(&cell->patience);
        patience_start(&cell->patience, cell->companions.all[cell->companions.count - 1].pid,
                       deadline_ns, deadline_ns, now_ns);
        cell->expected_ns = now_ns;
        return;
    }
    cell_launch_in_turn(cell, now_ns);
}

void cell_start_companions(struct cell *cell, uint64_t now_ns)
{
    struct error failed = ERROR_INIT;
    cell->stage = CELL_ACCOMPANYING;
    cell->tree.adopt_orphans = cell->alone;
    if (open_connections(cell, &failed) != 0) {
        fail(cell, &failed, now_ns);
        return;
    }
    start_next(cell, now_ns);
}

/* Asks the deputy for a path, or hears what it has found. Returns 1 when that is as it should be,
 * 0 when not yet, -1 with an error when it will not be. */
static int look_for_path(struct cell *cell, json_t *ready, uint64_t now_ns, struct error *error)
{
    if (cell->deputy->asked) {
        struct error failed = ERROR_INIT;
        CLEANUP_JSON json_t *answer = deputy_answer(cell->deputy, &failed);
        if (answer == NULL && failed.code == ERROR_NONE)
            return 0;
        const char *why = failed.code != ERROR_NONE ? failed.what : deputy_refusal(answer);
        if (why != NULL)
            return error_set(error, ERROR_ENVIRONMENT, NULL, "%s", why);
        cell->expected_ns = now_ns + LOOK_NS;
        return json_is_true(json_object_get(answer, "ready")) ? 1 : 0;
    }
    if (now_ns < cell->expected_ns)
        return 0;
    cell->expected_ns = UINT64_MAX; /* its answer is what comes next */
    json_t *request = target_expand(&cell->setup->target, ready, cell->bindings, error);
    if (request == NULL || json_object_set_new(request, "do", json_string("ready")) != 0)
        return -1;
    return cell_ask_deputy(cell, request, error);
}

static int look_whether_ready(struct cell *cell, const struct companion *companion, uint64_t now_ns,
                              struct error *error)
{
    json_t *ready = json_object_get(described(cell, cell->companions.count - 1), "ready");
    if (companion->line == NULL)
        return look_for_path(cell, ready, now_ns, error);
    cell->expected_ns = UINT64_MAX; /* its output is what comes next */
    return panic_watch_seen(companion->line) ? 1 : 0;
}

void cell_await_companion(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    struct companion *companion = &cell->companions.all[cell->companions.count - 1];
    struct error failed = ERROR_INIT;
    char end[640];
    int ready = look_whether_ready(cell, companion, now_ns, &failed);
    if (ready > 0) {
        start_next(cell, now_ns);
    } else if (ready < 0) {
        (void)error_set(&failed, ERROR_ENVIRONMENT, companion->name, "could not be waited for");
        fail(cell, &failed, now_ns);
    } else if (take_failure(cell, "before it was ready")) {
        fail(cell, &failed, now_ns);
    } else if (patience_is_over(&cell->patience, now_ns, table)) {
        describe(companion, end, sizeof end);
        (void)error_set(&failed, ERROR_DEADLINE, NULL, "not ready within %.3g s: %s",
                        deadline_s(described(cell, cell->companions.count - 1)), end);
        fail(cell, &failed, now_ns);
    }
}

void cell_dismiss_companions(struct cell *cell)
{
    if (!cell->root_ended && cell->pid > 0)
        return;
    tree_signal_companions(&cell->tree, SIGTERM);
    tree_signal_companions(&cell->tree, SIGCONT); /* what is stopped can't end */
}

size_t companions_list_fds(const struct companions *companions, struct pollfd *out)
{
    size_t count = 0;
    for (size_t i = 0; i < companions->count; i++)
        if (companions->all[i].fd >= 0)
            out[count++] = (struct pollfd){.fd = companions->all[i].fd, .events = POLLIN};
    return count;
}

size_t companions_take_readiness(struct companions *companions, const struct pollfd *fds)
{
    size_t count = 0;
    for (size_t i = 0; i < companions->count; i++)
        if (companions->all[i].fd >= 0)
            companions->all[i].readable = fds[count++].revents != 0;
    return count;
}

void companions_read_ready(struct cell *cell)
{
    for (size_t i = 0; i < cell->companions.count; i++)
        if (cell->companions.all[i].readable)
            read_output(cell, &cell->companions.all[i]);
}

void companions_note_exit(struct cell *cell, pid_t pid, int status)
{
    struct companions *companions = &cell->companions;
    for (size_t i = 0; i < companions->count; i++) {
        struct companion *companion = &companions->all[i];
        if (companion->pid != pid || companion->ended)
            continue;
        bool guest_speaks = cell->account.event_count > 0;
        companion->ended = true;
        companion->status = status;
        companion->ended_early =
            cell->stage <= CELL_LATE && !cell->root_ended && cell->account.outcome == OUTCOME_NONE;
        companion->failed = companion->ended_early && status != 0 && !guest_speaks;
        companions->failed = companions->failed || companion->failed;
    }
}

void companions_add_last_lines(struct cell *cell, json_t *lines)
{
    for (size_t i = 0; i < cell->companions.count; i++) {
        struct companion *companion = &cell->companions.all[i];
        read_output(cell, companion);
        json_t *own = build_array_in(&cell->builder, lines, companion->name);
        for (size_t line = 0; line < console_tail_count(companion->tail); line++)
            build_next_text(&cell->builder, own, console_tail_line(companion->tail, line));
    }
}

/* A guest's end takes along who is connected with it, which ends well then: no end of its own. */
static bool followed_its_guest(const struct cell *cell, const struct companion *companion)
{
    return companion->status == 0 && cell->account.outcome == OUTCOME_NONE &&
           cell->ending == ENDING_VM_ENDED;
}

/* What a failure says is not said again. */
static void note_early_end(struct cell *cell, const struct companion *companion)
{
    char end[640];
    if (cell->companions.failed || !companion->ended_early || followed_its_guest(cell, companion))
        return;
    describe(companion, end, sizeof end);
    cell_add_anomaly(cell, "companion_ended", "%s", end);
}

void companions_finish(struct cell *cell, bool *cut, struct error *error)
{
    for (size_t i = 0; i < cell->companions.count; i++) {
        struct companion *companion = &cell->companions.all[i];
        read_output(cell, companion);
        console_tail_finish(companion->tail);
        note_early_end(cell, companion);
        artifact_end(&companion->artifact, cell->settings->output, cut, error);
        cleanup_fd(&companion->fd);
        companion->fd = -1;
    }
}

void companions_judge(struct cell *cell)
{
    if (cell->failure.code == ERROR_NONE)
        (void)take_failure(cell, "before the guest's first line");
}

void companions_describe_artifacts(struct builder *builder, json_t *artifacts,
                                   const struct cell *cell)
{
    for (size_t i = 0; i < cell->companions.count; i++) {
        const struct companion *companion = &cell->companions.all[i];
        char kind[64];
        char path[PATH_MAX];
        if (!companion->artifact.captured)
            continue;
        (void)snprintf(kind, sizeof kind, "companion.%s", companion->name);
        (void)snprintf(path, sizeof path, "%s/%s", cell->settings->artifacts,
                       companion->artifact.name);
        build_text(builder, artifacts, kind, path);
    }
}

void companions_release(struct companions *companions)
{
    for (size_t i = 0; i < companions->count; i++) {
        struct companion *companion = &companions->all[i];
        cleanup_fd(&companion->fd);
        artifact_release(&companion->artifact);
        console_tail_free(companion->tail);
        panic_watch_free(companion->line);
        cleanup_fd(&companion->report);
    }
    for (size_t i = 0; i < companions->connection_count; i++)
        for (size_t end = 0; end < 2; end++)
            cleanup_fd(&companions->ends[i][end]);
    *companions = (struct companions){0};
}
