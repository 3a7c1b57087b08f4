/* SPDX-License-Identifier: MIT */
#include "checks.h"

#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { ENTRIES_TOO_MANY = 100000 }; /* a directory that lists more than this has no end */

static struct {
    unsigned long checks;
    unsigned long broken;
    unsigned long foreign; /* entries of D that were there before us */
} counted;

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

size_t next_name(const char **names, const char **start)
{
    *names += strspn(*names, " ");
    *start = *names;
    size_t length = strcspn(*names, " ");
    *names += length;
    return length;
}

void report_check(const char *name, const char *want, const char *got, int loss)
{
    counted.checks++;
    start_line("check", name);
    if (got == NULL) {
        add_text("result", "held");
    } else {
        counted.broken++;
        add_text("result", "broken");
        if (loss)
            add_text("loss", "1");
        add_text("want", want);
        add_text("got", got);
    }
    send_line();
}

unsigned long checks_made(void)
{
    return counted.checks;
}

unsigned long checks_broken(void)
{
    return counted.broken;
}

void expect_foreign(unsigned long entries)
{
    counted.foreign = entries;
}

void report_failed_call(const char *check, int error)
{
    struct text got = {.length = 0};
    text_add_errno(&got, error);
    report_check(check, "0", got.bytes, 0);
}

const char *content_bytes(struct content content)
{
    static char bytes[CONTENT_BYTES];
    struct text pattern = {.length = 0};
    const char *const parts[] = {probe_nonce(), " ", probe_shape(), " ", content.label, "\n"};
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        text_add(&pattern, parts[i]);
    for (size_t i = 0; i < content.size && i < sizeof bytes; i++)
        bytes[i] = pattern.bytes[i % pattern.length];
    return bytes;
}

/*
 * Compares what follows in the file with `want`: up to the end of the file, or one byte more than
 * there should be. Returns as file_holds does.
 */
static int compare_bytes(int fd, const char *want, size_t size, struct text *got)
{
    static char chunk[CONTENT_BYTES + 1];
    size_t offset = 0;
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
        while (same < common && chunk[same] == want[offset + same])
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
    int found = compare_bytes(fd, content_bytes(content), content.size, got);
    if (step_close(fd) != 0 && found == HOLDS) {
        text_add(got, "close:");
        text_add_errno(got, errno);
        return CANT_LOOK;
    }
    return found;
}

void check_size(int result, int error, const struct stat *status, struct content content)
{
    struct text want = {.length = 0};
    struct text got = {.length = 0};
    text_add_unsigned(&want, content.size);
    if (result != 0)
        text_add_errno(&got, error);
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
    check_size(result, errno, &status, content);
    struct text got = {.length = 0};
    int same = file_holds(name, content, &got) == HOLDS;
    report_check("new_bytes", content.label, same ? NULL : got.bytes, 0);
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

void check_listing(const struct listing *listing)
{
    struct census census;
    struct text want = {.length = 0};
    struct text got = {.length = 0};
    int in_root = strcmp(listing->directory, ".") == 0;
    take_census(listing->directory, listing->names, &census);
    int right =
        describe_census(&census, listing->names, in_root ? counted.foreign : 0, &want, &got);
    report_check(in_root ? "listing_root" : "listing", want.bytes, right ? NULL : got.bytes, 0);
}
