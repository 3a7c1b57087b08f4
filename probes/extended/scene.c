/* SPDX-License-Identifier: MIT */
#include "scene.h"

#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

static int is_listed(const char *word, const char *words)
{
    const char *start = NULL;
    size_t length = 0;
    while ((length = next_name(&words, &start)) > 0)
        if (strlen(word) == length && memcmp(word, start, length) == 0)
            return 1;
    return 0;
}

void check_answer(int error, const char *allowed)
{
    struct text got = {.length = 0};
    if (error != 0)
        text_add_errno(&got, error);
    else
        text_add(&got, "0");
    int right = is_listed(error == 0 ? "0" : errno_name(error), allowed);
    report_check("answer", allowed, right ? NULL : got.bytes);
}

/* Returns 0 or the errno. */
static int plain_rename(const char *from, const char *to)
{
    const char *from_path = full_path(from);
    const char *to_path = full_path(to);
    tell_about_rename();
    return step_rename(from_path, to_path) == 0 ? 0 : errno;
}

int attempt_unremembered(const char *from, const char *to, const char *allowed)
{
    may_leave_all();
    int error = plain_rename(from, to);
    check_answer(error, allowed);
    return error;
}

int attempt(const char *from, const char *to, const char *allowed, int is_directory)
{
    may_leave(from, is_directory);
    may_leave(to, is_directory);
    return attempt_unremembered(from, to, allowed);
}

void check_survives(const char *check, const char *name, struct content content, const char *other)
{
    const struct file file = {name, other, content};
    check_by_looking(check, look_at_bytes, &file);
}

void check_absent(const char *check, const char *name)
{
    check_by_looking(check, look_for_absence, name);
}

void check_directory(const char *check, const char *name)
{
    check_by_looking(check, look_for_directory, name);
}

struct entry_count {
    const char *directory;
    unsigned long entries;
};

static void look_at_entry_count(const void *subject, struct finding *finding)
{
    const struct entry_count *count = subject;
    struct census census;
    take_census(count->directory, "", &census);
    text_add_unsigned(&finding->want, count->entries);
    text_add_unsigned(&finding->got, census.others);
    text_add(&finding->got, census.error.length > 0 ? "," : "");
    text_add(&finding->got, census.error.bytes);
    finding->right = census.others == count->entries && census.error.length == 0;
}

void check_entry_count(const char *directory, unsigned long entries)
{
    const struct entry_count count = {directory, entries};
    check_by_looking("entries", look_at_entry_count, &count);
}

const char *numbered(char out[NUMBERED_BYTES], const char *head, unsigned number, const char *tail)
{
    const char digits[] = {(char)('0' + number / 1000 % 10), (char)('0' + number / 100 % 10),
                           (char)('0' + number / 10 % 10), (char)('0' + number % 10), '\0'};
    const char *const parts[] = {head, digits, tail};
    size_t length = 0;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++)
        for (const char *at = parts[i]; *at != '\0' && length < NUMBERED_BYTES - 1; at++)
            out[length++] = *at;
    out[length] = '\0';
    return out;
}

void write_part(const char *check, int fd, struct content content, size_t offset, size_t size)
{
    ssize_t written = step_write(fd, content_bytes(content) + offset, size);
    if (written >= 0 && (size_t)written == size)
        return;
    int error = written < 0 ? errno : ENOSPC;
    report_failed_call(error == ENOSPC ? "setup_room" : check, error);
}

int write_swept(const char *name, struct content content)
{
    int fd = step_open(full_path(name), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0)
        return errno;
    int error = 0;
    if (content.size > 0) {
        ssize_t written = step_write(fd, content_bytes(content), content.size);
        if (written < 0)
            error = errno;
        else if ((size_t)written != content.size)
            error = ENOSPC;
    }
    if (step_close(fd) != 0 && error == 0)
        error = errno;
    return error;
}

void remove_swept(const char *name)
{
    struct text got = {.length = 0};
    if (step_unlink(full_path(name)) == 0 || errno == ENOENT)
        return;
    text_add_errno(&got, errno);
    report_check("cleanup", "0", got.bytes);
}

