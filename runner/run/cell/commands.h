/* SPDX-License-Identifier: MIT */
#ifndef RO_CELL_COMMANDS_H
#define RO_CELL_COMMANDS_H

#include "base/error.h"
#include "run/cell/stages.h"

#include <jansson.h>

/**
 * What a cell does, as a text that a shell takes: `steps`, the expanded steps of its preparation,
 * then the launch in its directory and with its environment. The caller frees it. NULL with
 * ERROR_INPUT (a placeholder without a binding) or ERROR_MEMORY.
 */
char *cell_commands(const struct cell *cell, const json_t *steps, struct error *error);

#endif
