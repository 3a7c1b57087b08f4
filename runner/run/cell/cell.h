/* SPDX-License-Identifier: MIT */
#ifndef RO_CELL_H
#define RO_CELL_H

#include "process/ending.h"
#include "process/meter.h"
#include "process/patience.h"
#include "process/spawn.h"
#include "run/cell/behind.h"
#include "run/cell/companions.h"
#include "run/cell/streams.h"
#include "run/helper/deputy.h"
#include "run/helper/silence.h"
#include "target/target.h"
#include "verdict/account.h"
#include "verdict/classify.h"

#include <limits.h>
#include <poll.h>

/**
 * The right to boot, for targets whose boot keeps every core busy: several at once give no more
 * boots a second, but make each of them slow. It is held from the launch to the guest's first
 * line, so a guest that hangs later holds up nobody. One for all cells of a run; zeroed, it is
 * free.
 */
struct boot_turn {
    const void *holder; /* compared only, never followed; NULL: free */
    uint64_t until_ns;  /* a boot that takes longer no longer keeps others waiting */
};

/** Takes the turn for `holder` if it is free, or was held for a second. Returns whether it did. */
bool boot_turn_take(struct boot_turn *turn, const void *holder, uint64_t now_ns);

/** Gives the turn back; does nothing when `holder` does not have it. */
void boot_turn_give(struct boot_turn *turn, const void *holder);

/** When it is worth while to ask again, on CLOCK_MONOTONIC: 0, at once, when the turn is free. */
uint64_t boot_turn_next(const struct boot_turn *turn);

struct cell;

/** What all cells of a run share. Borrowed by every cell. */
struct cell_settings {
    const char *scratch;   /* absolute; cells get their directories below it */
    struct output *output; /* of the run */
    const char *artifacts; /* its name relative to the documents */
    bool early;            /* waits may end before their budgets */
    uint64_t wait_late_ns; /* how long to wait for a late answer behind a verdict */
    bool keep;             /* leave work directories and images behind */
    const char *probe_build;
    /* For --live, or NULL: every valid journal line of every cell. */
    void (*listener)(void *context, const char *target, const char *shape, uint64_t since_launch_ns,
                     const char *text);
    /* For who watches, or NULL. `so_far` is the cell as documents have it, as far as it is known:
     * what a call that is out for long does, or, when it is `over`, its verdict. Both are borrowed.
     */
    void (*tell)(void *context, const struct cell *cell, const json_t *so_far, bool over);
    void *listener_context;  /* of both */
    struct spawner *spawner; /* of the run; may be NULL */
    behind_knows knows;      /* whose the other processes are */
    void *knows_context;
};

/** A target of this run, prepared. */
struct target_setup {
    struct target target;
    json_t *bindings;               /* placeholders that are the same in all cells; owned */
    uint64_t longest_gap_ns;        /* of control_pass; 0 while it is not known */
    char device[MOUNT_DEVICE_SIZE]; /* of the file system that its cells work on; may be empty */
    json_t *files;           /* that its document names by digest (recorded_files.h); owned */
    struct silence *silence; /* what is known of it; of the run; borrowed */
    size_t argument_bytes;   /* that a guest program may have; 0: any number */
    bool skipped;
    char skip_reason[512];
    char scripts[PATH_MAX];     /* directory of the scenarios' scripts */
    char scenario_missing[512]; /* why no scenario can run here; empty when it can */
};

/** What a cell goes through, in this order. */
enum cell_stage {
    CELL_IDLE,
    CELL_HELD,         /* its file system may have fallen silent: others must come back first */
    CELL_PREPARING,    /* the deputy makes what the launch needs */
    CELL_ACCOMPANYING, /* what stands by the launched program is started, one after the other */
    CELL_QUEUED,       /* ready to launch; another guest has the turn to boot */
    CELL_WATCHING,     /* the target runs */
    CELL_LATE,         /* the verdict is made, and a late answer is waited for (--wait-late) */
    CELL_ENDING,       /* what is left of the tree ends, or is ended (process/ending.h) */
    CELL_VIEWING,      /* the deputy looks at the file system */
    CELL_CLEANING,     /* the deputy clears away */
    CELL_DONE,
};

/** One attempt at one shape on one target: a state machine that never waits. */
struct cell {
    const struct cell_settings *settings;
    struct target_setup *setup;
    const struct shape *shape;
    unsigned attempt;
    struct deputy *deputy;  /* of the job; borrowed */
    struct cgroup *group;   /* of the job; borrowed */
    struct boot_turn *turn; /* of the run; borrowed */
    bool alone;             /* the run has one job: orphans can only be ours */

    enum cell_stage stage;
    struct patience patience; /* with the deputy, in the stages that wait for it */
    bool deputy_lost;         /* one did not come back: no other is sent for this cell */
    char nonce[20];
    char name[40];
    char *directory;       /* owned */
    char *guest_directory; /* owned */
    json_t *bindings;      /* owned */

