/* SPDX-License-Identifier: MIT */
#include "guard/harness/record_call.h"

#include "base/cleanup.h"
#include "guard/harness/watched_call.h"
#include "guard/recording_format.h"

#include <seccomp.h>
#include <stdio.h>
#include <string.h>

/* Arguments and environment of a program have 2 MB together, and some fields stand beside them. */
enum { RECORD_LIMIT = 8 * 1024 * 1024, RECORDING_LIMIT = 256 * 1024 * 1024 };

bool record_call_is(const struct seccomp_notif *call)
{
    return call->data.nr == SCMP_SYS(prctl);
}

/* The file of a process, also when it has been removed in the meantime. */
static bool is_a_recorder(const struct seccomp_notif *call, const struct exec_policy *policy)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/exe", (int)call->pid);
    return exec_policy_is_recorder(policy, path);
}

/* Appends `size` bytes of the caller's memory. */
static bool append(struct record_sink *sink, const struct seccomp_notif *call, int listener,
                   size_t size)
{
    if (size == 0 || size > RECORD_LIMIT || sink->size + size > RECORDING_LIMIT)
        return false;
    char *bytes = realloc(sink->bytes, sink->size + size);
    if (bytes == NULL)
        return false;
    sink->bytes = bytes;
    if (caller_memory_read((pid_t)call->pid, call->data.args[2], bytes + sink->size, size) != size)
        return false;
    if (seccomp_notify_id_valid(listener, call->id) != 0)
        return false;
    sink->size += size;
    return true;
}

int record_call_take(const struct seccomp_notif *call, int listener,
                     const struct exec_policy *policy, struct record_sink *sink)
{
    if (!is_a_recorder(call, policy))
        return -1;
    if (call->data.args[1] == RECORDER_CALL_WAITED) {
        sink->waited++;
        return 0;
    }
    if (!append(sink, call, listener, call->data.args[3])) {
        sink->lost = true;
        return -1;
    }
    unsigned number = sink->count++ & RECORDER_NUMBER_MASK;
    return (int)(sink->behaviour | number << RECORDER_NUMBER_SHIFT);
}

void record_sink_free(struct record_sink *sink)
{
    free(sink->bytes);
    *sink = (struct record_sink){0};
}
