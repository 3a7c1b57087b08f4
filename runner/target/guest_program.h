/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_PROGRAM_H
#define RO_GUEST_PROGRAM_H

#include "base/error.h"

/**
 * Checks before anything boots that a probe is one that the target's guest can run and that this
 * tool knows: an ELF executable for the machine that `abi` starts with or ends in ("nanvix-i686":
 * 32-bit x86; "linux-x86_64": 64-bit), static (no interpreter), of the probe build `build_id`,
 * which every probe has in its text, and for an ABI with "-hostfs" in its name one that mounts
 * hostfs. Returns 0, or -1 with ERROR_INPUT that names the file and what it is instead, or
 * ERROR_ENVIRONMENT when it can't be read.
 */
int guest_program_check(const char *path, const char *abi, const char *build_id,
                        struct error *error);

#endif
