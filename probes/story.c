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
    int identified; /* the file by this name has been looked at, and these are its numbers */
    unsigned long long device;
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
    renew_patience();
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
    report_check("setup_fresh", "ENOENT", got.length > 0 ? got.bytes : NULL);
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
        report_check("setup_listing", "0", census.error.bytes);
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

static void identify(struct thing *thing)
{
    thing->identified = 1;
    thing->device = (unsigned long long)last_status()->st_dev;
    thing->inode = (unsigned long long)last_status()->st_ino;
}

/* Returns whether all of it was written. */
static int write_open_file(int fd, const char *bytes, size_t size)
{
    struct text want = {.length = 0};
    struct text got = {.length = 0};
    ssize_t written = step_write(fd, bytes, size);
    if (written >= 0 && (size_t)written == size)
        return 1;
    text_add_unsigned(&want, size);
    if (written < 0)
        text_add_errno(&got, errno);
    else
        text_add_unsigned(&got, (unsigned long long)written);
    report_check("setup_write", want.bytes, got.bytes);
    return 0;
}

void write_file(const char *name, struct content content)
{
    write_file_bytes(name, content_bytes(content), content.size);
}

void write_file_bytes(const char *name, const char *bytes, size_t size)
{
    if (!story_goes_on())
        return;
    int fd = step_open(full_path(name), O_WRONLY | O_CREAT | O_EXCL, 0666 & 0644);
    if (fd < 0) {
        report_failed_call("setup_open", errno);
        return;
    }
    remember(name, 0, PRESENT);
    int complete = write_open_file(fd, bytes, size);
    if (step_close(fd) != 0 && complete)
        report_failed_call("setup_close", errno);
}

/* That the directory lists the name once; what else it lists does not matter yet. */
static void look_for_entry(const void *subject, struct finding *finding)
{
    const char *entry = subject;
    const char *slash = NULL;
    char directory[LISTED_BYTES] = ".";
    struct census census;
    while ((slash = strchr(entry, '/')) != NULL)
        entry = slash + 1;
    size_t length = (size_t)(entry - (const char *)subject);
    if (length > 0 && length <= sizeof directory) {
        memcpy(directory, subject, length - 1);
        directory[length - 1] = '\0';
    }
    take_census(directory, entry, &census);
    text_add(&finding->want, "1");
    text_add(&finding->got, census.error.bytes);
    if (census.error.length == 0)
        text_add_unsigned(&finding->got, census.named[0]);
    finding->right = census.error.length == 0 && census.named[0] == 1;
}

void read_back(const char *name, struct content content)
{
    const struct file file = {.name = name, .content = content};
    if (!story_goes_on())
        return;
    check_by_looking("setup_file", look_at_file, &file);
    check_by_looking("setup_entry", look_for_entry, name);
}

void make_file(const char *name, struct content content)
{
    write_file(name, content);
    read_back(name, content);
    struct thing *thing = story_goes_on() ? thing_named(name) : NULL;
    if (thing != NULL)
        identify(thing);
}

void make_module(void)
{
    static const struct content module = {"module", 500};
    make_directory("m");
    make_file("m/m.py", module);
    make_directory("m/__pycache__");
}

/*
 * What the new name holds now. The source's number is known where it was looked at before; that of
 * the file which was replaced must not be the new one's, or it was written over and not replaced.
 */
static void note_inode(const struct move *move)
{
    struct thing *source = thing_named(move->from);
    struct thing *renamed = thing_named(move->to);
    if (source == NULL || renamed == NULL)
        return;
    start_line("note", "inode");
    if (source->identified) {
        add_unsigned("before", source->inode);
        add_unsigned("dev_before", source->device);
    }
    if (renamed->identified)
        add_unsigned("replaced", renamed->inode);
    identify(renamed);
    source->identified = 0;
    add_unsigned("after", renamed->inode);
    add_unsigned("dev_after", renamed->device);
    send_line();
}

/* rename(2) said that it is done. */
static void check_renamed(const struct move *move)
{
    const struct file renamed = {move->to, move->from, move->source};
    check_by_looking("old_gone", look_for_absence, move->from);
    check_by_looking("new_size", look_at_size, &renamed);
    if (story_goes_on())
        note_inode(move);
    check_by_looking("new_bytes", look_at_bytes, &renamed);
    for (size_t i = 0; i < LISTINGS && move->after[i].directory != NULL; i++)
        check_listing(&move->after[i]);
}

/* That the source is where it was. */
static void look_for_source(const void *subject, struct finding *finding)
{
    const struct move *move = subject;
    struct text new = {.length = 0};
    int in_old = file_holds(move->from, move->source, &finding->got);
    int in_new = in_old == HOLDS ? HOLDS_NOT : file_holds(move->to, move->source, &new);
    text_add(&finding->want, "old_name");
    finding->right = in_old == HOLDS;
    finding->lost = in_old == HOLDS_NOT && in_new == HOLDS_NOT;
    if (in_new == HOLDS) {
        finding->got.length = 0;
        text_add(&finding->got, "new_name");
    }
}

/* That the destination is; where the source took its place all the same, nothing is lost. */
static void look_for_destination(const void *subject, struct finding *finding)
{
    const struct move *move = subject;
    struct text new = {.length = 0};
    int kept = file_holds(move->to, move->replaced, &finding->got);
    text_add(&finding->want, move->replaced.label);
    finding->right = kept == HOLDS;
    finding->lost = kept == HOLDS_NOT && file_holds(move->to, move->source, &new) != HOLDS;
}

/* rename(2) said that it failed: POSIX asks that nothing has changed then. */
static void check_unchanged(const struct move *move)
{
    check_by_looking("source_kept", look_for_source, move);
    if (move->replaced.label != NULL)
        check_by_looking("destination_kept", look_for_destination, move);
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
        report_check("rename_returned", "0", NULL);
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
    report_check("cleanup", "0", got.length > 0 ? got.bytes : NULL);
}

int end_story(void)
{
    if (!probe_keeps() && story.thing_count > 0)
        clean_up();
    int passed = story_goes_on();
    int about_rename = story.about_rename && !setup_broke();
    start_line("end", passed ? "pass" : about_rename ? "fail" : "unfit");
    add_unsigned("checks", checks_made());
    add_unsigned("broken", checks_broken());
    send_line();
    return passed && !journal_is_lost() ? PROBE_PASS : PROBE_FAIL;
}
