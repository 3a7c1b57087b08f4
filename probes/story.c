/* SPDX-License-Identifier: MIT */
#include "story.h"

#include "checks.h"
#include "filesystem.h"
#include "hostfs.h"
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#ifndef PROBE_BUILD
#error "PROBE_BUILD must be the probe build id, 16 hex digits in quotes"
#endif

enum { THINGS = 16 }; /* files and directories that a shape makes */

enum presence { ABSENT, PRESENT, PERHAPS };

/* What the probe made in D and has to remove again. */
struct thing {
    const char *name;
    int is_directory;
    enum presence presence;
    unsigned long long device; /* of files, as soon as they are written */
    unsigned long long inode;
};

static struct {
    struct thing things[THINGS];
    size_t thing_count;
    int about_rename;
} story;

int story_goes_on(void)
{
    return checks_broken() == 0 && !journal_is_lost();
}

void tell_about_rename(void)
{
    story.about_rename = 1;
}

static struct thing *thing_named(const char *name)
{
    for (size_t i = 0; i < story.thing_count; i++)
        if (strcmp(story.things[i].name, name) == 0)
            return &story.things[i];
    if (story.thing_count == THINGS)
        return NULL; /* no shape makes that many */
    story.things[story.thing_count].name = name;
    return &story.things[story.thing_count++];
}

static void remember(const char *name, int is_directory, enum presence presence)
{
    struct thing *thing = thing_named(name);
    if (thing == NULL)
        return;
    thing->is_directory = is_directory;
    thing->presence = presence;
}

void may_leave(const char *name, int is_directory)
{
    struct thing *thing = thing_named(name);
    if (thing == NULL)
        return;
    if (thing->presence == ABSENT)
        thing->is_directory = is_directory;
    thing->presence = PERHAPS;
}

void may_leave_all(void)
{
    for (size_t i = 0; i < story.thing_count; i++)
        if (story.things[i].presence == PRESENT)
            story.things[i].presence = PERHAPS;
}

/*
 * None of the names may be in D: neither in its listing (a link that leads nowhere has no stat) nor
 * by stat (FAT ignores case).
 */
static void check_fresh(const char *names, const struct census *census)
{
    struct stat status;
    const char *start = NULL;
    size_t length = 0;
    struct text got = {.length = 0};
    for (size_t i = 0; got.length == 0 && (length = next_name(&names, &start)) > 0; i++) {
        char name[LISTED_BYTES] = "";
        memcpy(name, start, length < sizeof name ? length : sizeof name - 1);
        int result = step_stat(full_path(name), &status);
        if (result != 0 && errno == ENOENT && census->named[i] == 0)
            continue;
        text_add(&got, name);
        text_add(&got, ":");
        if (result == 0 || errno == ENOENT)
            text_add(&got, "exists");
        else
            text_add_errno(&got, errno);
    }
    report_check("fresh", "ENOENT", got.length > 0 ? got.bytes : NULL, 0);
}

static void look_at_root(const char *names)
{
    struct census census;
    struct stat status;
    if (step_stat(full_path("."), &status) != 0) {
        report_failed_call("setup_stat", errno);
        return;
    }
    report_filesystem((unsigned long long)status.st_dev);
    take_census(".", names, &census);
    expect_foreign(census.others);
    if (census.error.length > 0)
        report_check("setup_listing", "0", census.error.bytes, 0);
    else
        check_fresh(names, &census);
}

int begin_story(int argc, char **argv, const char *shape, const char *names)
{
    int wrong = read_settings(argc, argv, shape);
    if (wrong)
        return wrong;
    start_line("begin", shape);
    add_text("build", PROBE_BUILD);
    add_unsigned("bits", 8ULL * sizeof(void *));
    send_line();
    mount_hostfs(probe_hostfs());
    if (story_goes_on())
        look_at_root(names);
    return 0;
}

void make_directory(const char *name)
{
    if (!story_goes_on())
        return;
    if (step_mkdir(full_path(name), 0755) != 0)
        report_failed_call("setup_mkdir", errno);
    else
        remember(name, 1, PRESENT);
}

/*
 * Writes the file that was just opened. Between write and close CPython's file object asks for
 * fstat, which a guest may not have: stat by name stands for it here. So nothing at all stands
 * between close and rename.
 */
static int write_open_file(int fd, const char *name, struct content content)
{
    struct stat status;
    struct thing *thing = thing_named(name);
    ssize_t written = step_write(fd, content_bytes(content), content.size);
    if (written < 0 || (size_t)written != content.size) {
        struct text want = {.length = 0};
        struct text got = {.length = 0};
        text_add_unsigned(&want, content.size);
        if (written < 0)
            text_add_errno(&got, errno);
        else
            text_add_unsigned(&got, (unsigned long long)written);
        report_check("setup_write", want.bytes, got.bytes, 0);
        return -1;
    }
    if (step_stat(full_path(name), &status) != 0) {
        report_failed_call("setup_stat", errno);
        return -1;
    }
    if (thing != NULL) {
        thing->device = (unsigned long long)status.st_dev;
        thing->inode = (unsigned long long)status.st_ino;
    }
    return 0;
}

