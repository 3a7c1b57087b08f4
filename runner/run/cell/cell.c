/* SPDX-License-Identifier: MIT */
#include "run/cell/cell.h"
#include "run/helper/steps.h"

#include "base/clock.h"
#include "base/path.h"
#include "base/text.h"
#include "run/cell/commands.h"
#include "run/helper/steps.h"
#include "target/placeholder.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

/* How long a deputy that prepares may be silent, besides what its tools may take: longer than any
 * disk needs to spin up, and a file system that is silent for longer would only cost time. */
#define PREPARE_NS (20 * NS_PER_S)
#define HELD_TICK_NS (100 * NS_PER_MS)
/* What has not answered for so long may never do so. */
#define SILENT_NS NS_PER_S

static void make_nonce(char out[static 17])
{
    uint64_t random = 0;
    if (getrandom(&random, sizeof random, 0) != (ssize_t)sizeof random)
        random = clock_now_ns();
    (void)snprintf(out, 17, "%016llx", (unsigned long long)random);
}

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

void cell_describe(const struct cell *cell, char *out, size_t size)
{
    int used = snprintf(out, size, "%s/%s", cell->setup->target.name, cell->shape->name);
    if (cell->attempt > 1 && used > 0 && (size_t)used < size)
        (void)snprintf(out + used, size - (size_t)used, ", attempt %u", cell->attempt);
}

static void release_names(struct cell *cell)
{
    free(cell->directory);
    free(cell->guest_directory);
    json_decref(cell->bindings);
}

