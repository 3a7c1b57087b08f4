/* SPDX-License-Identifier: MIT */
#ifndef RO_TOOL_H
#define RO_TOOL_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

/** What a helper program said. */
struct tool_output {
    char *bytes;   /* standard output, then standard error; NUL-terminated; owned */
    size_t length; /* without the NUL */
    int status;    /* as wait(2) gives it */
};

/**
 * Runs a helper program (mkfs.fat, mtools, mkimage, ...) to its end and keeps what it writes, at
 * most `limit` bytes of it. `argv[0]` is looked up as
 * program.h says. Returns 0 when it ran, whatever its
 * status; or -1 with ERROR_ENVIRONMENT (it can't be started), ERROR_DEADLINE (it was killed after
 * `deadline_ns`, relative, and counted as patience.h does), ERROR_MEMORY. For use in a deputy: it
 * waits.
 */
int tool_run(const char *const *argv, const char *directory, uint64_t deadline_ns, size_t limit,
             struct tool_output *out, struct error *error);

/** Frees what tool_run made; a zeroed output is allowed. */
void tool_output_release(struct tool_output *output);

#endif