void make_file(const char *name, struct content content)
{
    if (!story_goes_on())
        return;
    int fd = step_open(full_path(name), O_WRONLY | O_CREAT | O_EXCL, 0666 & 0644);
    if (fd < 0) {
        report_failed_call("setup_open", errno);
        return;
    }
    remember(name, 0, PRESENT);
    int result = write_open_file(fd, name, content);
    if (step_close(fd) != 0 && result == 0)
        report_failed_call("setup_close", errno);
}

static void note_inode(const struct move *move, const struct stat *after)
{
    const struct thing *thing = thing_named(move->from);
    if (thing == NULL)
        return;
    start_line("note", "inode");
    add_unsigned("before", thing->inode);
    add_unsigned("after", (unsigned long long)after->st_ino);
    add_unsigned("dev_before", thing->device);
    add_unsigned("dev_after", (unsigned long long)after->st_dev);
    send_line();
}

/* rename(2) said that it is done. */
static void check_renamed(const struct move *move)
{
    struct stat status;
    struct text got = {.length = 0};
    int result = step_stat(full_path(move->from), &status);
    if (result == 0)
        text_add(&got, "exists");
    else if (errno != ENOENT)
        text_add_errno(&got, errno);
    report_check("old_gone", "ENOENT", got.length > 0 ? got.bytes : NULL, 0);

    result = step_stat(full_path(move->to), &status);
    int error = errno;
    if (result == 0)
        note_inode(move, &status);
    check_size(result, error, &status, move->source);

    struct text held = {.length = 0};
    struct text elsewhere = {.length = 0};
    int found = file_holds(move->to, move->source, &held);
    int lost = found == HOLDS_NOT && file_holds(move->from, move->source, &elsewhere) == HOLDS_NOT;
    report_check("new_bytes", move->source.label, found == HOLDS ? NULL : held.bytes, lost);
    for (size_t i = 0; i < LISTINGS && move->after[i].directory != NULL; i++)
        check_listing(&move->after[i]);
}

/* rename(2) said that it failed: POSIX asks that nothing has changed then. */
static void check_unchanged(const struct move *move)
{
    struct text old = {.length = 0};
    struct text new = {.length = 0};
    int in_old = file_holds(move->from, move->source, &old);
    int in_new = in_old == HOLDS ? HOLDS_NOT : file_holds(move->to, move->source, &new);
    report_check("source_kept", "old_name",
                 in_old == HOLDS   ? NULL
                 : in_new == HOLDS ? "new_name"
                                   : old.bytes,
                 in_old == HOLDS_NOT && in_new == HOLDS_NOT);
    if (move->replaced.label != NULL) {
        struct text got = {.length = 0};
        int kept = file_holds(move->to, move->replaced, &got);
        report_check("destination_kept", move->replaced.label, kept == HOLDS ? NULL : got.bytes,
                     kept == HOLDS_NOT && in_new != HOLDS);
    }
}

void rename_and_check(const struct move *move)
{
    if (!story_goes_on())
        return;
    tell_about_rename();
    /* Until it is known to have worked, either name may be there. */
    may_leave(move->from, 0);
    may_leave(move->to, 0);
    /* Two statements: an argument list has no order, and a journal has. */
    const char *from = full_path(move->from);
    const char *to = full_path(move->to);
    if (step_rename(from, to) == 0) {
        report_check("rename_returned", "0", NULL, 0);
        check_renamed(move);
    } else {
        report_failed_call("rename_returned", errno);
        check_unchanged(move);
    }
    if (story_goes_on()) {
        remember(move->from, 0, ABSENT);
        remember(move->to, 0, PRESENT);
    }
}

/*
 * What is certainly there must go. What is perhaps there may be missing (ENOTDIR: its path leads
 * through a file now) or, after a rename that should not have worked, be of the other kind.
 */
static int remove_thing(const struct thing *thing)
{
    const char *path = full_path(thing->name);
    int result = thing->is_directory ? step_rmdir(path) : step_unlink(path);
    if (result == 0 || thing->presence == PRESENT)
        return result;
    if (errno == EISDIR || errno == EPERM || errno == ENOTDIR)
        result = thing->is_directory ? step_unlink(path) : step_rmdir(path);
    return result != 0 && (errno == ENOENT || errno == ENOTDIR) ? 0 : result;
}

/* Removes in reverse, so that a directory is empty when its turn comes. */
static void clean_up(void)
{
    struct text got = {.length = 0};
    for (size_t i = story.thing_count; i-- > 0;) {
        const struct thing *thing = &story.things[i];
        if (thing->presence == ABSENT || remove_thing(thing) == 0 || got.length > 0)
            continue;
        text_add(&got, thing->name);
        text_add(&got, ":");
        text_add_errno(&got, errno);
    }
    report_check("cleanup", "0", got.length > 0 ? got.bytes : NULL, 0);
}

int end_story(void)
{
    if (!probe_keeps() && story.thing_count > 0)
        clean_up();
    int passed = story_goes_on();
    start_line("end", passed ? "pass" : story.about_rename ? "fail" : "unfit");
    add_unsigned("checks", checks_made());
    add_unsigned("broken", checks_broken());
    send_line();
    return passed && !journal_is_lost() ? PROBE_PASS : PROBE_FAIL;
}
