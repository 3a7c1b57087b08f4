/* SPDX-License-Identifier: MIT */
#ifndef RO_EVIDENCE_H
#define RO_EVIDENCE_H

#include "base/json_build.h"
#include "process/sample.h"

/** What the waiting came to, for the evidence of a hang or stall. Times in nanoseconds. */
struct wait_figures {
    uint64_t out_ns;         /* wall time since the call was entered */
    uint64_t charged_ns;     /* of it, what counted against the budget */
    uint64_t entered_ns;     /* CLOCK_MONOTONIC */
    bool early;              /* the wait was ended by --early */
    bool count_io;           /* the samples hold I/O (--early) */
    uint64_t quiet_ns;       /* with early: how long nothing moved */
    uint64_t longest_gap_ns; /* with early: control_pass's longest silence on this target */
};

/**
 * Builds the `evidence` of a cell (results/schema/) while its processes are still alive: what the
 * tree did between the two samples, what each thread waits in, which processes ended while the
 * call was out. `last_lines` has arrays of strings, which go with the ended ones: those of each
 * companion under its name, those of all others under "". A new reference.
 */
json_t *evidence_collect(struct builder *builder, const struct tree *tree,
                         const struct tree_sample *before, const struct tree_sample *after,
                         const struct wait_figures *figures, const json_t *last_lines);

/** Writes what the tree did between two samples, in one line; those that ended are left out. */
void evidence_summarize(const struct tree *tree, const struct tree_sample *before,
                        const struct tree_sample *after, char *out, size_t size);

/** An array of the schema's `unkillable` for the members that are still alive; a new reference. */
json_t *evidence_of_survivors(struct builder *builder, const struct tree *tree);

/**
 * Whether a thread waits for a disk (or another block device) to answer, in which case silence
 * proves nothing.
 */
bool thread_waits_for_disk(const struct thread_sample *thread);

#endif
