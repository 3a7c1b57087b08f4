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
    report_check("answer", allowed, right ? NULL : got.bytes, 0);
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
    struct text got = {.length = 0};
    struct text elsewhere = {.length = 0};
    int found = file_holds(name, content, &got);
    int lost = found == HOLDS_NOT &&
               (other[0] == '\0' || file_holds(other, content, &elsewhere) == HOLDS_NOT);
    report_check(check, content.label, found == HOLDS ? NULL : got.bytes, lost);
}

void check_absent(const char *check, const char *name)
{
    struct stat status;
    struct text got = {.length = 0};
    if (step_stat(full_path(name), &status) == 0)
        text_add(&got, "exists");
    else if (errno != ENOENT)
        text_add_errno(&got, errno);
    report_check(check, "ENOENT", got.length > 0 ? got.bytes : NULL, 0);
}

void check_directory(const char *check, const char *name)
{
    struct stat status;
    struct text got = {.length = 0};
    if (step_stat(full_path(name), &status) != 0)
        text_add_errno(&got, errno);
    else if (!S_ISDIR(status.st_mode))
        text_add(&got, "not_a_directory");
    report_check(check, "directory", got.length > 0 ? got.bytes : NULL, 0);
}

void check_entry_count(const char *directory, unsigned long entries)
{
    struct census census;
    struct text want = {.length = 0};
    struct text got = {.length = 0};
    take_census(directory, "", &census);
    text_add_unsigned(&want, entries);
    text_add_unsigned(&got, census.others);
    text_add(&got, census.error.length > 0 ? "," : "");
    text_add(&got, census.error.bytes);
    int right = census.others == entries && census.error.length == 0;
    report_check("entries", want.bytes, right ? NULL : got.bytes, 0);
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

void write_part(int fd, struct content content, size_t offset, size_t size)
{
    ssize_t written = step_write(fd, content_bytes(content) + offset, size);
    if (written < 0 || (size_t)written != size)
        report_failed_call("write", written < 0 ? errno : ENOSPC);
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
    report_check("cleanup", "0", got.bytes, 0);
}

void report_sweep(unsigned long failures, const char *first, int loss)
{
    struct text got = {.length = 0};
    text_add_unsigned(&got, failures);
    text_add(&got, ",first:");
    text_add(&got, first);
    report_check("sweep", "0", failures > 0 ? got.bytes : NULL, loss);
}

void rename_swept(const char *from, const char *to, struct content content)
{
    int error = plain_rename(from, to);
    if (error == 0)
        return;
    check_answer(error, "0");
    check_survives("source_kept", from, content, to);
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
    report_check(check, content.label, got.length > 0 ? got.bytes : NULL, 0);
}
