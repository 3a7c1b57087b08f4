/* SPDX-License-Identifier: MIT */
#include "story.h"

#include "filesystem.h"
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

#ifndef PROBE_BUILD
#error "PROBE_BUILD must be the probe build id, 16 hex digits in quotes"
#endif

enum {
    THINGS = 8,                /* files and directories that a shape makes */
    NAMES = 4,                 /* names that a listing may ask for */
    CONTENT_BYTES = 8192,      /* the largest file */
    ENTRIES_TOO_MANY = 100000, /* a directory that lists more than this has no end */
};

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
    unsigned long foreign; /* entries of D that were there before us */
    unsigned long checks;
    unsigned long broken;
    int about_rename;
} story;

static char bytes[CONTENT_BYTES];

/* ---- names ---- */

const char *full_path(const char *name)
{
    static char paths[2][PROBE_PATH_BYTES];
    static size_t turn;
    char *path = paths[turn++ % 2];
    const char *directory = probe_directory();
    size_t length = strlen(directory);
    size_t name_length = strlen(name);
    memcpy(path, directory, length + 1);
    if (strcmp(name, ".") == 0 || length + 1 + name_length >= PROBE_PATH_BYTES)
        return path;
    if (path[length - 1] != '/')
        path[length++] = '/';
    memcpy(path + length, name, name_length + 1);
    return path;
}

/* The length of the next of the space-separated names, 0 at the end; moves `names` behind it. */
static size_t next_name(const char **names, const char **start)
{
    *names += strspn(*names, " ");
    *start = *names;
    size_t length = strcspn(*names, " ");
    *names += length;
    return length;
}

/* ---- checks ---- */

void report_check(const char *name, const char *want, const char *got, int loss)
{
    story.checks++;
    start_line("check", name);
    if (got == NULL) {
        add_text("result", "held");
    } else {
        story.broken++;
        add_text("result", "broken");
        if (loss)
            add_text("loss", "1");
        add_text("want", want);
        add_text("got", got);
    }
    send_line();
}

int story_goes_on(void)
{
    return story.broken == 0 && !journal_is_lost();
}

void tell_about_rename(void)
{
    story.about_rename = 1;
}

/* A check that names the call that failed: "setup_open want=0 got=ENOSPC:28". */
static void report_failed_call(const char *check, int error)
{
    struct text got = {.length = 0};
    text_add_errno(&got, error);
    report_check(check, "0", got.bytes, 0);
}

/* ---- contents ---- */

static void fill_content(struct content content)
{
    static char pattern[160];
    size_t length = 0;
    const char *const parts[] = {probe_nonce(), " ", probe_shape(), " ", content.label, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        size_t size = strlen(parts[i]);
        if (size > sizeof pattern - length)
            size = sizeof pattern - length;
        memcpy(pattern + length, parts[i], size);
        length += size;
    }
    for (size_t i = 0; i < content.size && i < sizeof bytes; i++)
        bytes[i] = pattern[i % length];
}

/*
 * Compares what follows in the file with `bytes`: up to the end of the file, or one byte more than
 * there should be. Returns 1 when all is the same, else 0 and in `got` what is there instead.
 */
static int compare_bytes(int fd, size_t size, struct text *got)
{
    static char chunk[CONTENT_BYTES + 1];
    size_t offset = 0;
    for (;;) {
        ssize_t taken = step_read(fd, chunk, sizeof chunk);
        if (taken < 0) {
            text_add(got, "read:");
            text_add_errno(got, errno);
            return 0;
        }
        if (taken == 0 && offset == size)
            return 1;
        size_t left = size - offset;
        size_t common = (size_t)taken < left ? (size_t)taken : left;
        size_t same = 0;
        while (same < common && chunk[same] == bytes[offset + same])
            same++;
        if (same < common || taken == 0 || (size_t)taken > left) {
            text_add(got, same < common ? "differs:" : taken == 0 ? "ends:" : "goes_on:");
            text_add_unsigned(got, offset + same);
            return 0;
        }
        offset += common;
    }
}

