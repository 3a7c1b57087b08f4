/* SPDX-License-Identifier: MIT */
/*
 * From the bytes of a console to the finished document: reader, account, verdict, evidence, Schema.
 * An input is two bytes that choose how the cell was run and how it ended, and console text
 * (console_text.h); names of processes and findings are made of the same bytes. Whatever a guest
 * says, its cell gets a verdict in a valid document, and what was odd about it is not lost.
 */
#include "base/schema_check.h"
#include "base/schemas.h"
#include "base/text.h"
#include "console_text.h"
#include "fuzz.h"
#include "process/evidence.h"
#include "run/cell/stages.h"
#include "run/helper/host_view.h"
#include "verdict/replay.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BUILD "0123456789abcdef"

/* The bits of the second byte. */
enum {
    ENDING_BITS = 7,
    SAME_INODE = 1 << 3,
    STATUS_IS_PROBES = 1 << 4,
    WANTS_VFAT = 1 << 5,
    IS_VIEWED = 1 << 6,
    HAS_ENDED = 1 << 7,
};

struct room {
    struct console_text text;
    struct cell_settings settings;
    struct target_setup setup;
    struct tree_member members[2];
    struct tree_sample sample;
    struct boot_turn turn;
    struct cell cell;
};

static int pipe_with(const char *bytes, size_t length)
{
    int fd = memfd_create("console", MFD_CLOEXEC);
    REQUIRE(fd >= 0 && write(fd, bytes, length) == (ssize_t)length && lseek(fd, 0, SEEK_SET) == 0);
    return fd;
}

/** The first bytes of the input, as the name of a process. */
static void take_name(char comm[32], const uint8_t *data, size_t size)
{
    memset(comm, 0, 32);
    memcpy(comm, data, size < 15 ? size : 15);
}

static void set_up(struct room *room, const uint8_t *data, size_t size)
{
    struct cell *cell = &room->cell;
    struct target *target = &room->setup.target;
    room->settings = (struct cell_settings){.artifacts = "artifacts", .probe_build = BUILD};
    *target = (struct target){
        .name = "uml-fat",
        .view_kind = "fat-image",
        .filesystem = (data[1] & WANTS_VFAT) != 0 ? "vfat" : NULL,
        .same_inode = (data[1] & SAME_INODE) != 0,
        .exit_status_is_probes = (data[1] & STATUS_IS_PROBES) != 0,
    };
    for (size_t i = 0; i < 2; i++) {
        room->members[i] = (struct tree_member){
            .state = 'D', .pidfd = -1, .ended = i == 0, .alive_ns = 2000, .ended_ns = 2500};
        take_name(room->members[i].comm, data, size);
    }
    room->sample.count = 1;
    room->sample.threads[0] = (struct thread_sample){.state = 'D'};
    take_name(room->sample.threads[0].comm, data, size);
    *cell = (struct cell){
        .settings = &room->settings,
        .setup = &room->setup,
        .shape = &shapes[data[0] % shape_count],
        .attempt = 1,
        .turn = &room->turn,
        .launched_ns = 1000,
        .ended_ns = 3000,
        .ending = (enum ending)((data[1] & ENDING_BITS) % (ENDING_PANIC + 1)),
        .root_ended = (data[1] & HAS_ENDED) != 0,
        .status = data[0] << 8,
        .tree = {.members = room->members, .count = 2},
    };
    cell->anomalies = build_array(&cell->builder);
}

static void listen_to(struct room *room)
{
    struct cell *cell = &room->cell;
    const struct console_text *text = &room->text;
    struct error error = ERROR_INIT;
    cell->guest_directory = strdup("/tmp");
    REQUIRE(cell->guest_directory != NULL);
    cell_listen(cell, 1000);
    REQUIRE(streams_start(&cell->streams, &cell->account, CONSOLE_NONCE, NULL,
                          pipe_with(text->bytes, text->length),
                          pipe_with(text->bytes, text->length / 2), NULL, true, NULL, "x",
                          &error) == 0);
    streams_read(&cell->streams, 2000);
    streams_judge(&cell->streams);
}

/** What the other parts of the runner add to a cell. */
static void look_at(struct room *room, const uint8_t *data)
{
    struct cell *cell = &room->cell;
    struct builder *builder = &cell->builder;
    bool cut = false;
    struct error error = ERROR_INIT;
    const struct wait_figures figures = {.out_ns = 1000, .entered_ns = 2000};
    json_t *lines = build_object(builder);
    build_set(builder, lines, "", streams_last_lines(&cell->streams, builder));
    cell->evidence =
        evidence_collect(builder, &cell->tree, &room->sample, &room->sample, &figures, lines);
    cell->survivors = evidence_of_survivors(builder, &cell->tree);
    json_decref(lines);
    REQUIRE(streams_finish(&cell->streams, &cut, &error) == 0);
    cell_add_anomaly(cell, "left_running", "%s", room->members[1].comm);
    if ((data[1] & IS_VIEWED) == 0)
        return;
    struct view_findings findings = {builder, build_array(builder)};
    view_add_finding(&findings, "it holds '%s'", room->members[1].comm);
    cell->view = VIEW_CONTRADICTS;
    cell->view_findings = findings.lines;
}

