/* SPDX-License-Identifier: MIT */
#include "run/old_runs.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "run/last_run.h"
#include "run/leftovers.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool is_of_a_run(const char *name)
{
    static const char *const patterns[] = {
        "*.json", "*.json.sig",       "artifacts",     ".",
        "..",     ".*.json.controls", ".*.json.cells", ".*.json.new"};
    for (size_t i = 0; i < sizeof patterns / sizeof patterns[0]; i++)
        if (fnmatch(patterns[i], name, 0) == 0)
            return true;
    return false;
}

/* A lock in it is a living run's: the sweep before has taken those of dead ones. */
static bool has_strange_entry(int directory)
{
    int copy = openat(directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    CLEANUP_DIRECTORY DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    if (entries == NULL)
        return true;
    while ((entry = readdir(entries)) != NULL)
        if (!is_of_a_run(entry->d_name))
            return true;
    return false;
}

static bool may_be_removed(int output, const char *name)
{
    struct stat status;
    CLEANUP_FD int directory =
        openat(output, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    return directory >= 0 && fstat(directory, &status) == 0 && status.st_uid == geteuid() &&
           !has_strange_entry(directory);
}

static int is_run(const struct dirent *entry)
{
    return fnmatch(RUN_ID_PATTERN, entry->d_name, 0) == 0;
}

int old_runs_remove(const char *output, size_t keep, bool dry, struct builder *builder,
                    json_t *removed, struct error *error)
{
    struct dirent **entries = NULL;
    CLEANUP_FD int directory = open(output, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = directory < 0 ? -1 : scandir(output, &entries, is_run, alphasort);
    int failed = 0;
    if (count < 0 && errno != ENOENT)
        return error_set_errno(error, errno, output, "cannot list");
    for (int i = 0; i < count; i++) {
        char path[PATH_MAX];
        const char *name = entries[i]->d_name;
        bool old = (size_t)(count - i) > keep && may_be_removed(directory, name);
        if (failed == 0 && old &&
            path_format(path, sizeof path, error, "%s/%s", output, name) == 0) {
            failed = dry ? 0 : files_remove(directory, name, error);
            if (failed == 0)
                build_next_text(builder, removed, path);
        }
        free(entries[i]);
    }
    free(entries);
    return failed;
}