void report_sweep(unsigned long failures, const char *first)
{
    struct text got = {.length = 0};
    text_add_unsigned(&got, failures);
    text_add(&got, ",first:");
    text_add(&got, first);
    report_check("sweep", "0", failures > 0 ? got.bytes : NULL);
}

void rename_swept(const char *from, const char *to, struct content content)
{
    int error = plain_rename(from, to);
    if (error == 0)
        return;
    check_answer(error, "0");
    check_survives("source_kept", from, content, to);
}

int says_too_long(int error)
{
    return error == ENAMETOOLONG || error == EINVAL || error == ENOENT || error == ERANGE ||
           error == ELOOP || error == EMLINK;
}

/*
 * Whether D can have a name of this length: it is created, listed as it is (it may have been cut),
 * and removed. -1 where that can't be found out, which is a broken check.
 */
static int holds_name_of(unsigned length)
{
    static char name[LONGEST_NAME + 1];
    struct census census;
    memset(name, 'n', length);
    name[length] = '\0';
    int fd = step_open(full_path(name), O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0 && says_too_long(errno))
        return 0;
    if (fd < 0 || step_close(fd) != 0) {
        report_failed_call("setup_name", errno);
        return -1;
    }
    take_census(".", name, &census);
    if (step_unlink(full_path(name)) != 0) {
        report_failed_call("setup_name", errno);
        return -1;
    }
    if (census.named[0] == 1)
        return 1;
    if (census.others > foreign_entries())
        return 0; /* it is there, and not by this name */
    report_check("setup_name", "listed",
                 census.error.length > 0 ? census.error.bytes : "not_listed");
    return -1;
}

unsigned find_longest_name(void)
{
    unsigned longest = 0;
    unsigned too_long = LONGEST_NAME + 1;
    int holds = 0;
    if (!story_goes_on())
        return 0;
    for (unsigned length = LONGEST_NAME; too_long - longest > 1 && holds >= 0;
         length = (longest + too_long) / 2) {
        holds = holds_name_of(length);
        if (holds > 0)
            longest = length;
        else
            too_long = length;
    }
    if (holds >= 0 && longest < LEAST_NAME)
        report_check("setup_name", "long", "short");
    start_line("note", "longest_name");
    add_unsigned("bytes", longest);
    send_line();
    return longest;
}

void check_rest(const char *check, int fd, struct content content, size_t offset, size_t size)
{
    static char chunk[CONTENT_BYTES];
    struct text got = {.length = 0};
    size_t taken = 0;
    while (taken < size && got.length == 0) {
        ssize_t part = step_read(fd, chunk + taken, size - taken);
        if (part < 0)
            text_add_errno(&got, errno);
        else if (part == 0)
            text_add(&got, "ends");
        else
            taken += (size_t)part;
    }
    if (got.length == 0 && memcmp(chunk, content_bytes(content) + offset, size) != 0)
        text_add(&got, "differs");
    report_check(check, content.label, got.length > 0 ? got.bytes : NULL);
}

int open_handle(const char *name, int flags)
{
    if (!story_goes_on())
        return -1;
    int fd = step_open(full_path(name), flags, 0644);
    if (fd < 0)
        report_failed_call("setup_open", errno);
    else if (flags & O_CREAT)
        may_leave(name, 0);
    return fd;
}

void close_handle(int fd)
{
    if (fd >= 0 && step_close(fd) != 0)
        report_failed_call("close", errno);
}

struct handles open_half_used(const char *read, const char *written, struct content source)
{
    size_t half = source.size / 2;
    make_file(read, source);
    struct handles handles = {open_handle(read, O_RDONLY),
                              open_handle(written, O_WRONLY | O_CREAT | O_EXCL)};
    if (story_goes_on())
        check_rest("setup_read", handles.read, source, 0, half);
    if (story_goes_on())
        write_part("setup_write", handles.written, source, 0, half);
    return handles;
}

void use_other_half(struct handles handles, struct content source)
{
    size_t half = source.size / 2;
    if (!setup_broke()) {
        check_rest("handle_after", handles.read, source, half, source.size - half);
        write_part("write", handles.written, source, half, source.size - half);
    }
    close_handle(handles.read);
    close_handle(handles.written);
}
