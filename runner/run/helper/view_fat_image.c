/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"
#include "run/helper/host_view.h"
#include "run/helper/tool.h"

#include <limits.h>
#include <string.h>
#include <sys/wait.h>

#define TOOL_DEADLINE_NS (20 * NS_PER_S)
enum { OUTPUT_LIMIT = 64 * 1024, NAMES_MAX = 64 };

/* The image and the listing of all of it, "::/s/" for directories and "::/s/b" for files. */
struct image {
    const char *path;
    char *listing;
};

static bool succeeded(const struct tool_output *output)
{
    return WIFEXITED(output->status) && WEXITSTATUS(output->status) == 0;
}

static int tool_failed(const char *tool, const struct tool_output *output, struct error *error)
{
    return error_set(error, ERROR_ENVIRONMENT, tool, "failed: %.200s", output->bytes);
}

/* Picks the names of one directory out of the listing of the whole image. */
static int list_in_image(void *context, const char *path, char *out, size_t size,
                         struct error *error)
{
    const struct image *image = context;
    char prefix[PATH_MAX];
    if (path_format(prefix, sizeof prefix, error, "::/%s%s", path, path[0] == '\0' ? "" : "/") != 0)
        return -1;
    CLEANUP_FREE char *lines = strdup(image->listing);
    char *names[NAMES_MAX];
    size_t count = 0;
    if (lines == NULL)
        return error_set(error, ERROR_MEMORY, image->path, "out of memory to list it");
    char *rest = NULL;
    for (char *line = strtok_r(lines, "\r\n", &rest); line != NULL;
         line = strtok_r(NULL, "\r\n", &rest)) {
        size_t length = strlen(prefix);
        if (strncmp(line, prefix, length) != 0 || line[length] == '\0')
            continue;
        char *name = line + length;
        char *slash = strchr(name, '/');
        if (slash != NULL && slash[1] != '\0')
            continue; /* deeper than this directory */
        if (slash != NULL)
            *slash = '\0';
        if (count == NAMES_MAX)
            return error_set(error, ERROR_INPUT, prefix, "holds more than %d names",
                             (int)NAMES_MAX);
        names[count++] = name;
    }
    return view_join_names(names, count, out, size, error);
}

static ssize_t read_in_image(void *context, const char *path, char *out, size_t size,
                             struct error *error)
{
    const struct image *image = context;
    char inside[PATH_MAX];
    if (path_format(inside, sizeof inside, error, "::/%s", path) != 0)
        return -1;
    const char *const argv[] = {"mcopy", "-n", "-i", image->path, inside, "-", NULL};
    CLEANUP(tool_output_release) struct tool_output output = {0};
    if (tool_run(argv, NULL, (struct tool_limits){TOOL_DEADLINE_NS, 0, size}, &output, error) != 0)
        return -1;
    if (!succeeded(&output))
        return tool_failed("mcopy", &output, error);
    memcpy(out, output.bytes, output.length);
    return (ssize_t)output.length;
}

static int check_image(const char *path, struct view_findings *findings, struct error *error)
{
    const char *const argv[] = {"fsck.fat", "-n", path, NULL};
    CLEANUP(tool_output_release) struct tool_output output = {0};
    if (tool_run(argv, NULL, (struct tool_limits){TOOL_DEADLINE_NS, 0, OUTPUT_LIMIT}, &output,
                 error) != 0)
        return -1;
    if (succeeded(&output))
        return 0;
    /* Its first line is its version, its last a summary; what lies between is what it found. */
    char *rest = NULL;
    (void)strtok_r(output.bytes, "\n", &rest);
    const char *finding = strtok_r(NULL, "\n", &rest);
    view_add_finding(findings, "fsck.fat: %s", finding == NULL ? "not clean" : finding);
    return 0;
}

/* Of an image on which all was lost mdir says that there is no root. */
static bool is_empty_listing(const struct tool_output *output)
{
    return !succeeded(output) && strcmp(output->bytes, "mdir: File \"::/\" not found\n") == 0;
}

int view_fat_image(const char *path, const struct shape *shape, const char *nonce,
                   struct view_findings *findings, struct error *error)
{
    const char *const argv[] = {"mdir", "-/", "-a", "-b", "-i", path, "::/", NULL};
    CLEANUP(tool_output_release) struct tool_output output = {0};
    if (tool_run(argv, NULL, (struct tool_limits){TOOL_DEADLINE_NS, 0, OUTPUT_LIMIT}, &output,
                 error) != 0)
        return -1;
    if (is_empty_listing(&output))
        output.bytes[output.length = 0] = '\0';
    else if (!succeeded(&output))
        return tool_failed("mdir", &output, error);
    if (output.length == OUTPUT_LIMIT) /* the rest was dropped */
        return error_set(error, ERROR_INPUT, "mdir", "lists more than %d bytes", (int)OUTPUT_LIMIT);
    struct image image = {path, output.bytes};
    const struct view_source source = {&image, list_in_image, read_in_image};
    if (view_compare(&source, shape, nonce, findings, error) != 0)
        return -1;
    return check_image(path, findings, error);
}