/* Reads the whole file. Returns 1 when it holds the content; else `got` says what it holds. */
static int file_holds(const char *name, struct content content, struct text *got)
{
    int fd = step_open(full_path(name), O_RDONLY, 0);
    if (fd < 0) {
        text_add(got, "open:");
        text_add_errno(got, errno);
        return 0;
    }
    fill_content(content);
    int same = compare_bytes(fd, content.size, got);
    if (step_close(fd) != 0 && same) {
        text_add(got, "close:");
        text_add_errno(got, errno);
        return 0;
    }
    return same;
}

static void check_size(int result, const struct stat *status, struct content content)
{
    struct text want = {.length = 0};
    struct text got = {.length = 0};
    text_add_unsigned(&want, content.size);
    if (result != 0)
        text_add_errno(&got, errno);
    else if (!S_ISREG(status->st_mode))
        text_add(&got, "not_a_file");
    else if ((unsigned long long)status->st_size != content.size)
        text_add_unsigned(&got, (unsigned long long)status->st_size);
    report_check("new_size", want.bytes, got.length > 0 ? got.bytes : NULL, 0);
}

void check_file(const char *name, struct content content)
{
    struct stat status;
    int result = step_stat(full_path(name), &status);
    check_size(result, &status, content);
    struct text got = {.length = 0};
    int same = file_holds(name, content, &got);
    report_check("new_bytes", content.label, same ? NULL : got.bytes, 0);
}

/* ---- listings ---- */

struct census {
    unsigned long named[NAMES]; /* how often each wanted name was listed */
    unsigned long others;
    struct text first_other;
    struct text error;
};

static void count_entry(struct census *census, const char *entry, const char *names)
{
    const char *start = NULL;
    size_t length = 0;
    if (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0)
        return; /* POSIX leaves it open whether they are listed */
    for (size_t i = 0; i < NAMES && (length = next_name(&names, &start)) > 0; i++) {
        if (strlen(entry) == length && memcmp(entry, start, length) == 0) {
            census->named[i]++;
            return;
        }
    }
    if (census->others++ == 0)
        text_add(&census->first_other, entry);
}

static void census_failed(struct census *census, const char *call)
{
    if (census->error.length > 0)
        return; /* the first error is the cause */
    text_add(&census->error, call);
    text_add_errno(&census->error, errno);
}

static void take_census(const char *name, const char *names, struct census *census)
{
    unsigned long entries = 0;
    struct dirent *entry = NULL;
    memset(census, 0, sizeof *census);
    DIR *directory = step_opendir(full_path(name));
    if (directory == NULL) {
        census_failed(census, "opendir:");
        return;
    }
    while ((entry = step_readdir(directory, full_path(name))) != NULL) {
        if (++entries > ENTRIES_TOO_MANY || journal_is_lost()) {
            text_add(&census->error, "readdir:endless");
            break;
        }
        count_entry(census, entry->d_name, names);
    }
    if (entry == NULL && errno != 0)
        census_failed(census, "readdir:");
    if (step_closedir(directory, full_path(name)) != 0)
        census_failed(census, "closedir:");
}

/* Describes a listing as "b:1,others:0". Returns whether every name is there
 * exactly once and the number of others is right. */
static int describe_census(const struct census *census, const char *names, unsigned long others,
                           struct text *want, struct text *got)
{
    const char *start = NULL;
    size_t length = 0;
    int right = census->others == others && census->error.length == 0;
    text_add(got, census->error.bytes);
    text_add(got, census->error.length > 0 ? "," : "");
    for (size_t i = 0; i < NAMES && (length = next_name(&names, &start)) > 0; i++) {
        struct text name = {.length = 0};
        for (size_t j = 0; j < length; j++)
            text_add(&name, (char[2]){start[j], '\0'});
        text_add(&name, ":");
        text_add(want, name.bytes);
        text_add(want, "1,");
        text_add(got, name.bytes);
        text_add_unsigned(got, census->named[i]);
        text_add(got, ",");
        right = right && census->named[i] == 1;
    }
    text_add(want, "others:");
    text_add_unsigned(want, others);
    text_add(got, "others:");
    text_add_unsigned(got, census->others);
    if (census->others > others) {
        text_add(got, ",first:");
        text_add(got, census->first_other.bytes);
    }
    return right;
}

