/* SPDX-License-Identifier: MIT */
#ifndef RO_RECORD_CALL_H
#define RO_RECORD_CALL_H

#include "guard/harness/exec_policy.h"

#include <stddef.h>

struct seccomp_notif;

/** What the recorders of one run said (guard/recording_format.h). All zero is an empty
 * one. */
struct record_sink {
    char *bytes; /* the records, one behind the other */
    size_t size;
    unsigned behaviour; /* what each of them is answered */
    unsigned count;     /* records so far */
    unsigned waited;    /* guests that were not to end and were left alone */
    bool lost;          /* one could not be taken over: the recording is not whole */
};

/** Whether a reported call is a recorder's. */
bool record_call_is(const struct seccomp_notif *call);

/**
 * Takes over what a recorder says. Returns the value that the call has to return, or -1 where the
 * caller is none of the recorders, or has gone.
 */
int record_call_take(const struct seccomp_notif *call, int listener,
                     const struct exec_policy *policy, struct record_sink *sink);

/** Frees what was taken over and clears the sink. */
void record_sink_free(struct record_sink *sink);

#endif
