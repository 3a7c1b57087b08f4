/* SPDX-License-Identifier: MIT */
#ifndef RO_FOLLOW_H
#define RO_FOLLOW_H

#include "base/error.h"

#include <sys/types.h>

/**
 * A process that reads a console file while a target writes it, because a file can't be polled and
 * its file system may never answer. Over a socket (SOCK_SEQPACKET) come messages, of which the
 * first byte says what they are.
 */
enum follow_message {
    FOLLOW_BYTES = 'b',      /* of the file, in order; at most FOLLOW_MAX */
    FOLLOW_UP_TO_DATE = 'u', /* the answer: all that was there when it was asked has been sent */
    FOLLOW_FAILED = 'f',     /* why the file can't be read, as text; nothing comes any more */
};
enum { FOLLOW_MAX = 64 * 1024 };

/** One process that follows a file. */
struct follower {
    pid_t pid; /* 0: not started */
    int fd;    /* -1 when closed */
};

/**
 * Starts to follow `path`, which need not be there yet. A FIFO is opened once, and stays open.
 * Returns 0, or -1 with ERROR_ENVIRONMENT.
 */
int follow_start(struct follower *follower, const char *path, struct error *error);

/** Asks for FOLLOW_UP_TO_DATE, in place of which comes an end of the socket when the process is
 * gone. */
void follow_ask(const struct follower *follower);

#endif