void check_listing(const struct listing *listing)
{
    struct census census;
    struct text want = {.length = 0};
    struct text got = {.length = 0};
    int in_root = strcmp(listing->directory, ".") == 0;
    take_census(listing->directory, listing->names, &census);
    int right = describe_census(&census, listing->names, in_root ? story.foreign : 0, &want, &got);
    report_check(in_root ? "listing_root" : "listing", want.bytes, right ? NULL : got.bytes, 0);
}

/* ---- the story ---- */

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

/* None of the names may be in D: neither in its listing nor, as FAT ignores case, by stat. */
static void check_fresh(const char *names)
{
    struct stat status;
    const char *start = NULL;
    size_t length = 0;
    struct text got = {.length = 0};
    while (got.length == 0 && (length = next_name(&names, &start)) > 0) {
        char name[64] = "";
        memcpy(name, start, length < sizeof name ? length : sizeof name - 1);
        int result = step_stat(full_path(name), &status);
        if (result == 0 || errno != ENOENT) {
            text_add(&got, name);
            text_add(&got, ":");
            if (result == 0)
                text_add(&got, "exists");
            else
                text_add_errno(&got, errno);
        }
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
    take_census(".", "", &census);
    story.foreign = census.others;
    if (census.error.length > 0)
        report_check("setup_listing", "0", census.error.bytes, 0);
    else
        check_fresh(names);
}

int begin_story(int argc, char **argv, const char *shape, const char *names)
{
    int wrong = read_settings(argc, argv, shape);
    if (wrong)
        return wrong;
    start_line("begin", shape);
    add_text("build", PROBE_BUILD);
    add_unsigned("bits", sizeof(void *) * 8);
    send_line();
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
    fill_content(content);
    ssize_t written = step_write(fd, bytes, content.size);
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
    if (result == 0) {
        int saved = errno;
        note_inode(move, &status);
        errno = saved;
    }
    check_size(result, &status, move->source);

    struct text held = {.length = 0};
    struct text elsewhere = {.length = 0};
    int same = file_holds(move->to, move->source, &held);
    int lost = !same && !file_holds(move->from, move->source, &elsewhere);
    report_check("new_bytes", move->source.label, same ? NULL : held.bytes, lost);
    for (size_t i = 0; i < LISTINGS && move->after[i].directory != NULL; i++)
        check_listing(&move->after[i]);
}

/* rename(2) said that it failed: POSIX asks that nothing has changed then. */
static void check_unchanged(const struct move *move)
{
    struct text old = {.length = 0};
    struct text new = {.length = 0};
    int in_old = file_holds(move->from, move->source, &old);
    int in_new = !in_old && file_holds(move->to, move->source, &new);
    report_check("source_kept", "old_name",
                 in_old   ? NULL
                 : in_new ? "new_name"
                          : old.bytes,
                 !in_old && !in_new);
    if (move->replaced.label != NULL) {
        struct text got = {.length = 0};
        int kept = file_holds(move->to, move->replaced, &got);
        report_check("destination_kept", move->replaced.label, kept ? NULL : got.bytes, !in_new);
    }
}

void rename_and_check(const struct move *move)
{
    if (!story_goes_on())
        return;
    tell_about_rename();
    /* Until it is known to have worked, either name may be there. */
    remember(move->from, 0, PERHAPS);
    remember(move->to, 0, PERHAPS);
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

/* Removes in reverse, so that a directory is empty when its turn comes. */
static void clean_up(void)
{
    struct text got = {.length = 0};
    for (size_t i = story.thing_count; i-- > 0;) {
        const struct thing *thing = &story.things[i];
        if (thing->presence == ABSENT)
            continue;
        const char *path = full_path(thing->name);
        int result = thing->is_directory ? step_rmdir(path) : step_unlink(path);
        if (result == 0 || (thing->presence == PERHAPS && errno == ENOENT) || got.length > 0)
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
    add_unsigned("checks", story.checks);
    add_unsigned("broken", story.broken);
    send_line();
    return passed && !journal_is_lost() ? PROBE_PASS : PROBE_FAIL;
}
