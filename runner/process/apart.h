/* SPDX-License-Identifier: MIT */
#ifndef RO_APART_H
#define RO_APART_H

#include "base/error.h"

#include <sys/types.h>

/**
 * Starts a process that serves this one and holds nothing else of it: a copy of it in a session of
 * its own, with a socket (SOCK_SEQPACKET) to it and no other file, /dev/null as its standard
 * streams, default signals, and KILL for when its parent ends. There `serve` is called with the
 * socket; the process ends when it returns. The parent gets the other end of the socket in `*fd`.
 * Returns the pid, or -1 with ERROR_ENVIRONMENT (fork or socket refused).
 */
pid_t apart_start(void (*serve)(int fd, void *context), void *context, int *fd,
                  struct error *error);

#endif
