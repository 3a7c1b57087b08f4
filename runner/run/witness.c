/* SPDX-License-Identifier: MIT */
#include "run/witness.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A timeline keeps its first and its last lines; an extended shape may have thousands. */
enum { TIMELINE_MAX = 400, TIMELINE_HEAD = 200 };

int witness_start(struct witness *witness, const struct shape *shape, const char *guest_directory,
                  uint64_t launched_ns, struct error *error)
{
    *witness = (struct witness){
        .shape = shape,
        .guest_directory = guest_directory,
        .launched_ns = launched_ns,
        .last_event_ns = launched_ns,
    };
    witness->timeline = build_array(&witness->builder);
    if (witness->timeline == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a timeline");
    return 0;
}

void witness_release(struct witness *witness)
{
    json_decref(witness->timeline);
    json_decref(witness->filesystem);
    json_decref(witness->call_arguments);
    *witness = (struct witness){0};
}

static const char *field(const struct journal_event *event, const char *key)
{
    const char *value = journal_event_field(event, key);
    return value == NULL ? "" : value;
}

static void add_to_timeline(struct witness *witness, const char *text)
{
    struct builder *builder = &witness->builder;
    if (json_array_size(witness->timeline) >= TIMELINE_MAX &&
        json_array_remove(witness->timeline, TIMELINE_HEAD) != 0)
        builder->failed = true;
    json_t *entry = build_next_object(builder, witness->timeline);
    build_real(builder, entry, "ms", clock_ns_to_ms(witness->now_ns - witness->launched_ns));
    build_text(builder, entry, "line", text);
}

static void keep_arguments(struct witness *witness, const struct journal_event *event)
{
    json_decref(witness->call_arguments);
    witness->call_arguments = build_object(&witness->builder);
    for (size_t i = 0; i < event->field_count; i++)
        build_text(&witness->builder, witness->call_arguments, event->fields[i].key,
                   event->fields[i].value);
}

/* Whether `path` is the work directory's `name`. */
static bool is_in_work(const struct witness *witness, const char *path, const char *name)
{
    size_t length = strlen(witness->guest_directory);
    return strncmp(path, witness->guest_directory, length) == 0 && path[length] == '/' &&
           strcmp(path + length + 1, name) == 0;
}

/* Compares the rename that is entered with the one that the shape's table has at this place. */
static void check_rename(struct witness *witness, const struct journal_event *event)
{
    if (witness->shape->group != SHAPE_GATING || witness->wrong_rename[0] != '\0')
        return;
    const struct shape_rename *wanted = NULL;
    if (witness->renames_entered < sizeof witness->shape->renames / sizeof *wanted)
        wanted = &witness->shape->renames[witness->renames_entered];
    if (wanted == NULL || wanted->from == NULL ||
        !is_in_work(witness, field(event, "from"), wanted->from) ||
        !is_in_work(witness, field(event, "to"), wanted->to))
        (void)snprintf(witness->wrong_rename, sizeof witness->wrong_rename, "%s", event->text);
}

static void hear_enter(struct witness *witness, const struct journal_event *event)
{
    (void)snprintf(witness->call, sizeof witness->call, "%s", event->subject);
    (void)snprintf(witness->call_text, sizeof witness->call_text, "%s", event->text);
    witness->call_sequence = event->sequence;
    witness->call_is_out = true;
    witness->entered_ns = witness->now_ns;
    keep_arguments(witness, event);
    witness->rename_tried = witness->rename_tried || strcmp(event->subject, "rename") == 0 ||
                            strcmp(event->subject, "renameat") == 0;
    if (strcmp(event->subject, "rename") == 0) {
        check_rename(witness, event);
        witness->renames_entered++;
    }
}

static void hear_leave(struct witness *witness, const struct journal_event *event)
{
    witness->call_is_out = false;
    if (strcmp(event->subject, "rename") != 0)
        return;
    uint64_t took_ns = witness->now_ns - witness->entered_ns;
    witness->rename_seen = true;
    if (took_ns > witness->rename_longest_ns)
        witness->rename_longest_ns = took_ns;
    if (strcmp(field(event, "ret"), "0") == 0) {
        witness->renames_returned++;
    } else if (witness->rename_error[0] == '\0') {
        (void)snprintf(witness->rename_error, sizeof witness->rename_error, "%s",
                       field(event, "error"));
        witness->rename_errno = strtol(field(event, "errno"), NULL, 10);
    }
}

static void hear_check(struct witness *witness, const struct journal_event *event)
{
    if (strcmp(field(event, "result"), "held") == 0)
        return;
    static const char setup[] = "setup_";
    const char *late = journal_event_field(event, "late");
    if (witness->broken_check[0] == '\0') {
        (void)snprintf(witness->broken_check, sizeof witness->broken_check, "%s", event->text);
        witness->setup_broke = strncmp(event->subject, setup, sizeof setup - 1) == 0;
    }
    if (late != NULL && witness->late[0] == '\0')
        (void)snprintf(witness->late, sizeof witness->late,
                       "%s was right when it was looked at again, at most %lu ms later",
                       event->subject, strtoul(late, NULL, 10));
    /* What broke behind the set-up may follow from it. */
    witness->data_loss =
        witness->data_loss || (!witness->setup_broke && strcmp(field(event, "loss"), "1") == 0);
}

/* A file keeps its number when it is renamed, and no other file can have had it. */
static void hear_inode(struct witness *witness, const struct journal_event *event)
{
    const char *before = journal_event_field(event, "before");
    const char *replaced = journal_event_field(event, "replaced");
    const char *after = field(event, "after");
    if (before != NULL && witness->odd_inode[0] == '\0' && strcmp(before, after) != 0)
        (void)snprintf(witness->odd_inode, sizeof witness->odd_inode,
                       "inode %s before the rename, %s after it", before, after);
    if (replaced != NULL && witness->kept_inode[0] == '\0' && strcmp(replaced, after) == 0)
        (void)snprintf(witness->kept_inode, sizeof witness->kept_inode,
                       "inode %s is that of the file that was replaced, and of the new one", after);
}

static void hear_note(struct witness *witness, const struct journal_event *event)
{
    long bytes = strtol(field(event, "bytes"), NULL, 10);
    if (strcmp(event->subject, "inode") == 0)
        hear_inode(witness, event);
    else if (strcmp(event->subject, "longest_name") == 0 && witness->filesystem != NULL &&
             bytes > 0)
        build_number(&witness->builder, witness->filesystem, "longest_name", bytes);
}

static void hear_filesystem(struct witness *witness, const struct journal_event *event)
{
    struct builder *builder = &witness->builder;
    json_decref(witness->filesystem);
    witness->filesystem = build_object(builder);
    build_text(builder, witness->filesystem, "type", event->subject);
    static const struct {
        const char *key;
        const char *name;
    } facts[] = {{"dev", "device"}, {"source", "source"}, {"mount", "mount"}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const char *value = journal_event_field(event, facts[i].key);
        if (value != NULL)
            build_text(builder, witness->filesystem, facts[i].name, value);
    }
}

static void hear_end(struct witness *witness, const struct journal_event *event)
{
    witness->outcome = strcmp(event->subject, "pass") == 0   ? OUTCOME_PASS
                       : strcmp(event->subject, "fail") == 0 ? OUTCOME_FAIL
                                                             : OUTCOME_UNFIT;
}

/* Behind the verdict only one thing is still of interest. */
static void hear_late(struct witness *witness, const struct journal_event *event)
{
    if (event->kind == JOURNAL_LEAVE && witness->call_is_out && witness->returned_after_ns == 0)
        witness->returned_after_ns = witness->now_ns - witness->entered_ns;
}

void witness_hear(void *context, const struct journal_event *event)
{
    struct witness *witness = context;
    if (witness->judged) {
        hear_late(witness, event);
        return;
    }
    uint64_t gap_ns = witness->now_ns - witness->last_event_ns;
    if (witness->event_count > 0 && gap_ns > witness->longest_gap_ns)
        witness->longest_gap_ns = gap_ns;
    witness->event_count++;
    witness->last_event_ns = witness->now_ns;
    (void)snprintf(witness->last_text, sizeof witness->last_text, "%s", event->text);
    add_to_timeline(witness, event->text);
    if (witness->listener != NULL)
        witness->listener(witness->listener_context, witness->now_ns - witness->launched_ns,
                          event->text);
    switch (event->kind) {
    case JOURNAL_BEGIN:
        (void)snprintf(witness->build, sizeof witness->build, "%s", field(event, "build"));
        if (strcmp(event->subject, witness->shape->name) != 0)
            (void)snprintf(witness->wrong_rename, sizeof witness->wrong_rename,
                           "it calls itself %s", event->subject);
        break;
    case JOURNAL_FS:
        hear_filesystem(witness, event);
        break;
    case JOURNAL_ENTER:
        hear_enter(witness, event);
        break;
    case JOURNAL_LEAVE:
        hear_leave(witness, event);
        break;
    case JOURNAL_CHECK:
        hear_check(witness, event);
        break;
    case JOURNAL_NOTE:
        hear_note(witness, event);
        break;
    case JOURNAL_END:
        hear_end(witness, event);
        break;
    }
}
