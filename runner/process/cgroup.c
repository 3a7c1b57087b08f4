/* SPDX-License-Identifier: MIT */
#include "process/cgroup.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define GROUP_PREFIX "rename-oracle-"

/* Finds where cgroup v2 is mounted: the mount point of the first line of type cgroup2. */
static bool find_mount(char *out, size_t size)
{
    CLEANUP_FILE FILE *mounts = fopen("/proc/self/mounts", "re");
    if (mounts == NULL)
        return false;
    char line[4096];
    while (fgets(line, sizeof line, mounts) != NULL) {
        char where[512];
        char type[64];
        if (sscanf(line, "%*s %511s %63s", where, type) == 2 && strcmp(type, "cgroup2") == 0) {
            return path_format(out, size, NULL, "%s", where) == 0;
        }
    }
    return false;
}

/* The group of a process by its own word: the line "0::PATH" of /proc/PID/cgroup. */
static bool find_group_of(pid_t pid, char *out, size_t size)
{
    char file[64];
    (void)snprintf(file, sizeof file, "/proc/%d/cgroup", (int)pid);
    CLEANUP_FILE FILE *groups = fopen(file, "re");
    if (groups == NULL)
        return false;
    char line[4096];
    while (fgets(line, sizeof line, groups) != NULL) {
        if (strncmp(line, "0::", 3) != 0)
            continue;
        line[strcspn(line, "\n")] = '\0';
        return path_format(out, size, NULL, "%s", strcmp(line + 3, "/") == 0 ? "" : line + 3) == 0;
    }
    return false;
}