/** Every text of a document is as text_sanitize() leaves it. */
static void require_fit_to_show(json_t *value)
{
    const char *key;
    json_t *member;
    size_t index;
    json_object_foreach(value, key, member)
        require_fit_to_show(member);
    json_array_foreach(value, index, member)
        require_fit_to_show(member);
    if (!json_is_string(value))
        return;
    size_t length = json_string_length(value);
    char *shown = malloc(length * TEXT_GROWTH + 1);
    REQUIRE(shown != NULL);
    REQUIRE(text_sanitize(json_string_value(value), length, shown, length * TEXT_GROWTH + 1) ==
            length);
    free(shown);
}

static void require_valid(json_t *result)
{
    static struct schema schema;
    static json_t *document;
    struct error error = ERROR_INIT;
    if (document == NULL) {
        document = json_load_file(RO_VALID_DOCUMENT, 0, NULL);
        REQUIRE(document != NULL && schema_compile(&schema, schema_verdict_1, &error) == 0);
    }
    json_t *cells = json_object_get(document, "cells");
    REQUIRE(json_array_clear(cells) == 0 && json_array_append(cells, result) == 0);
    char *text = json_dumps(document, JSON_COMPACT);
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    REQUIRE(text != NULL);
    bool valid = json_source_parse(&source, "cell", text, strlen(text), &error) == 0 &&
                 json_source_check_compiled(&source, &schema, &error) == 0;
    if (!valid)
        (void)fprintf(stderr, "%s: %s\n", error.where, error.what);
    REQUIRE(valid);
    free(text);
}

static bool has_anomaly(const json_t *result, const char *kind)
{
    size_t index;
    const json_t *anomaly;
    json_array_foreach(json_object_get(result, "anomalies"), index, anomaly)
        if (strcmp(json_string_value(json_object_get(anomaly, "kind")), kind) == 0)
            return true;
    return false;
}

/** What the verdict may be, by what the journal has told. */
static void require_honest(const struct cell *cell, const json_t *result)
{
    const struct journal_account *account = &cell->account;
    const struct journal_counts *counts = journal_reader_counts(cell->streams.reader);
    const char *bad = journal_reader_bad(cell->streams.reader);
    const char *verdict = json_string_value(json_object_get(result, "verdict"));
    bool odd = account_odd_inode(account) != NULL;
    if (strcmp(verdict, "pass") == 0) {
        REQUIRE(bad == NULL && account->outcome == OUTCOME_PASS &&
                account->rename_error[0] == '\0');
        REQUIRE(!journal_is_kept(&account->broken_check) && cell->view != VIEW_CONTRADICTS);
        REQUIRE(!odd || !cell->setup->target.same_inode || cell->shape->group != SHAPE_GATING);
    } else {
        REQUIRE(json_string_length(json_object_get(result, "reason")) > 0);
    }
    if (strcmp(verdict, "hang") == 0)
        REQUIRE(bad == NULL && account->call_is_out && account->outcome == OUTCOME_NONE);
    REQUIRE(has_anomaly(result, "left_running"));
    REQUIRE(!odd || cell->setup->target.same_inode || has_anomaly(result, "inode_changed"));
    REQUIRE(counts->damaged == 0 || has_anomaly(result, "damaged_lines"));
}

/** A verdict that the journal alone can give is the same when the document is read again. */
static void require_the_same_again(const json_t *result)
{
    static struct replay replay;
    struct builder builder = {0};
    const json_t *journal = json_object_get(result, "journal");
    enum verdict verdict = verdict_of(result);
    json_int_t lines = json_integer_value(json_object_get(journal, "lines"));
    if ((verdict != VERDICT_PASS && verdict != VERDICT_FAIL && verdict != VERDICT_HANG) ||
        lines != (json_int_t)json_array_size(json_object_get(journal, "timeline")))
        return; /* the middle of a long timeline is left out */
    replay_cell(&replay, result);
    REQUIRE(replay.judged.verdict == verdict);
    json_t *told = build_object(&builder);
    account_describe(&replay.account, verdict, &builder, told);
    static const char *const members[] = {"step", "errno", "filesystem", "data_loss"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++) {
        const json_t *again = json_object_get(told, members[i]);
        REQUIRE(again == json_object_get(result, members[i]) ||
                json_equal(again, json_object_get(result, members[i])) != 0);
    }
    json_decref(told);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct room room;
    if (size < 2 || size > CONSOLE_INPUT_MAX)
        return 0;
    console_expand(&room.text, data + 2, size - 2);
    set_up(&room, data, size);
    listen_to(&room);
    look_at(&room, data);
    json_t *result = cell_result(&room.cell);
    REQUIRE(result != NULL);
    require_fit_to_show(result);
    require_valid(result);
    require_honest(&room.cell, result);
    require_the_same_again(result);
    json_decref(result);
    room.cell.tree.members = NULL; /* not its own */
    room.cell.tree.count = 0;
    room.cell.stdin_fd = -1;
    cell_release(&room.cell);
    return 0;
}
