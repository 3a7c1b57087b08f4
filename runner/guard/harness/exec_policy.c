/* SPDX-License-Identifier: MIT */
#include "guard/harness/exec_policy.h"

#include "base/cleanup.h"
#include "guard/tools.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char *const system_directories[] = {"/bin", "/sbin", "/usr", "/lib", "/lib64", NULL};

static bool is_below(const char *path, const char *directory)
{
    size_t length = strlen(directory);
    return length > 0 && strncmp(path, directory, length) == 0 &&
           (path[length] == '\0' || path[length] == '/');
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool has_guest_suffix(const char *name)
{
    size_t length = strlen(name);
    return length > 4 &&
           (strcmp(name + length - 4, ".elf") == 0 || strcmp(name + length - 4, ".exe") == 0);
}

static bool has_same_content(const char *one, const char *other)
{
    struct stat first;
    struct stat second;
    if (stat(one, &first) != 0 || stat(other, &second) != 0 || first.st_size != second.st_size)
        return false;
    CLEANUP_FILE FILE *one_file = fopen(one, "re");
    CLEANUP_FILE FILE *other_file = fopen(other, "re");
    if (one_file == NULL || other_file == NULL)
        return false;
    char one_block[16384];
    char other_block[16384];
    size_t length = 0;
    while ((length = fread(one_block, 1, sizeof one_block, one_file)) > 0)
        if (fread(other_block, 1, length, other_file) != length ||
            memcmp(one_block, other_block, length) != 0)
            return false;
    return ferror(one_file) == 0;
}

/* A room has copies of them, so that what a harness does to its own can be seen. */
bool exec_policy_is_recorder(const struct exec_policy *policy, const char *file)
{
    const struct scratch *scratch = policy->scratch;
    return has_same_content(file, scratch->recorder) ||
           has_same_content(file, scratch->interpreter);
}

static bool is_script(const char *path)
{
    char start[2];
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return fd >= 0 && read(fd, start, sizeof start) == 2 && start[0] == '#' && start[1] == '!';
}

static bool is_below_harness(const struct exec_policy *policy, const char *path)
{
    char directory[PATH_MAX];
    (void)snprintf(directory, sizeof directory, "%s", policy->harness);
    char *slash = strrchr(directory, '/');
    if (slash == NULL || slash == directory)
        return false;
    *slash = '\0';
    return is_below(path, directory);
}

static bool is_allowed_by_name(const struct exec_policy *policy, const char *found)
{
    if (strcmp(found, policy->harness) == 0 || strcmp(found, policy->interpreter) == 0)
        return true;
    for (size_t i = 0; i < policy->allowed->count; i++)
        if (is_below(found, policy->allowed->items[i]))
            return true;
    return false;
}

static bool is_system_program(const char *found)
{
    for (const char *const *directory = system_directories; *directory != NULL; directory++)
        if (is_below(found, *directory))
            return true;
    return false;
}

int exec_policy_add_system(struct string_list *directories)
{
    for (const char *const *directory = system_directories; *directory != NULL; directory++)
        if (string_list_add(directories, *directory) != 0)
            return -1;
    return 0;
}

static enum exec_class judge_absent(const char *named)
{
    const char *name = last_component(named);
    bool in_a_directory = name != named;
    bool unheard_of =
        has_guest_suffix(name) && tool_kind(name) == TOOL_UNKNOWN && !tool_is_nanvix(name);
    return in_a_directory && unheard_of ? EXEC_UNKNOWN : EXEC_ABSENT;
}

enum exec_class exec_policy_judge(const struct exec_policy *policy, const char *named,
                                  const char *found)
{
    if (found == NULL)
        return judge_absent(named);
    bool in_scratch = is_below(found, policy->scratch->path);
    bool system = !in_scratch && is_system_program(found);
    if (!system && exec_policy_is_recorder(policy, found))
        return EXEC_RECORDER;
    if (is_allowed_by_name(policy, found))
        return EXEC_ALLOWED;
    const char *name = last_component(found);
    if (has_guest_suffix(name) || tool_is_nanvix(name))
        return EXEC_UNKNOWN;
    if (system)
        return EXEC_ALLOWED;
    return (in_scratch || is_below_harness(policy, found)) && is_script(found) ? EXEC_ALLOWED
                                                                               : EXEC_UNKNOWN;
}