    pid_t pid;
    int report_fd;       /* of its start, see spawn.h; -1 before and where it failed */
    bool cleaning_asked; /* the deputy will clear away after the question that is out */
    int stdin_fd;        /* write end that is kept open, so that a blocked read stays blocked */
    struct companions companions;
    struct streams streams;
    struct journal_account account;
    struct tree tree;
    struct meter meter;
    uint64_t launched_ns;
    uint64_t ended_ns;
    uint64_t expected_ns; /* when this cell is to be looked at next */
    uint64_t late_until_ns;
    bool root_ended;
    uint64_t root_ended_ns;
    int status;
    uint64_t panic_ns;
    bool phase_is_rename; /* a rename is out in this phase */
    uint64_t
        slow_rename_ns; /* how long the slowest one was out, as it was charged; 0: none is slow */
    uint64_t phase_start_ns; /* what is waited for now has been waited for since then */
    struct tree_ending tree_ending;
    bool hurried;      /* an interrupt: it is to be over soon, */
    bool slow_told;    /* that a call is out for long */
    enum verdict told; /* when the wait was over; VERDICT_COUNT where nothing was */
    bool aborted;      /* and has no result, as nothing was decided before */

    enum ending ending;
    bool starved;
    bool is_behind;          /* what it waits for is a lock that another process holds: */
    struct bystander behind; /* this one */
    struct error failure;
    struct builder builder; /* of what follows; asked when the result is made */
    enum view_result view;
    json_t *view_findings;
    json_t *launcher; /* how mode and version are known, as the document has it; or NULL */
    bool log_kept;    /* there is an artifact of what the launcher logged */
    json_t *evidence;
    size_t inspected;          /* commands of `inspect` that are over */
    uint64_t inspect_until_ns; /* when the one that is out is given up */
    json_t *inspections;       /* what they printed; owned */
    json_t *anomalies;
    json_t *survivors;
    json_t *timeline; /* NULL: it was never launched */
};

/**
 * Whether the journal of a shape on a prepared target can carry the names that it has to tell: what
 * a probe has to cut looks like another name. Returns 0, or -1 with ERROR_ENVIRONMENT that has the
 * limit, or another where a placeholder can have no value.
 */
int cell_check_paths(const struct cell_settings *settings, struct target_setup *setup,
                     const struct shape *shape, struct error *error);

/**
 * Starts one attempt on a free job. Returns 0, or -1 with ERROR_MEMORY; whatever else goes wrong
 * becomes the cell's verdict `error`.
 */
int cell_start(struct cell *cell, uint64_t now_ns, struct error *error);

enum { CELL_FDS_MAX = 4 + COMPANIONS_MAX };

/** Writes what the cell wants to be polled for; returns how many entries, at most CELL_FDS_MAX. */
size_t cell_list_fds(const struct cell *cell, struct pollfd *out);

/**
 * Tells the cell which of the entries that it has listed last are ready (`revents`); nothing may
 * have happened to it in between. Returns how many entries are its own.
 */
size_t cell_take_readiness(struct cell *cell, const struct pollfd *fds);

/** Reads whatever has arrived where something was ready. Call before cell_advance. */
void cell_read(struct cell *cell, uint64_t now_ns);

/**
 * Shows the cell a child of the runner that has ended and is not collected yet: a daemon, say, that
 * was gone, or had no name of its own, when the tree was last looked at. Returns whether it was the
 * cell's own; cell_note_exit has to follow then.
 */
bool cell_recognize(struct cell *cell, const struct process *process);

/** Whether the process is the one that the cell launched, and has not ended yet: once it has, its
 * number may be another's. */
bool cell_waits_for(const struct cell *cell, pid_t pid);

/** Whether the process is, or was, one that the cell knows as its own. */
bool cell_knows(const struct cell *cell, pid_t pid);

/** Tells the cell that a child of the runner has ended. Returns whether it was one of its own. */
bool cell_note_exit(struct cell *cell, pid_t pid, int status, uint64_t now_ns);

/** When the cell must be advanced again at the latest. */
uint64_t cell_next_wake(const struct cell *cell);

/** Does what the time demands. `table` is scanned by need and shared between cells. */
void cell_advance(struct cell *cell, uint64_t now_ns, struct process_table *table);

/** Counts the cell's deputy with what is known of its file system, if it waits there now. */
void cell_count_deputy(const struct cell *cell);

/** Brings the cell to its end: its processes are ended at once. What was a hang or stall by then
 * stays one; any other cell has no result. */
void cell_abort(struct cell *cell, uint64_t now_ns, struct process_table *table);

/** Writes "native/cross_directory", with the number of the attempt if it is not the first. */
void cell_describe(const struct cell *cell, char *out, size_t size);

/** The finished cell as the document has it; a new reference, NULL when memory ran out, now or when
 * any part of it was noted. */
json_t *cell_result(struct cell *cell);

/** Frees what the cell owns. */
void cell_release(struct cell *cell);

#endif
