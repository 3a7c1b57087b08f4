/* SPDX-License-Identifier: MIT */
#include "steps.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h> /* rename, and nothing else */
#include <unistd.h>

void leave_call(const char *call, long long result, int error)
{
    start_line("leave", call);
    add_number("ret", result);
    if (result < 0 && error != 0) {
        add_number("errno", error);
        add_text("error", errno_name(error));
    }
    send_line();
    errno = error;
}

static void enter_path(const char *call, const char *path)
{
    start_line("enter", call);
    add_text("path", path);
    send_line();
    errno = 0;
}

void text_add_mode(struct text *text, mode_t mode)
{
    const char octal[] = {'0', (char)('0' + (mode >> 6 & 7)), (char)('0' + (mode >> 3 & 7)),
                          (char)('0' + (mode & 7)), '\0'};
    text_add(text, octal);
}

void text_add_flags(struct text *text, int flags)
{
    static const struct {
        int flag;
        const char *name;
    } names[] = {
        {O_CREAT, "+O_CREAT"}, {O_EXCL, "+O_EXCL"}, {O_TRUNC, "+O_TRUNC"}, {O_APPEND, "+O_APPEND"}};
    int access = flags & O_ACCMODE;
    text_add(text, access == O_WRONLY ? "O_WRONLY" : access == O_RDWR ? "O_RDWR" : "O_RDONLY");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (flags & names[i].flag)
            text_add(text, names[i].name);
}

int step_open(const char *path, int flags, mode_t mode)
{
    struct text text = {.length = 0};
    text_add_flags(&text, flags);
    start_line("enter", "open");
    add_text("path", path);
    add_text("flags", text.bytes);
    if (flags & O_CREAT) {
        struct text octal = {.length = 0};
        text_add_mode(&octal, mode);
        add_text("mode", octal.bytes);
    }
    send_line();
    errno = 0;
    int fd = open(path, flags, mode);
    leave_call("open", fd, errno);
    return fd;
}

static void enter_bytes(const char *call, int fd, size_t size)
{
    start_line("enter", call);
    add_number("fd", fd);
    add_unsigned("bytes", size);
    send_line();
    errno = 0;
}

ssize_t step_read(int fd, void *bytes, size_t size)
{
    enter_bytes("read", fd, size);
    ssize_t result = read(fd, bytes, size);
    leave_call("read", result, errno);
    return result;
}

ssize_t step_write(int fd, const void *bytes, size_t size)
{
    enter_bytes("write", fd, size);
    ssize_t result = write(fd, bytes, size);
    leave_call("write", result, errno);
    return result;
}

int step_close(int fd)
{
    start_line("enter", "close");
    add_number("fd", fd);
    send_line();
    errno = 0;
    int result = close(fd);
    leave_call("close", result, errno);
    return result;
}

int step_stat(const char *path, struct stat *status)
{
    enter_path("stat", path);
    int result = stat(path, status);
    leave_call("stat", result, errno);
    return result;
}

void enter_rename(const char *from, const char *to)
{
    start_line("enter", "rename");
    add_text("from", from);
    add_text("to", to);
    send_line();
    errno = 0;
}

int step_rename(const char *from, const char *to)
{
    enter_rename(from, to);
    int result = rename(from, to);
    leave_call("rename", result, errno);
    return result;
}

int step_unlink(const char *path)
{
    enter_path("unlink", path);
    int result = unlink(path);
    leave_call("unlink", result, errno);
    return result;
}

int step_mkdir(const char *path, mode_t mode)
{
    enter_path("mkdir", path);
    int result = mkdir(path, mode);
    leave_call("mkdir", result, errno);
    return result;
}

int step_rmdir(const char *path)
{
    enter_path("rmdir", path);
    int result = rmdir(path);
    leave_call("rmdir", result, errno);
    return result;
}

DIR *step_opendir(const char *path)
{
    enter_path("opendir", path);
    DIR *directory = opendir(path);
    leave_call("opendir", directory == NULL ? -1 : 0, errno);
    return directory;
}

struct dirent *step_readdir(DIR *directory, const char *path)
{
    enter_path("readdir", path);
    struct dirent *entry = readdir(directory);
    leave_call("readdir", entry == NULL ? -1 : 0, errno);
    return entry;
}

int step_closedir(DIR *directory, const char *path)
{
    enter_path("closedir", path);
    int result = closedir(directory);
    leave_call("closedir", result, errno);
    return result;
}
