/* SPDX-License-Identifier: MIT */
#include "verdict/account.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A timeline keeps its first and its last lines; an extended shape may have thousands. */
enum { TIMELINE_MAX = 400, TIMELINE_HEAD = 200 };

int account_start(struct journal_account *account, const struct shape *shape,
                  const char *guest_directory, uint64_t launched_ns, struct error *error)
{
    *account = (struct journal_account){
        .shape = shape,
        .guest_directory = guest_directory,
        .launched_ns = launched_ns,
        .last_event_ns = launched_ns,
    };
    account->timeline = build_array(&account->builder);
    if (account->timeline == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a timeline");
    return 0;
}

void account_release(struct journal_account *account)
{
    json_decref(account->timeline);
    json_decref(account->filesystem);
    json_decref(account->call_arguments);
    *account = (struct journal_account){0};
}

static const char *field(const struct journal_event *event, const char *key)
{
    const char *value = journal_event_field(event, key);
    return value == NULL ? "" : value;
}

static void add_to_timeline(struct journal_account *account, const char *text)
{
    struct builder *builder = &account->builder;
    if (json_array_size(account->timeline) >= TIMELINE_MAX &&
        json_array_remove(account->timeline, TIMELINE_HEAD) != 0)
        builder->failed = true;
    json_t *entry = build_next_object(builder, account->timeline);
    build_real(builder, entry, "ms", clock_ns_to_ms(account->now_ns - account->launched_ns));
    build_text(builder, entry, "line", text);
}

static void keep_arguments(struct journal_account *account, const struct journal_event *event)
{
    json_decref(account->call_arguments);
    account->call_arguments = build_object(&account->builder);
    for (size_t i = 0; i < event->field_count; i++)
        build_text(&account->builder, account->call_arguments, event->fields[i].key,
                   event->fields[i].value);
}

/* Whether `path` is the work directory's `name`. */
static bool is_in_work(const struct journal_account *account, const char *path, const char *name)
{
    size_t length = strlen(account->guest_directory);
    return strncmp(path, account->guest_directory, length) == 0 && path[length] == '/' &&
           strcmp(path + length + 1, name) == 0;
}

/* Compares the rename that is entered with the one that the shape's table has at this place. */
static void check_rename(struct journal_account *account, const struct journal_event *event)
{
    if (account->shape->group != SHAPE_GATING || account->wrong_rename[0] != '\0')
        return;
    const struct shape_rename *wanted = NULL;
    if (account->renames_entered < sizeof account->shape->renames / sizeof *wanted)
        wanted = &account->shape->renames[account->renames_entered];
    if (wanted == NULL || wanted->from == NULL ||
        !is_in_work(account, field(event, "from"), wanted->from) ||
        !is_in_work(account, field(event, "to"), wanted->to))
        (void)snprintf(account->wrong_rename, sizeof account->wrong_rename, "%s", event->text);
}

static void hear_enter(struct journal_account *account, const struct journal_event *event)
{
    (void)snprintf(account->call, sizeof account->call, "%s", event->subject);
    (void)snprintf(account->call_text, sizeof account->call_text, "%s", event->text);
    account->call_sequence = event->sequence;
    account->call_is_out = true;
    account->entered_ns = account->now_ns;
    keep_arguments(account, event);
    account->rename_tried = account->rename_tried || strcmp(event->subject, "rename") == 0 ||
                            strcmp(event->subject, "renameat") == 0;
    if (strcmp(event->subject, "rename") == 0) {
        check_rename(account, event);
        account->renames_entered++;
    }
}

static void hear_leave(struct journal_account *account, const struct journal_event *event)
{
    account->call_is_out = false;
    if (strcmp(event->subject, "rename") != 0)
        return;
    uint64_t took_ns = account->now_ns - account->entered_ns;
    account->rename_seen = true;
    if (took_ns > account->rename_longest_ns)
        account->rename_longest_ns = took_ns;
    if (strcmp(field(event, "ret"), "0") == 0) {
        account->renames_returned++;
    } else if (account->rename_error[0] == '\0') {
        (void)snprintf(account->rename_error, sizeof account->rename_error, "%s",
                       field(event, "error"));
        account->rename_errno = strtol(field(event, "errno"), NULL, 10);
    }
}

static void hear_check(struct journal_account *account, const struct journal_event *event)
{
    if (strcmp(field(event, "result"), "held") == 0)
        return;
    static const char setup[] = "setup_";
    const char *late = journal_event_field(event, "late");
    if (account->broken_check[0] == '\0') {
        (void)snprintf(account->broken_check, sizeof account->broken_check, "%s", event->text);
        account->setup_broke = strncmp(event->subject, setup, sizeof setup - 1) == 0;
    }
    if (late != NULL && account->late[0] == '\0')
        (void)snprintf(account->late, sizeof account->late,
                       "%s was right when it was looked at again, at most %lu ms later",
                       event->subject, strtoul(late, NULL, 10));
    /* What broke behind the set-up may follow from it. */
    account->data_loss =
        account->data_loss || (!account->setup_broke && strcmp(field(event, "loss"), "1") == 0);
}

/* A file keeps its number when it is renamed, and no other file can have had it. */
static void hear_inode(struct journal_account *account, const struct journal_event *event)
{
    const char *before = journal_event_field(event, "before");
    const char *replaced = journal_event_field(event, "replaced");
    const char *after = field(event, "after");
    if (before != NULL && account->odd_inode[0] == '\0' && strcmp(before, after) != 0)
        (void)snprintf(account->odd_inode, sizeof account->odd_inode,
                       "inode %s before the rename, %s after it", before, after);
    if (replaced != NULL && account->kept_inode[0] == '\0' && strcmp(replaced, after) == 0)
        (void)snprintf(account->kept_inode, sizeof account->kept_inode,
                       "inode %s is that of the file that was replaced, and of the new one", after);
}

static void hear_note(struct journal_account *account, const struct journal_event *event)
{
    long bytes = strtol(field(event, "bytes"), NULL, 10);
    if (strcmp(event->subject, "inode") == 0)
        hear_inode(account, event);
    else if (strcmp(event->subject, "longest_name") == 0 && account->filesystem != NULL &&
             bytes > 0)
        build_number(&account->builder, account->filesystem, "longest_name", bytes);
}

static void hear_filesystem(struct journal_account *account, const struct journal_event *event)
{
    struct builder *builder = &account->builder;
    json_decref(account->filesystem);
    account->filesystem = build_object(builder);
    build_text(builder, account->filesystem, "type", event->subject);
    static const struct {
        const char *key;
        const char *name;
    } facts[] = {{"dev", "device"}, {"source", "source"}, {"mount", "mount"}};
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const char *value = journal_event_field(event, facts[i].key);
        if (value != NULL)
            build_text(builder, account->filesystem, facts[i].name, value);
    }
}

