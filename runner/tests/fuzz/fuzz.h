/* SPDX-License-Identifier: MIT */
#ifndef RO_FUZZ_H
#define RO_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** What libFuzzer, or replay.c, calls with each input. Returns 0; a finding ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void require(bool holds, const char *file, int line, const char *condition)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

/** Ends the process unless what must hold for every input holds. */
#define REQUIRE(condition) require((condition), __FILE__, __LINE__, #condition)

#endif
