/* SPDX-License-Identifier: MIT */
#ifndef RO_CONNECTIONS_H
#define RO_CONNECTIONS_H

#include "target/target.h"

/**
 * Whether the connections of a descriptor hold together: no two connections and no two companions
 * have one name, and each connection has two users of all that is started, however it is launched.
 * Returns 0, or -1 with ERROR_INPUT and PATH:LINE:COLUMN. The target's words are complete.
 */
int connections_check(const struct target *target, struct error *error);

/** Whether one that is started, an object or the words of a command line, uses the connection. */
bool connection_is_used(json_t *words, const char *connection);

/** Gives each {end:NAME} its value, the number of a descriptor: 3, behind the standard streams, for
 * the first connection, and so on. Returns 0, or -1 with ERROR_MEMORY. */
int connections_bind(const struct target *target, json_t *bindings, struct error *error);

#endif
