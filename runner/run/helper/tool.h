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

/** What a helper program may take. */
struct tool_limits {
    uint64_t silent_ns; /* as patience.h counts it */
    uint64_t most_ns;   /* in all, on the wall clock; 0: the usual multiple of it */
    size_t bytes;       /* of its output that are kept */
};

/**
 * Runs a helper program (mkfs.fat, mtools, mkimage, ...) to its end and keeps the beginning of
 * what it writes. `argv[0]` is looked up as
 * program.h says. Returns 0 when it ran, whatever its
 * status; or -1 with ERROR_ENVIRONMENT (it can't be started), ERROR_DEADLINE (it was killed; what
 * it had written is there), ERROR_MEMORY. For use in a deputy: it
 * waits.
 */
int tool_run(const char *const *argv, const char *directory, struct tool_limits limits,
             struct tool_output *out, struct error *error);

/** Frees what tool_run made; a zeroed output is allowed. */
void tool_output_release(struct tool_output *output);

#endif
