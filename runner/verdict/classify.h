/* SPDX-License-Identifier: MIT */
#ifndef RO_CLASSIFY_H
#define RO_CLASSIFY_H

#include "verdict/verdict.h"

#include <stdbool.h>
#include <stdint.h>

/** Why the runner stopped waiting. */
enum ending {
    ENDING_VM_ENDED,     /* the launched process ended by itself */
    ENDING_AFTER_END,    /* the journal was complete; the runner ended the VM */
    ENDING_BOOT_BUDGET,  /* no first event within the boot budget */
    ENDING_STEP_BUDGET,  /* a call (or the silence between two) used up the step budget */
    ENDING_EARLY,        /* the tree provably made no progress (--early) */
    ENDING_TOTAL_BUDGET, /* the wall clock ran out first */
    ENDING_PANIC,        /* the guest's console showed a panic */
};

/** How much of the launched program's exit status is to be believed. */
enum exit_policy {
    EXIT_STATUS_IS_PROBES, /* it must be the probe's: 0 on pass, 1 on fail */
    EXIT_STATUS_IGNORED,   /* a VM's, which may abort after a clean halt */
};

/** What one look from the host at the file system came to. */
enum view_result { VIEW_NONE, VIEW_AGREES, VIEW_CONTRADICTS, VIEW_UNAVAILABLE };

/** What the journal's last line said, when it was `end`. */
enum outcome { OUTCOME_NONE, OUTCOME_PASS, OUTCOME_FAIL, OUTCOME_UNFIT };

/**
 * Everything a verdict is made of, gathered by the runner. Pointers are borrowed; texts may hold
 * any byte that a guest can write. A zeroed observation is one of a cell that ended without a word.
 */
struct observation {
    const char *own_failure; /* the harness itself could not do its part; NULL if it could */
    enum ending ending;
    const char *behind; /* the process whose lock is waited for, "CELL (pid N)"; or NULL */
    double
        returned_after_ms;   /* how long the call was out that came back behind the verdict; or 0 */
    bool starved;            /* with ENDING_TOTAL_BUDGET: the host kept the tree from running */
    const char *bad_journal; /* why the journal can't be believed; NULL if it can */
    uint64_t damaged_since_last;
    uint64_t damaged;
    bool any_event;
    const char *other_shape; /* what the probe calls itself, if not by its shape; or NULL */
    enum outcome outcome;
    const char *call_out;  /* the call that was entered and not left; NULL if none */
    const char *call_text; /* that line, "enter rename from=... to=..." */
    const char *last_text; /* the last valid line */
    unsigned checks_held;
    const char *broken_check; /* the first broken check; NULL if none */
    bool setup_broke;         /* that one is of the set-up, and says nothing about rename */
    bool rename_tried;
    const char *rename_error;  /* name of the errno of the first rename that failed, or NULL */
    unsigned renames_returned; /* renames that were entered and returned 0 */
    unsigned renames_expected;
    const char *wrong_rename;     /* a rename of other names than the shape's, or NULL */
    const char *odd_inode;        /* where names that must be the same file are not: how; or NULL */
    const char *wrong_filesystem; /* the probe ran on another file system than it had to, or NULL */
    bool status_known;
    int status; /* of the launched process, as wait(2) gives it */
    enum exit_policy exit_policy;
    const char *panic;            /* the guest's panic line; NULL if none */
    const char *launcher_failure; /* what the launcher logged of its own failure; NULL if nothing */
    enum view_result view;
    const char *view_finding; /* the first thing that does not agree */
};

/** A verdict with its reason: one line, empty only for an undisturbed pass. */
struct classification {
    enum verdict verdict;
    char reason[768];
};

/** Decides. Total: every observation gets a verdict, and a doubtful one `error`. */
void classify(const struct observation *observation, struct classification *out);

#endif
