/* SPDX-License-Identifier: MIT */
#include "process/sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adds the number behind every one of `names` in the text of /proc/PID/io. False: one is not there.
 */
static bool add_counters(const char *text, const char *const *names, size_t count, uint64_t *sum)
{
    for (size_t i = 0; i < count; i++) {
        const char *line = text;
        size_t length = strlen(names[i]);
        while (line != NULL && strncmp(line, names[i], length) != 0) {
            line = strchr(line, '\n');
            line = line == NULL ? NULL : line + 1;
        }
        if (line == NULL)
            return false;
        *sum += strtoull(line + length, NULL, 10);
    }
    return true;
}

static struct process_io read_io(pid_t pid)
{
    static const char *const calls[] = {"syscr:", "syscw:"};
    static const char *const bytes[] = {"rchar:", "wchar:"};
    static const char *const storage[] = {"read_bytes:", "write_bytes:"};
    char path[64];
    char text[512];
    struct process_io io = {.pid = pid};
    (void)snprintf(path, sizeof path, "/proc/%d/io", (int)pid);
    io.known = proc_read(path, text, sizeof text) > 0 && add_counters(text, calls, 2, &io.calls) &&
               add_counters(text, bytes, 2, &io.bytes) &&
               add_counters(text, storage, 2, &io.storage_bytes);
    return io;
}

void sample_take_io(struct tree_sample *sample, const struct tree *tree)
{
    sample->io_count = 0;
    for (size_t i = 0; i < tree->count; i++) {
        if (tree->members[i].ended)
            continue;
        if (sample->io_count == SAMPLE_THREADS_MAX) {
            sample->cut = true;
            return;
        }
        sample->io[sample->io_count++] = read_io(tree->members[i].pid);
    }
}

static const struct process_io *find_io(const struct tree_sample *sample, pid_t pid)
{
    for (size_t i = 0; i < sample->io_count; i++)
        if (sample->io[i].pid == pid)
            return &sample->io[i];
    return NULL;
}

/* A counter that went back belongs to another process with the same number: all of it is new. */
static uint64_t changed(uint64_t before, uint64_t after)
{
    return after >= before ? after - before : after;
}

static void add_process(struct io_activity *activity, const struct process_io *then,
                        const struct process_io *now)
{
    static const struct process_io born = {.known = true};
    activity->moved = activity->moved || then == NULL;
    then = then == NULL ? &born : then;
    activity->counted = activity->counted && now->known && then->known;
    activity->calls += changed(then->calls, now->calls);
    activity->bytes += changed(then->bytes, now->bytes);
    activity->storage_bytes += changed(then->storage_bytes, now->storage_bytes);
}

struct io_activity sample_compare_io(const struct tree_sample *before,
                                     const struct tree_sample *after)
{
    struct io_activity activity = {
        .counted = before->io_count > 0 && after->io_count > 0 && !before->cut && !after->cut,
    };
    for (size_t i = 0; i < after->io_count; i++)
        add_process(&activity, find_io(before, after->io[i].pid), &after->io[i]);
    for (size_t i = 0; i < before->io_count; i++)
        activity.moved = activity.moved || find_io(after, before->io[i].pid) == NULL;
    activity.moved =
        activity.moved || activity.calls > 0 || activity.bytes > 0 || activity.storage_bytes > 0;
    return activity;
}
