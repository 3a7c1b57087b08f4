/* SPDX-License-Identifier: MIT */
#include "verdict/account.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void account_start(struct journal_account *account, const struct shape *shape,
                   const char *guest_directory, uint64_t launched_ns)
{
    *account = (struct journal_account){
        .shape = shape,
        .guest_directory = guest_directory,
        .launched_ns = launched_ns,
        .last_event_ns = launched_ns,
    };
}

static const char *field(const struct journal_event *event, const char *key)
{
    const char *value = journal_event_field(event, key);
    return value == NULL ? "" : value;
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
    if (account->shape->group != SHAPE_GATING || journal_is_kept(&account->wrong_rename))
        return;
    const struct shape_rename *wanted = NULL;
    if (account->renames_entered < sizeof account->shape->renames / sizeof *wanted)
        wanted = &account->shape->renames[account->renames_entered];
    if (wanted == NULL || wanted->from == NULL ||
        !is_in_work(account, field(event, "from"), wanted->from) ||
        !is_in_work(account, field(event, "to"), wanted->to))
        journal_keep(&account->wrong_rename, event);
}

static void hear_enter(struct journal_account *account, const struct journal_event *event)
{
    journal_keep(&account->call, event);
    account->call_is_out = true;
    account->entered_ns = account->now_ns;
    account->rename_tried = account->rename_tried || journal_call_renames(event->subject);
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
    if (strcmp(field(event, "result"), "held") == 0) {
        account->checks_held++;
        return;
    }
    static const char setup[] = "setup_";
    const char *late = journal_event_field(event, "late");
    if (!journal_is_kept(&account->broken_check)) {
        journal_keep(&account->broken_check, event);
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
    else if (strcmp(event->subject, "longest_name") == 0 && journal_is_kept(&account->filesystem) &&
             bytes > 0)
        account->longest_name = bytes;
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
    journal_keep(&account->last, event);
    if (account->listener != NULL)
        account->listener(account->listener_context, account->now_ns - account->launched_ns,
                          event->text);
    switch (event->kind) {
    case JOURNAL_BEGIN:
        journal_keep(&account->begin, event);
        break;
    case JOURNAL_FS:
        journal_keep(&account->filesystem, event);
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

static const char *text_or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

const char *account_odd_inode(const struct journal_account *account)
{
    if (account->odd_inode[0] != '\0' || account->shape->group != SHAPE_GATING)
        return text_or_null(account->odd_inode);
    return text_or_null(account->kept_inode);
}

/* An extended shape may rename as often as it says; its checks say whether that was right. */
static unsigned expected_renames(const struct journal_account *account)
{
    const struct shape *shape = account->shape;
    if (shape_is_script(shape))
        return shape->scenario_renames;
    return shape->group == SHAPE_EXTENDED ? account->renames_returned
                                          : (unsigned)shape_renames(shape);
}

void account_observe(const struct journal_account *account, bool same_inode,
                     struct observation *seen)
{
    const struct shape *shape = account->shape;
    const char *name = account->begin.event.subject;
    seen->returned_after_ms = clock_ns_to_ms(account->returned_after_ns);
    seen->any_event = account->event_count > 0;
    seen->other_shape = name != NULL && strcmp(name, shape->name) != 0 ? name : NULL;
    seen->outcome = account->outcome;
    seen->call_out = account->call_is_out ? account->call.event.subject : NULL;
    seen->call_text = account->call.event.text;
    seen->last_text = account->last.event.text;
    seen->checks_held = account->checks_held;
    seen->broken_check = account->broken_check.event.text;
    seen->setup_broke = account->setup_broke;
    seen->rename_tried = account->rename_tried;
    /* An extended shape may ask for a refusal; its checks say whether it was the right one. */
    seen->rename_error =
        shape->group == SHAPE_EXTENDED ? NULL : text_or_null(account->rename_error);
    seen->renames_returned = account->renames_returned;
    seen->renames_expected = expected_renames(account);
    seen->wrong_rename = account->wrong_rename.event.text;
    if (same_inode && shape->group == SHAPE_GATING)
        seen->odd_inode = account_odd_inode(account);
}

static void describe_step(const struct journal_account *account, struct builder *builder,
                          json_t *cell)
{
    const struct journal_event *call = &account->call.event;
    json_t *step = build_object_in(builder, cell, "step");
    build_number(builder, step, "sequence", call->sequence);
    build_text(builder, step, "call", call->subject);
    json_t *arguments = build_object_in(builder, step, "arguments");
    for (size_t i = 0; i < call->field_count; i++)
        build_text(builder, arguments, call->fields[i].key, call->fields[i].value);
    build_truth(builder, step, "returned", !account->call_is_out);
}

static void describe_filesystem(const struct journal_account *account, struct builder *builder,
                                json_t *cell)
{
    static const char *const facts[][2] = {
        {"dev", "device"}, {"source", "source"}, {"mount", "mount"}};
    const struct journal_event *event = &account->filesystem.event;
    json_t *filesystem = build_object_in(builder, cell, "filesystem");
    build_text(builder, filesystem, "type", event->subject);
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const char *value = journal_event_field(event, facts[i][0]);
        if (value != NULL)
            build_text(builder, filesystem, facts[i][1], value);
    }
    if (account->longest_name > 0)
        build_number(builder, filesystem, "longest_name", account->longest_name);
}

void account_describe(const struct journal_account *account, enum verdict verdict,
                      struct builder *builder, json_t *cell)
{
    static const char *const members[] = {"step", "rename_ms", "errno", "filesystem"};
    for (size_t i = 0; i < sizeof members / sizeof members[0]; i++)
        build_text(builder, cell, members[i], NULL);
    if (verdict != VERDICT_PASS && journal_is_kept(&account->call))
        describe_step(account, builder, cell);
    if (account->rename_seen)
        build_real(builder, cell, "rename_ms", clock_ns_to_ms(account->rename_longest_ns));
    if (account->rename_error[0] != '\0') {
        json_t *number = build_object_in(builder, cell, "errno");
        build_text(builder, number, "name", account->rename_error);
        build_number(builder, number, "number", account->rename_errno);
    }
    if (journal_is_kept(&account->filesystem))
        describe_filesystem(account, builder, cell);
    if (account->data_loss)
        build_truth(builder, cell, "data_loss", true);
}
