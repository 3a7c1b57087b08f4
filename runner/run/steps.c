/* SPDX-License-Identifier: MIT */
#include "run/steps.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/path.h"
#include "process/exit_status.h"
#include "run/tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { TOOL_OUTPUT_LIMIT = 16 * 1024, WALK_DESCRIPTORS = 16, ARGV_MAX = 128 };

static int make_directories(const char *path, struct error *error)
{
    char partial[PATH_MAX];
    if (path_format(partial, sizeof partial, error, "%s", path) != 0)
        return -1;
    /* Nearly always only the last one is missing. */
    if (mkdir(partial, 0755) == 0)
        return 0;
    for (char *slash = strchr(partial + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(partial, 0755) != 0 && errno != EEXIST)
            return error_set_errno(error, errno, partial, "cannot make this directory");
        *slash = '/';
    }
    if (mkdir(partial, 0755) != 0 && errno != EEXIST)
        return error_set_errno(error, errno, partial, "cannot make this directory");
    return 0;
}

static int copy_file(const char *from, const char *to, struct error *error)
{
    CLEANUP_FD int source = open(from, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (source < 0 || fstat(source, &status) != 0)
        return error_set_errno(error, errno, from, "cannot read");
    CLEANUP_FD int target =
        open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, status.st_mode & 0777);
    if (target < 0)
        return error_set_errno(error, errno, to, "cannot create");
    off_t left = status.st_size;
    while (left > 0) {
        ssize_t sent = sendfile(target, source, NULL, (size_t)left);
        if (sent < 0)
            return error_set_errno(error, errno, to, "cannot write");
        if (sent == 0)
            return error_set(error, ERROR_ENVIRONMENT, from, "shrank while it was copied");
        left -= sent;
    }
    return 0;
}

static int copy_tree(const char *from, const char *to, struct error *error)
{
    struct stat status;
    if (stat(from, &status) != 0)
        return error_set_errno(error, errno, from, "cannot read");
    if (!S_ISDIR(status.st_mode))
        return copy_file(from, to, error);
    CLEANUP_DIRECTORY DIR *directory = opendir(from);
    if (directory == NULL)
        return error_set_errno(error, errno, from, "cannot list");
    if (make_directories(to, error) != 0)
        return -1;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char source[PATH_MAX];
        char target[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (path_format(source, sizeof source, error, "%s/%s", from, entry->d_name) != 0 ||
            path_format(target, sizeof target, error, "%s/%s", to, entry->d_name) != 0 ||
            copy_tree(source, target, error) != 0)
            return -1;
    }
    return 0;
}

static int write_text(const char *path, const char *text, struct error *error)
{
    CLEANUP_FD int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return error_set_errno(error, errno, path, "cannot create");
    size_t length = strlen(text);
    ssize_t written = write(fd, text, length);
    if (written < 0)
        return error_set_errno(error, errno, path, "cannot write");
    if ((size_t)written != length)
        return error_set(error, ERROR_ENVIRONMENT, path, "cannot write: the disk is full");
    return 0;
}

/* The last line that a tool printed: the likeliest to say what went wrong. */
static const char *last_line(char *text)
{
    size_t length = strlen(text);
    while (length > 0 && strchr("\n\r ", text[length - 1]) != NULL)
        text[--length] = '\0';
    char *newline = strrchr(text, '\n');
    return newline == NULL ? text : newline + 1;
}

static int run_program(const json_t *words, const json_t *deadline, struct error *error)
{
    const char *argv[ARGV_MAX + 1] = {NULL};
    size_t count = json_array_size(words);
    if (count == 0 || count > ARGV_MAX)
        return error_set(error, ERROR_INPUT, "run", "takes 1 to %d words", (int)ARGV_MAX);
    for (size_t i = 0; i < count; i++)
        argv[i] = json_string_value(json_array_get(words, i));
    double seconds = json_is_number(deadline) ? json_number_value(deadline) : 30.0;
    CLEANUP(tool_output_release) struct tool_output output = {0};
    if (tool_run(argv, NULL, (uint64_t)(seconds * (double)NS_PER_S), TOOL_OUTPUT_LIMIT, &output,
                 error) != 0)
        return -1;
    if (output.status == 0)
        return 0;
    char status[64];
    exit_status_describe(output.status, status, sizeof status);
    return error_set(error, ERROR_ENVIRONMENT, argv[0], "%s: %s", status, last_line(output.bytes));
}

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place)
{
    (void)status;
    (void)place;
    return (type == FTW_DP ? rmdir(path) : remove(path)) == 0 || errno == ENOENT ? 0 : errno;
}

int remove_tree(const char *path, struct error *error)
{
    int failed = nftw(path, remove_entry, WALK_DESCRIPTORS, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
    if (failed < 0 && errno == ENOENT)
        return 0;
    if (failed != 0)
        return error_set_errno(error, failed > 0 ? failed : errno, path, "cannot remove");
    return 0;
}

static int execute_step(const json_t *step, struct error *error)
{
    const char *path = NULL;
    if ((path = json_string_value(json_object_get(step, "make_directory"))) != NULL)
        return make_directories(path, error);
    if ((path = json_string_value(json_object_get(step, "copy"))) != NULL)
        return copy_tree(path, json_string_value(json_object_get(step, "to")), error);
    if ((path = json_string_value(json_object_get(step, "write"))) != NULL)
        return write_text(path, json_string_value(json_object_get(step, "text")), error);
    if ((path = json_string_value(json_object_get(step, "remove"))) != NULL)
        return remove_tree(path, error);
    return run_program(json_object_get(step, "run"), json_object_get(step, "deadline"), error);
}

int steps_execute(const json_t *steps, struct error *error)
{
    size_t index;
    const json_t *step;
    json_array_foreach(steps, index, step)
        if (execute_step(step, error) != 0)
            return -1;
    return 0;
}
