/* SPDX-License-Identifier: MIT */
#include "run/helper/steps.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/files.h"
#include "base/json_access.h"
#include "run/helper/tool.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>

enum { TOOL_OUTPUT_LIMIT = 16 * 1024, ARGV_MAX = 128 };

/* A place that a step may change: from `below` on it is this run's alone. */
struct place {
    int anchor;
    const char *below; /* of the step's path */
};

static void place_release(struct place *place)
{
    if (place->anchor >= 0)
        (void)close(place->anchor);
}

/* Whether the component at `text` is a name that nobody but this run has given to anything. */
static bool is_own_name(const char *text, const json_t *own)
{
    size_t index;
    const json_t *name;
    json_array_foreach(own, index, name) {
        size_t length = json_string_length(name);
        if (strncmp(text, json_string_value(name), length) == 0 &&
            (text[length] == '\0' || text[length] == '/' || text[length] == '.'))
            return true;
    }
    return false;
}

/* The path from its first own name on, or NULL. */
static const char *find_own_name(const char *path, const json_t *own)
{
    for (const char *part = path; part != NULL; part = strchr(part, '/')) {
        part += strspn(part, "/");
        if (is_own_name(part, own))
            return part;
    }
    return NULL;
}

/* Finds the place of a step's path; to be released whatever is returned. */
static int find_place(const char *path, const json_t *own, struct place *place, struct error *error)
{
    char above[PATH_MAX];
    *place = (struct place){.anchor = -1, .below = find_own_name(path, own)};
    if (place->below == NULL)
        return error_set(
            error, ERROR_INPUT, path,
            "is not of this run: a step changes only what is below {cell}, {shared} or "
            "{root}/{cell_name}");
    if (path_format(above, sizeof above, error, "%.*s", (int)(place->below - path), path) != 0)
        return -1;
    place->anchor = open(above[0] == '\0' ? "." : above, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (place->anchor < 0)
        return error_set_errno(error, errno, above, "cannot be opened");
    return 0;
}

static int make_directory(const char *path, const json_t *own, struct error *error)
{
    CLEANUP(place_release) struct place place = {.anchor = -1};
    if (find_place(path, own, &place, error) != 0)
        return -1;
    return files_make_directories(place.anchor, place.below, error);
}

static int create(const struct place *place, const char *below, mode_t mode, struct error *error)
{
    int fd = files_open(place->anchor, below, O_WRONLY | O_CREAT | O_EXCL, mode);
    if (fd < 0)
        (void)error_set_errno(error, errno, below, "cannot create");
    return fd;
}

static int copy_file(const char *from, const struct place *place, const char *below,
                     struct error *error)
{
    CLEANUP_FD int source = open(from, O_RDONLY | O_CLOEXEC);
    struct stat status;
    if (source < 0 || fstat(source, &status) != 0)
        return error_set_errno(error, errno, from, "cannot read");
    CLEANUP_FD int target = create(place, below, status.st_mode & 0777, error);
    off_t left = status.st_size;
    while (target >= 0 && left > 0) {
        ssize_t sent = sendfile(target, source, NULL, (size_t)left);
        if (sent < 0)
            return error_set_errno(error, errno, below, "cannot write");
        if (sent == 0)
            return error_set(error, ERROR_ENVIRONMENT, from, "shrank while it was copied");
        left -= sent;
    }
    return target < 0 ? -1 : 0;
}

/* Whether what lies at `name`, relative to what is copied, is wanted: `only` is NULL or patterns.
 */
static bool is_wanted(const char *name, bool is_directory, const json_t *only)
{
    size_t index;
    const json_t *pattern;
    size_t length = strlen(name);
    if (only == NULL || length == 0)
        return true;
    json_array_foreach(only, index, pattern) {
        const char *text = json_string_value(pattern);
        if (is_directory ? strncmp(text, name, length) == 0 && text[length] == '/'
                         : fnmatch(text, name, FNM_PATHNAME) == 0)
            return true;
    }
    return false;
}

/* `top` is the length of `from` where the copying began. */
static int copy_tree(const char *from, size_t top, const struct place *place, const char *below,
                     const json_t *only, struct error *error)
{
    struct stat status;
    if (stat(from, &status) != 0)
        return error_set_errno(error, errno, from, "cannot read");
    if (!is_wanted(from + top + (from[top] == '/' ? 1 : 0), S_ISDIR(status.st_mode), only))
        return 0;
    if (!S_ISDIR(status.st_mode))
        return copy_file(from, place, below, error);
    CLEANUP_DIRECTORY DIR *directory = opendir(from);
    if (directory == NULL)
        return error_set_errno(error, errno, from, "cannot list");
    if (files_make_directories(place->anchor, below, error) != 0)
        return -1;
    const struct dirent *entry;
    while ((entry = readdir(directory)) != NULL) {
        char source[PATH_MAX];
        char target[PATH_MAX];
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        if (path_format(source, sizeof source, error, "%s/%s", from, entry->d_name) != 0 ||
            path_format(target, sizeof target, error, "%s/%s", below, entry->d_name) != 0 ||
            copy_tree(source, top, place, target, only, error) != 0)
            return -1;
    }
    return 0;
}

static int copy(const json_t *step, const json_t *own, struct error *error)
{
    CLEANUP(place_release) struct place place = {.anchor = -1};
    const char *from = json_text(step, "copy");
    if (find_place(json_text(step, "to"), own, &place, error) != 0)
        return -1;
    return copy_tree(from, strlen(from), &place, place.below, json_object_get(step, "only"), error);
}

static int write_text(const char *path, const char *text, const json_t *own, struct error *error)
{
    CLEANUP(place_release) struct place place = {.anchor = -1};
    if (find_place(path, own, &place, error) != 0)
        return -1;
    CLEANUP_FD int fd = create(&place, place.below, 0644, error);
    if (fd < 0)
        return -1;
    size_t length = strlen(text);
    if (write_all(fd, text, length) < length)
        return error_set_errno(error, errno, path, "cannot write");
    return 0;
}

static int remove_own(const char *path, const json_t *own, struct error *error)
{
    struct error inner = ERROR_INIT;
    CLEANUP(place_release) struct place place = {.anchor = -1};
    if (find_place(path, own, &place, error) != 0)
        return -1;
    if (files_remove(place.anchor, place.below, &inner) == 0)
        return 0;
    return error_set(error, inner.code, path, "cannot remove: %s: %s", inner.where, inner.what);
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

static uint64_t deadline_ns(const json_t *step)
{
    const json_t *deadline = json_object_get(step, "deadline");
    double seconds = json_is_number(deadline) ? json_number_value(deadline) : 30.0;
    return (uint64_t)(seconds * (double)NS_PER_S);
}

uint64_t steps_longest_tool_ns(const json_t *steps)
{
    uint64_t longest_ns = 0;
    size_t index;
    const json_t *step;
    json_array_foreach(steps, index, step)
        if (json_object_get(step, "run") != NULL && deadline_ns(step) > longest_ns)
            longest_ns = deadline_ns(step);
    return longest_ns;
}

static int run_program(const json_t *step, struct error *error)
{
    const json_t *words = json_object_get(step, "run");
    const char *argv[ARGV_MAX + 1] = {NULL};
    size_t count = json_array_size(words);
    if (count == 0 || count > ARGV_MAX)
        return error_set(error, ERROR_INPUT, "run", "takes 1 to %d words", (int)ARGV_MAX);
    for (size_t i = 0; i < count; i++)
        argv[i] = json_string_value(json_array_get(words, i));
    CLEANUP(tool_output_release) struct tool_output output = {0};
    if (tool_run(argv, NULL, (struct tool_limits){deadline_ns(step), 0, TOOL_OUTPUT_LIMIT}, &output,
                 error) != 0)
        return -1;
    if (output.status == 0)
        return 0;
    char status[64];
    exit_status_describe(output.status, status, sizeof status);
    return error_set(error, ERROR_ENVIRONMENT, argv[0], "%s: %s", status, last_line(output.bytes));
}

static int execute_step(const json_t *step, const json_t *own, struct error *error)
{
    const char *path = NULL;
    if ((path = json_string_value(json_object_get(step, "make_directory"))) != NULL)
        return make_directory(path, own, error);
    if (json_object_get(step, "copy") != NULL)
        return copy(step, own, error);
    if ((path = json_string_value(json_object_get(step, "write"))) != NULL)
        return write_text(path, json_string_value(json_object_get(step, "text")), own, error);
    if ((path = json_string_value(json_object_get(step, "remove"))) != NULL)
        return remove_own(path, own, error);
    return run_program(step, error);
}

int steps_execute(const json_t *steps, const json_t *own, struct error *error)
{
    size_t index;
    const json_t *step;
    json_array_foreach(steps, index, step)
        if (execute_step(step, own, error) != 0)
            return -1;
    return 0;
}

json_t *steps_request(json_t *steps, const char *scratch, const char *cell_name)
{
    const char *slash = strrchr(scratch, '/');
    return json_pack("{s:s, s:o, s:[s, s*]}", "do", "steps", "steps", steps, "own",
                     slash == NULL ? scratch : slash + 1, cell_name);
}