static void hear_end(struct journal_account *account, const struct journal_event *event)
{
    account->outcome = strcmp(event->subject, "pass") == 0   ? OUTCOME_PASS
                       : strcmp(event->subject, "fail") == 0 ? OUTCOME_FAIL
                                                             : OUTCOME_UNFIT;
}

/* Behind the verdict only one thing is still of interest. */
static void hear_late(struct journal_account *account, const struct journal_event *event)
{
    if (event->kind == JOURNAL_LEAVE && account->call_is_out && account->returned_after_ns == 0)
        account->returned_after_ns = account->now_ns - account->entered_ns;
}

void account_hear(void *context, const struct journal_event *event)
{
    struct journal_account *account = context;
    if (account->judged) {
        hear_late(account, event);
        return;
    }
    uint64_t gap_ns = account->now_ns - account->last_event_ns;
    if (account->event_count > 0 && gap_ns > account->longest_gap_ns)
        account->longest_gap_ns = gap_ns;
    account->event_count++;
    account->last_event_ns = account->now_ns;
    (void)snprintf(account->last_text, sizeof account->last_text, "%s", event->text);
    add_to_timeline(account, event->text);
    if (account->listener != NULL)
        account->listener(account->listener_context, account->now_ns - account->launched_ns,
                          event->text);
    switch (event->kind) {
    case JOURNAL_BEGIN:
        (void)snprintf(account->build, sizeof account->build, "%s", field(event, "build"));
        if (strcmp(event->subject, account->shape->name) != 0)
            (void)snprintf(account->wrong_rename, sizeof account->wrong_rename,
                           "it calls itself %s", event->subject);
        break;
    case JOURNAL_FS:
        hear_filesystem(account, event);
        break;
    case JOURNAL_ENTER:
        hear_enter(account, event);
        break;
    case JOURNAL_LEAVE:
        hear_leave(account, event);
        break;
    case JOURNAL_CHECK:
        hear_check(account, event);
        break;
    case JOURNAL_NOTE:
        hear_note(account, event);
        break;
    case JOURNAL_END:
        hear_end(account, event);
        break;
    }
}
