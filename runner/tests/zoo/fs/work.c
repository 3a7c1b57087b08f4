/* SPDX-License-Identifier: MIT */
#include "work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *zoo_backing_path(const char *path)
{
    return path[1] == '\0' ? "." : path + 1;
}

const char *zoo_name_of(const char *path)
{
    return strrchr(path, '/') + 1;
}

void zoo_directory_of(const char *path, char *directory)
{
    int length = (int)(strrchr(path, '/') - path);
    (void)snprintf(directory, PATH_MAX, "%.*s", length == 0 ? 1 : length, path);
}

unsigned zoo_components(const char *path)
{
    unsigned count = 0;
    for (const char *at = path; *at != '\0'; at++)
        count += at[0] == '/' && at[1] != '\0';
    return count;
}

/* The length of the leading components of `path` that name its work directory. */
static int name_length(const struct zoo *zoo, const char *path)
{
    const char *at = path;
    for (unsigned left = zoo->depth; left > 0 && *at != '\0'; left--)
        at += 1 + strcspn(at + 1, "/");
    return (int)(at - path);
}

static struct work *find_locked(const struct zoo *zoo, const char *path)
{
    size_t length = (size_t)name_length(zoo, path);
    for (struct work *work = zoo->works; work != NULL; work = work->next)
        if (strlen(work->name) == length && strncmp(work->name, path, length) == 0)
            return work;
    return NULL;
}

static struct work *find_or_add_locked(struct zoo *zoo, const char *path)
{
    struct work *work = find_locked(zoo, path);
    if (work != NULL)
        return work;
    work = calloc(1, sizeof *work);
    if (work == NULL)
        abort(); /* a zoo that forgets would change a verdict, and a test must not go on with that
                  */
    (void)snprintf(work->name, sizeof work->name, "%.*s", name_length(zoo, path), path);
    work->next = zoo->works;
    zoo->works = work;
    return work;
}

unsigned work_count_rename(struct zoo *zoo, const char *path)
{
    (void)pthread_mutex_lock(&zoo->lock);
    unsigned count = ++find_or_add_locked(zoo, path)->renames;
    (void)pthread_mutex_unlock(&zoo->lock);
    return count;
}

void work_note_rename(struct zoo *zoo, const char *from, const char *to, pid_t renamer)
{
    (void)pthread_mutex_lock(&zoo->lock);
    struct work *work = find_or_add_locked(zoo, from);
    work->renamed = true;
    work->renamer = renamer;
    (void)clock_gettime(CLOCK_REALTIME, &work->renamed_at);
    (void)snprintf(work->old_name, sizeof work->old_name, "%s", from);
    (void)snprintf(work->new_name, sizeof work->new_name, "%s", to);
    (void)pthread_mutex_unlock(&zoo->lock);
}

void work_note_open(struct zoo *zoo, const char *path)
{
    (void)pthread_mutex_lock(&zoo->lock);
    struct work *work = find_or_add_locked(zoo, path);
    (void)snprintf(work->open_name, sizeof work->open_name, "%s", path);
    (void)pthread_mutex_unlock(&zoo->lock);
}

void work_note_close(struct zoo *zoo, const char *path)
{
    (void)pthread_mutex_lock(&zoo->lock);
    struct work *work = find_locked(zoo, path);
    if (work != NULL && strcmp(work->open_name, path) == 0)
        work->open_name[0] = '\0';
    (void)pthread_mutex_unlock(&zoo->lock);
}

void work_note_early_look(struct zoo *zoo, const char *path, ino_t inode)
{
    (void)pthread_mutex_lock(&zoo->lock);
    struct work *work = find_or_add_locked(zoo, path);
    work->looked_at = inode;
    (void)clock_gettime(CLOCK_REALTIME, &work->looked_when);
    (void)pthread_mutex_unlock(&zoo->lock);
}

bool work_find(struct zoo *zoo, const char *path, struct work *copy)
{
    (void)pthread_mutex_lock(&zoo->lock);
    const struct work *work = find_locked(zoo, path);
    if (work != NULL)
        *copy = *work;
    (void)pthread_mutex_unlock(&zoo->lock);
    return work != NULL;
}

void work_forget_all(struct zoo *zoo)
{
    while (zoo->works != NULL) {
        struct work *next = zoo->works->next;
        free(zoo->works);
        zoo->works = next;
    }
}