/* Opens the group at group->path. Returns false, and removes it, where it is of no use to us. */
static bool open_group(struct cgroup *group)
{
    group->fd = open(group->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (group->fd >= 0 && faccessat(group->fd, "cgroup.kill", W_OK, 0) == 0)
        return true;
    (void)cgroup_remove(group);
    return false;
}

static bool make_group(struct cgroup *group)
{
    group->fd = -1;
    return mkdir(group->path, 0755) == 0 && open_group(group);
}

static bool is_populated(int events)
{
    char text[256];
    ssize_t got = pread(events, text, sizeof text - 1, 0);
    text[got > 0 ? got : 0] = '\0';
    return strstr(text, "populated 1") != NULL;
}

/* Ends what lives in a group, as far as it can be ended soon. Returns whether anything did. */
static bool end_members(int group)
{
    enum { longest_ms = 500 };
    uint64_t until_ns = clock_now_ns() + longest_ms * NS_PER_MS;
    CLEANUP_FD int events = openat(group, "cgroup.events", O_RDONLY | O_CLOEXEC);
    CLEANUP_FD int kill = openat(group, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (events < 0 || kill < 0 || !is_populated(events))
        return false;
    (void)!write(kill, "1", 1);
    while (is_populated(events) && clock_now_ns() < until_ns) {
        struct pollfd changed = {.fd = events, .events = POLLPRI};
        (void)poll(&changed, 1, longest_ms / 10);
    }
    return true;
}

/* Removes a group that has no members any more, and those in it. */
static bool remove_empty(int parent, const char *name, int group)
{
    CLEANUP_DIRECTORY DIR *inside = fdopendir(dup(group));
    const struct dirent *entry;
    while (inside != NULL && (entry = readdir(inside)) != NULL)
        if (strncmp(entry->d_name, "job", 3) == 0)
            (void)unlinkat(group, entry->d_name, AT_REMOVEDIR);
    return unlinkat(parent, name, AT_REMOVEDIR) == 0;
}

/* The group of this process in the file system of groups: ours are below it. */
static bool find_parent(char *out, size_t size)
{
    char mount[512];
    char own[4096];
    return find_mount(mount, sizeof mount) && find_group_of(getpid(), own, sizeof own) &&
           path_format(out, size, NULL, "%s%s", mount, own) == 0;
}

/* A living runner holds a lock on its group; its pid would not tell, because it may live in another
 * pid namespace. */
void cgroup_sweep(void (*ended)(void *context, const char *path), void *context)
{
    char parent[4096];
    char path[4096];
    if (!find_parent(parent, sizeof parent))
        return;
    CLEANUP_DIRECTORY DIR *groups = opendir(parent);
    const struct dirent *entry;
    while (groups != NULL && (entry = readdir(groups)) != NULL) {
        if (strncmp(entry->d_name, GROUP_PREFIX, strlen(GROUP_PREFIX)) != 0)
            continue;
        CLEANUP_FD int fd =
            openat(dirfd(groups), entry->d_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
            continue;
        bool lived = end_members(fd);
        if (remove_empty(dirfd(groups), entry->d_name, fd) && lived && ended != NULL &&
            path_format(path, sizeof path, NULL, "%s/%s", parent, entry->d_name) == 0)
            ended(context, path);
    }
}

/*
 * Makes and locks a group of its own name below `parent`. Another run that clears away may take the
 * group before it is locked; false then, and another try is worth it.
 */
static bool make_locked_group(struct cgroup *run, const char *parent)
{
    run->fd = -1;
    if (path_format(run->path, sizeof run->path, NULL, "%s/" GROUP_PREFIX "XXXXXX", parent) != 0 ||
        mkdtemp(run->path) == NULL || !open_group(run))
        return false;
    if (flock(run->fd, LOCK_EX | LOCK_NB) == 0 && faccessat(run->fd, "cgroup.kill", F_OK, 0) == 0)
        return true;
    (void)cgroup_remove(run);
    return false;
}

bool cgroup_make_for_run(struct cgroup *run)
{
    enum { tries = 5 };
    char parent[4096];
    run->fd = -1;
    if (!find_parent(parent, sizeof parent))
        return false;
    for (int i = 0; i < tries; i++)
        if (make_locked_group(run, parent))
            return true;
    return false;
}

bool cgroup_make_for_job(const struct cgroup *run, unsigned job, struct cgroup *out)
{
    out->fd = -1;
    if (run->fd < 0)
        return false;
    return path_format(out->path, sizeof out->path, NULL, "%s/job%u", run->path, job) == 0 &&
           make_group(out);
}

size_t cgroup_list(const struct cgroup *group, pid_t *pids, size_t capacity)
{
    if (group->fd < 0)
        return 0;
    int fd = openat(group->fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    CLEANUP_FILE FILE *procs = fdopen(fd, "r");
    if (procs == NULL) {
        (void)close(fd);
        return 0;
    }
    size_t count = 0;
    char line[32];
    while (fgets(line, sizeof line, procs) != NULL) {
        if (count < capacity)
            pids[count] = (pid_t)strtol(line, NULL, 10);
        count++;
    }
    return count;
}

bool cgroup_has(const struct cgroup *group, pid_t pid)
{
    char path[4096];
    if (group->fd < 0 || !find_group_of(pid, path, sizeof path))
        return false;
    /* One path begins where the hierarchy is mounted, the other at its root; both end alike. */
    size_t whole = strlen(group->path);
    size_t length = strlen(path);
    return length > 0 && length <= whole && strcmp(group->path + whole - length, path) == 0;
}

void cgroup_kill(struct cgroup *group)
{
    if (group->fd < 0)
        return;
    CLEANUP_FD int fd = openat(group->fd, "cgroup.kill", O_WRONLY | O_CLOEXEC);
    if (fd >= 0)
        (void)!write(fd, "1", 1);
    group->killed = true;
}

void cgroup_renew(struct cgroup *group)
{
    if (group->fd < 0 || !group->killed)
        return;
    char fresh[sizeof group->path];
    (void)cgroup_remove(group); /* where something unkillable is left in it, a later run will */
    group->killed = false;
    if (path_format(fresh, sizeof fresh, NULL, "%s+", group->path) != 0)
        return;
    memcpy(group->path, fresh, sizeof fresh);
    (void)make_group(group);
}

bool cgroup_remove(struct cgroup *group)
{
    if (group->fd >= 0)
        (void)close(steal_fd(&group->fd));
    return rmdir(group->path) == 0 || errno == ENOENT;
}
