/* SPDX-License-Identifier: MIT */
#ifndef RO_RUN_H
#define RO_RUN_H

#include "base/error.h"
#include "run/progress.h"
#include "verdict/verdict.h"

#include <stdbool.h>
#include <stdint.h>

enum { RUN_TARGETS_MAX = 32, RUN_SHAPES_MAX = 64 };

/** What a run is asked to do. Strings are borrowed. Zero or NULL means the default. */
struct run_options {
    const char *targets[RUN_TARGETS_MAX]; /* names or paths of descriptors */
    size_t target_count;
    const char *shapes[RUN_SHAPES_MAX];
    size_t shape_count;
    const char *scenario; /* its shapes, besides the others */
    bool extended;
    unsigned attempts;
    unsigned jobs;
    const char *output;     /* directory of the documents */
    const char *root;       /* {root} */
    const char *probes;     /* directory of the probe programs */
    const char *filesystem; /* {filesystem}, for targets whose guest may have any; or NULL */
    const char *sysroot;
    const char *release;
    const char *sign_key; /* of whoever vouches for the documents; NULL: nobody */
    uint64_t boot_ns;     /* budgets that replace the descriptors' */
    uint64_t step_ns;
    uint64_t control_step_ns;
    uint64_t exit_ns;
    uint64_t total_ns;
    uint64_t grace_ns;
    uint64_t wait_late_ns; /* behind a verdict, for the call to come back */
    bool early;
    bool keep;
    bool no_controls;
    bool skip_is_failure;
    bool last_failed;  /* only what did not pass in the newest run below `output` */
    char *const *argv; /* for the documents; NULL at the end */
};

/** What became of a run. */
struct run_summary {
    unsigned cells_run; /* controls not counted */
    unsigned cells_passed;
    unsigned cells_skipped;
    unsigned cells_bad; /* fail, hang, stall or crash: the file system's doing, not the harness's */
    unsigned targets_inadmissible;
    bool interrupted;
};

/**
 * Clears away what a run with these options left when it was killed (run/leftovers.h), for its
 * guardian (process/lifetime.h). `options` is a struct run_options.
 */
void run_clear_up(const void *options);

/** The same for those that are dead by now, below TMPDIR and `output`. Appends what is gone to
 * `swept`, an array. */
void run_sweep_dead(const char *output, struct builder *builder, json_t *swept);

/**
 * Runs every shape on every target as `options` say, telling `progress` of what happens, and writes
 * one document per target. Ends within the budgets plus a few seconds whatever the targets do.
 * Blocks SIGINT, SIGTERM, SIGHUP and SIGCHLD and makes the process a child subreaper. Returns 0
 * when the run took place (the summary tells how it went; an interrupt is a part of that), or -1:
 * ERROR_USAGE (unknown target or shape), ERROR_INPUT (a descriptor), ERROR_ENVIRONMENT (output or
 * root directory, disk full), ERROR_MEMORY.
 */
int run_all(const struct run_options *options, struct progress *progress,
            struct run_summary *summary, struct error *error);

#endif
