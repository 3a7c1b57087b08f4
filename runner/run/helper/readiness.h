/* SPDX-License-Identifier: MIT */
#ifndef RO_READINESS_H
#define RO_READINESS_H

#include "base/error.h"

#include <stdbool.h>

/**
 * Whether a process listens on the UNIX socket of this absolute path. Nobody connects to it for
 * that: many a server takes one connection and no other. Returns -1 with ERROR_INPUT for a path
 * that no socket can have, or ERROR_ENVIRONMENT. For use in a deputy.
 */
int socket_is_listened_on(const char *path, bool *listens, struct error *error);

#endif
