/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_SYSROOT_H
#define RO_GUARD_SYSROOT_H

#include "base/error.h"
#include "guard/modes.h"
#include "guard/string_list.h"

#include <limits.h>

/** The directory that everything of one check is in. */
struct scratch {
    char path[PATH_MAX];        /* "" when there is none */
    char recorder[PATH_MAX];    /* the file that plays the tools; each room has a copy */
    char interpreter[PATH_MAX]; /* the same with the mark of the interpreter behind it */
};

/** What one run of the harness gets: a fresh sysroot, home and temporary directory. */
struct sysroot {
    char room[PATH_MAX];      /* holds the rest, and is all that the harness may write to */
    char directory[PATH_MAX]; /* the sysroot, working directory of the harness */
    char tools[PATH_MAX];     /* a second bin directory elsewhere, for NANVIX_BIN_DIR */
    char temporary[PATH_MAX]; /* its TMPDIR, with a '/' at the end */
};

/**
 * Ties the check to come to the command's own life (process/lifetime.h), which see: a guardian
 * removes the scratch directory of one that is killed, unless `keep`.
 */
int scratch_begin_lifetime(bool keep, struct error *error);

/**
 * Makes the scratch directory in TMPDIR (or /tmp) and puts the two programs into it, copied from
 * `recorder`, or from where the program's data are when that is NULL. Returns 0, or -1 with
 * ERROR_ENVIRONMENT (no recorder, no space, a file system that starts no programs); then nothing is
 * left behind.
 */
int scratch_make(struct scratch *scratch, const char *recorder, struct error *error);

/** Removes it with all that a harness left in it. Returns 0, or -1 with ERROR_ENVIRONMENT. */
int scratch_remove(struct scratch *scratch, struct error *error);

/**
 * Makes the room for one run: SCRATCH/NAME with the tools of the scenario and the mode's manifest.
 * Returns 0, or -1 with ERROR_ENVIRONMENT or ERROR_INPUT (a path too long).
 */
int sysroot_make(struct sysroot *sysroot, const struct scratch *scratch, const char *name,
                 const struct guard_mode *mode, const struct guard_scenario *scenario,
                 struct error *error);

/** Removes the room. Returns 0, or -1 with ERROR_ENVIRONMENT. */
int sysroot_remove(struct sysroot *sysroot, struct error *error);

/**
 * The whole environment of a run: nothing of our own, but a plain one with a home and a temporary
 * directory in the room, what the mode sets, and last the `extra` "K=V" strings. A later setting of
 * a variable replaces an earlier one. Where nothing keeps the harness from `writing_elsewhere`,
 * PYTHONPYCACHEPREFIX keeps one that imports its neighbours from leaving bytecode beside them.
 * Returns 0, or -1 with ERROR_MEMORY.
 */
int sysroot_environment(const struct sysroot *sysroot, const struct guard_mode *mode,
                        bool writing_elsewhere, size_t extra_count, const char *const *extra,
                        struct string_list *out, struct error *error);

#endif