/* Adds the placeholders of this attempt to those of the target. */
static int make_bindings(struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    const struct shape *shape = cell->shape;
    char probe[PATH_MAX];
    const char *probes = shape_is_script(shape)
                             ? cell->setup->scripts
                             : json_string_value(json_object_get(cell->setup->bindings, "probes"));
    if (asprintf(&cell->directory, "%s/%s", cell->settings->scratch, cell->name) < 0) {
        cell->directory = NULL;
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    }
    if (path_format(probe, sizeof probe, error, "%s/%s", probes, shape->name) != 0)
        return -1;
    cell->bindings = json_copy(cell->setup->bindings);
    if (cell->bindings == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    const struct {
        const char *name;
        const char *value;
    } texts[] = {
        {"cell", cell->directory},
        {"cell_name", cell->name},
        {"nonce", cell->nonce},
        {"shape", shape->name},
        {"probe", probe},
        {"probe_name", shape->name},
        {"python_flags", shape->python_flags},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        if (texts[i].value != NULL &&
            placeholders_bind(cell->bindings, texts[i].name, texts[i].value, error) != 0)
            return -1;
    cell->guest_directory =
        target_expand_text(target, target->guest_directory, cell->bindings, error);
    if (cell->guest_directory == NULL)
        return -1;
    return placeholders_bind(cell->bindings, "work", cell->guest_directory, error);
}

static void name_cell(struct cell *cell)
{
    make_nonce(cell->nonce);
    (void)snprintf(cell->name, sizeof cell->name, "rename-oracle.%s", cell->nonce);
}

/* Whether the journal can name a file of the shape. */
static int check_path(const struct cell *cell, const char *name, struct error *error)
{
    size_t length =
        journal_encoded_length(cell->guest_directory) + 1 + journal_encoded_length(name);
    if (length <= JOURNAL_VALUE_MAX)
        return 0;
    return error_set(error, ERROR_ENVIRONMENT, cell->setup->target.name,
                     "the journal would need %zu bytes for the name of %s/%s and can carry %d; "
                     "choose a shorter --root, TMPDIR or work directory",
                     length, cell->guest_directory, name, JOURNAL_VALUE_MAX);
}

int cell_check_paths(const struct cell_settings *settings, struct target_setup *setup,
                     const struct shape *shape, struct error *error)
{
    struct cell cell = {.settings = settings, .setup = setup, .shape = shape};
    name_cell(&cell);
    int failed = make_bindings(&cell, error);
    const struct shape_rename *last = shape->renames + sizeof shape->renames / sizeof *last;
    for (const struct shape_rename *rename = shape->renames;
         failed == 0 && rename < last && rename->from != NULL; rename++)
        if (check_path(&cell, rename->from, error) != 0 ||
            check_path(&cell, rename->to, error) != 0)
            failed = -1;
    release_names(&cell);
    return failed;
}

/* For --keep: how to do by hand what follows. Beside the cell's directory, which may be the one
 * that the probe works in. */
static int add_commands(const struct cell *cell, json_t *all, struct error *error)
{
    char path[PATH_MAX];
    CLEANUP_FREE char *text = cell_commands(cell, all, error);
    if (text == NULL || path_format(path, sizeof path, error, "%s.commands", cell->directory) != 0)
        return -1;
    if (!text_is_utf8(text, strlen(text)))
        return error_set(
            error, ERROR_ENVIRONMENT, "--keep",
            "what a cell inherits from the environment is no UTF-8; set PATH, HOME and "
            "TMPDIR to other words");
    if (json_array_insert_new(all, 0, json_pack("{s:s, s:s}", "write", path, "text", text)) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    return 0;
}

/* The steps of the descriptor behind a first one that makes the cell's own directory. */
static json_t *expand_preparation(const struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    json_t *own =
        shape_is_script(cell->shape) ? json_object_get(target->interpreter, "prepare") : NULL;
    json_t *steps = own != NULL ? own : target_steps(target, "prepare");
    CLEANUP_JSON json_t *all = json_pack("[{s:s}]", "make_directory", cell->directory);
    if (steps != NULL) {
        CLEANUP_JSON json_t *expanded = target_expand(target, steps, cell->bindings, error);
        if (expanded == NULL || json_array_extend(all, expanded) != 0)
            return NULL;
    }
    if (cell->settings->keep && add_commands(cell, all, error) != 0)
        return NULL;
    return json_incref(all);
}

static int ask_for_preparation(struct cell *cell, uint64_t now_ns, struct error *error)
{
    json_t *steps = expand_preparation(cell, error);
    if (steps == NULL)
        return -1;
    uint64_t silence_ns = PREPARE_NS + steps_longest_tool_ns(steps);
    if (cell_ask_deputy(cell, steps_request(steps, cell->settings->scratch, cell->name), error) !=
        0)
        return -1;
    cell->stage = CELL_PREPARING;
    patience_start(&cell->patience, cell->deputy->pid, silence_ns, silence_ns * PATIENCE_TIMES,
                   now_ns);
    return 0;
}

/* Sends the deputy to prepare, unless its file system is known, or about to be known, as silent. */
static void prepare(struct cell *cell, uint64_t now_ns)
{
    struct silence *silence = cell->setup->silence;
    struct error failed = ERROR_INIT;
    char why[320];
    cell->stage = CELL_HELD;
    cell->expected_ns = now_ns + HELD_TICK_NS;
    if (silence_refuses(silence, WORK_PREPARE, why, sizeof why)) {
        (void)error_set(&failed, ERROR_ENVIRONMENT, NULL, "not tried: %s", why);
    } else if (silence_holds(silence)) {
        return;
    } else if (ask_for_preparation(cell, now_ns, &failed) == 0) {
        silence->out++; /* for those that start in the same turn */
        return;
    }
    cell_fail(cell, &failed);
    cell->ended_ns = now_ns;
    cell->stage = CELL_DONE;
}

int cell_start(struct cell *cell, uint64_t now_ns, struct error *error)
{
    name_cell(cell);
    cell->stdin_fd = -1;
    cell->launched_ns = now_ns;
    cell->builder = (struct builder){0};
    cell->anomalies = build_array(&cell->builder);
    if (cell->anomalies == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a cell");
    struct error failed = ERROR_INIT;
    if (make_bindings(cell, &failed) == 0) {
        prepare(cell, now_ns);
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
        if (streams_is_polled(&cell->streams, i))
            out[count++] = (struct pollfd){.fd = cell->streams.all[i].fd, .events = POLLIN};
    return count;
}

size_t cell_take_readiness(struct cell *cell, const struct pollfd *fds)
{
    size_t count = cell->deputy->asked ? 1 : 0;
    for (size_t i = 0; i < STREAM_COUNT; i++)
        if (streams_is_polled(&cell->streams, i))
            cell->streams.all[i].ready = fds[count++].revents != 0;
    return count;
}

static bool is_running(const struct cell *cell)
{
    return cell->stage >= CELL_WATCHING && cell->stage <= CELL_ENDING;
}

void cell_read(struct cell *cell, uint64_t now_ns)
{
    if (is_running(cell))
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
    if (is_running(cell))
        streams_read(&cell->streams, now_ns);
    if (cell_waits_for(cell, pid)) {
        cell->root_ended = true;
        cell->root_ended_ns = now_ns;
        cell->status = status;
    }
    tree_note_exit(&cell->tree, pid, status, now_ns);
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
    return is_running(cell) || cell->stage == CELL_HELD ? cell->expected_ns
                                                        : cell->patience.expected_ns;
}

void cell_advance(struct cell *cell, uint64_t now_ns, struct process_table *table)
{
    switch (cell->stage) {
    case CELL_HELD:
        prepare(cell, now_ns);
        break;
    case CELL_PREPARING:
    case CELL_VIEWING:
    case CELL_CLEANING:
        cell_hear_deputy(cell, now_ns, table);
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

void cell_release(struct cell *cell)
{
    boot_turn_give(cell->turn, cell);
    if (cell->stdin_fd >= 0)
        (void)close(cell->stdin_fd);
    release_names(cell);
    json_decref(cell->view_findings);
    json_decref(cell->launcher);
    json_decref(cell->evidence);
    json_decref(cell->anomalies);
    json_decref(cell->survivors);
    streams_release(&cell->streams);
    account_release(&cell->account);
    meter_release(&cell->meter);
    patience_release(&cell->patience);
    tree_release(&cell->tree);
    spawn_report_free(cell->report);
    cell->stage = CELL_IDLE;
}
