/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include "steps.h"
#include "wait.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { ENTRIES_TOO_MANY = 100000 }; /* a directory that lists more than this has no end */

static struct {
    unsigned long checks;
    unsigned long broken;
    int setup_broke;       /* the first broken one */
    unsigned long foreign; /* entries of D that were there before us */
    unsigned ticks;        /* waited for second looks since the patience was renewed */
} counted;

const char *full_path(const char *name)
{
    static char paths[2][PROBE_PATH_BYTES];
    static size_t turn;
    if (name[0] == '/')
        return name;
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

size_t next_name(const char **names, const char **start)
{
    *names += strspn(*names, " ");
    *start = *names;
    size_t length = strcspn(*names, " ");
    *names += length;
    return length;
}

static void note_broken(const char *check)
{
    static const char setup[] = "setup_";
    if (counted.broken++ == 0)
        counted.setup_broke = strncmp(check, setup, sizeof setup - 1) == 0;
}

static void send_check(const char *name, const struct finding *found, unsigned long late_ms)
{
    counted.checks++;
    start_line("check", name);
    if (found->right) {
        add_text("result", "held");
    } else {
        note_broken(name);
        add_text("result", "broken");
        if (found->lost)
            add_text("loss", "1");
        if (late_ms > 0)
            add_unsigned("late", late_ms);
        add_text("want", found->want.bytes);
        add_text("got", found->got.bytes);
    }
    send_line();
}

void report_check(const char *name, const char *want, const char *got)
{
    struct finding found = {.right = got == NULL};
    text_add(&found.want, want);
    text_add(&found.got, got == NULL ? "" : got);
    send_check(name, &found, 0);
}

/* Lets ticks pass, with a line after each, so that the host hears that somebody waits. Returns how
 * many there were: fewer than asked for when the patience is at its end, 0 where nobody can wait.
 */
static unsigned pass_ticks(unsigned ticks)
{
    unsigned passed = 0;
    while (passed < ticks && counted.ticks < WAIT_TICKS && !journal_is_lost() && wait_a_tick()) {
        passed++;
        counted.ticks++;
        start_line("note", "waited");
        add_unsigned("ms", counted.ticks * (unsigned long)WAIT_TICK_MS);
        send_line();
    }
    return passed;
}

/* The looks come at growing distances: a look is many lines, and a timeline keeps some hundred. */
static unsigned long look_again(look *look_at, const void *subject, struct finding *found)
{
    unsigned long waited = 0;
    unsigned passed = 0;
    for (unsigned ticks = 1; (passed = pass_ticks(ticks)) > 0; ticks *= 2) {
        struct finding later = {.right = 0};
        waited += passed;
        look_at(subject, &later);
        found->lost = later.lost;
        if (later.right)
            return waited * WAIT_TICK_MS;
    }
    return 0;
}

void renew_patience(void)
{
    counted.ticks = 0;
}

void check_by_looking(const char *check, look *look_at, const void *subject)
{
    struct finding found = {.right = 0};
    look_at(subject, &found);
    unsigned long late_ms = found.right ? 0 : look_again(look_at, subject, &found);
    send_check(check, &found, late_ms);
}

unsigned long checks_made(void)
{
    return counted.checks;
}

unsigned long checks_broken(void)
{
    return counted.broken;
}

int setup_broke(void)
{
    return counted.setup_broke;
}

void expect_foreign(unsigned long entries)
{
    counted.foreign = entries;
}

unsigned long foreign_entries(void)
{
    return counted.foreign;
}

void report_failed_call(const char *check, int error)
{
    struct text got = {.length = 0};
    text_add_errno(&got, error);
    report_check(check, "0", got.bytes);
}

/* The text that the content repeats. */
static void add_pattern(struct text *pattern, struct content content)
{
    const char *const parts[] = {probe_nonce(), " ", probe_shape(), " ", content.label, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        text_add(pattern, parts[i]);
}

void write_content(struct content content, char *out)
{
    struct text pattern = {.length = 0};
    add_pattern(&pattern, content);
    for (size_t i = 0; i < content.size; i++)
        out[i] = pattern.bytes[i % pattern.length];
}

const char *content_bytes(struct content content)
{
    static char bytes[CONTENT_BYTES];
    if (content.size > sizeof bytes)
        content.size = sizeof bytes;
    write_content(content, bytes);
    return bytes;
}

/*
 * Compares what is in the file with the content: up to the end of the file, or one byte more than
 * there should be. Returns as file_holds does.
 */
static int compare_bytes(int fd, struct content content, struct text *got)
{
    static char chunk[CONTENT_BYTES + 1];
    struct text pattern = {.length = 0};
    size_t size = content.size;
    size_t offset = 0;
    add_pattern(&pattern, content);
    for (;;) {
        ssize_t taken = step_read(fd, chunk, sizeof chunk);
        if (taken < 0) {
            text_add(got, "read:");
            int error = errno;
            text_add_errno(got, error);
            return error == EISDIR ? HOLDS_NOT : CANT_LOOK;
        }
        if (taken == 0 && offset == size)
            return HOLDS;
        size_t left = size - offset;
        size_t common = (size_t)taken < left ? (size_t)taken : left;
        size_t same = 0;
        while (same < common && chunk[same] == pattern.bytes[(offset + same) % pattern.length])
            same++;
        if (same < common || taken == 0 || (size_t)taken > left) {
            text_add(got, same < common ? "differs:" : taken == 0 ? "ends:" : "goes_on:");
            text_add_unsigned(got, offset + same);
            return HOLDS_NOT;
        }
        offset += common;
    }
}

/* Whether open(2) failed because there is no such file; or can't be one, its name being no name. */
static int says_that_none_is_there(int error)
{
    return error == ENOENT || error == ENOTDIR || error == ENAMETOOLONG || error == EINVAL;
}

int file_holds(const char *name, struct content content, struct text *got)
{
    int fd = step_open(full_path(name), O_RDONLY, 0);
    if (fd < 0) {
        text_add(got, "open:");
        int error = errno;
        text_add_errno(got, error);
        return says_that_none_is_there(error) ? HOLDS_NOT : CANT_LOOK;
    }
    int found = compare_bytes(fd, content, got);
    if (step_close(fd) != 0 && found == HOLDS) {
        text_add(got, "close:");
        text_add_errno(got, errno);
        return CANT_LOOK;
    }
    return found;
}

static struct stat seen_status;

const struct stat *last_status(void)
{
    return &seen_status;
}

/* As stat(2), with the answer where last_status() finds it. */
static int look_up(const char *name)
{
    return step_stat(full_path(name), &seen_status);
}

void look_at_size(const void *subject, struct finding *finding)
{
    const struct file *file = subject;
    text_add_unsigned(&finding->want, file->content.size);
    if (look_up(file->name) != 0)
        text_add_errno(&finding->got, errno);
    else if (!S_ISREG(seen_status.st_mode))
        text_add(&finding->got, "not_a_file");
    else if ((unsigned long long)seen_status.st_size != file->content.size)
        text_add_unsigned(&finding->got, (unsigned long long)seen_status.st_size);
    finding->right = finding->got.length == 0;
}

void look_at_bytes(const void *subject, struct finding *finding)
{
    const struct file *file = subject;
    struct text elsewhere = {.length = 0};
    int nowhere_else = file->other == NULL || file->other[0] == '\0';
    int found = file_holds(file->name, file->content, &finding->got);
    text_add(&finding->want, file->content.label);
    finding->right = found == HOLDS;
    finding->lost = found == HOLDS_NOT && (nowhere_else || file_holds(file->other, file->content,
                                                                      &elsewhere) == HOLDS_NOT);
}

void look_at_file(const void *subject, struct finding *finding)
{
    look_at_size(subject, finding);
    finding->want.length = 0;
    if (finding->right)
        look_at_bytes(subject, finding);
    else
        text_add(&finding->want, ((const struct file *)subject)->content.label);
    finding->lost = 0; /* it was never seen to be there */
}

void look_for_absence(const void *subject, struct finding *finding)
{
    text_add(&finding->want, "ENOENT");
    if (look_up(subject) == 0)
        text_add(&finding->got, "exists");
    else if (errno != ENOENT)
        text_add_errno(&finding->got, errno);
    finding->right = finding->got.length == 0;
}

void look_for_directory(const void *subject, struct finding *finding)
{
    text_add(&finding->want, "directory");
    if (look_up(subject) != 0)
        text_add_errno(&finding->got, errno);
    else if (!S_ISDIR(seen_status.st_mode))
        text_add(&finding->got, "not_a_directory");
    finding->right = finding->got.length == 0;
}

void check_file(const char *name, struct content content)
{
    const struct file file = {.name = name, .content = content};
    check_by_looking("new_size", look_at_size, &file);
    check_by_looking("new_bytes", look_at_file, &file);
}

static void count_entry(struct census *census, const char *entry, const char *names)
{
    const char *start = NULL;
    size_t length = 0;
    if (strcmp(entry, ".") == 0 || strcmp(entry, "..") == 0)
        return; /* POSIX leaves it open whether they are listed */
    for (size_t i = 0; i < LISTED_NAMES && (length = next_name(&names, &start)) > 0; i++) {
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

void take_census(const char *name, const char *names, struct census *census)
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
    for (size_t i = 0; i < LISTED_NAMES && (length = next_name(&names, &start)) > 0; i++) {
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

void look_at_listing(const void *subject, struct finding *finding)
{
    const struct listing *listing = subject;
    struct census census;
    int in_root = strcmp(listing->directory, ".") == 0;
    take_census(listing->directory, listing->names, &census);
    finding->right = describe_census(&census, listing->names, in_root ? counted.foreign : 0,
                                     &finding->want, &finding->got);
}

void check_listing(const struct listing *listing)
{
    int in_root = strcmp(listing->directory, ".") == 0;
    check_by_looking(in_root ? "listing_root" : "listing", look_at_listing, listing);
}
