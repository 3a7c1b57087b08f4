/* SPDX-License-Identifier: MIT */
#ifndef RO_RUN_STATE_H
#define RO_RUN_STATE_H

#include "run/cell/cell.h"
#include "run/document/output.h"
#include "run/run.h"
#include "target/sysroot.h"

/* What the files of the run share; nothing outside of them includes this. */

/** One thing that runs at a time: a cell with the deputy and the cgroup that serve it. */
struct job {
    struct deputy deputy;
    struct cgroup group;
    struct cell cell;
};

/** A target with the document that it gets. */
struct run_target {
    struct target_setup setup;
    bool document_open;
    uint64_t wanted;         /* one bit for each of the run's shapes; all but with --last-failed */
    struct builder builder;  /* of the document's head, and of what follows */
    json_t *broken_controls; /* array of lines; owned */
    json_t *probe_digests;   /* object; owned */
    json_t *subject_digests; /* object; owned */
    char abi[96];            /* of a sysroot's guests; empty for other targets */
    unsigned controls_done;
    unsigned cells_done;
    unsigned cells_claimed; /* in which the launcher did not say its mode, though it was asked */
};

/** The next cell to start: the controls of all targets, then attempts x shapes x targets; last, and
 * one at a time, those that would take the room of others on a file system that they share. */
struct plan {
    bool controls;
    bool exhausting;
    unsigned attempt; /* from 1 */
    size_t shape;     /* index into shapes[] of the run; with controls, into the table of shapes */
    size_t target;
};

/** More processes that can't be ended are not remembered one by one. */
enum { LOST_MAX = 1024, LOST_NAME_SIZE = sizeof((struct bystander *)0)->name };

/** A process that was given up, and whose it was. */
struct lost_process {
    pid_t pid;
    char name[LOST_NAME_SIZE];
    const struct target_setup *target; /* borrowed */
};

struct lost_list {
    struct lost_process all[LOST_MAX];
    size_t count;
};

struct run {
    const struct run_options *options;
    struct progress *progress;
    struct run_summary *summary;
    unsigned attempts;
    struct run_target targets[RUN_TARGETS_MAX];
    size_t target_count;
    const struct shape *shapes[RUN_SHAPES_MAX];
    size_t shape_count;
    json_t *last_failed; /* last_run_failures, or NULL; owned */
    struct plan plan;
    struct boot_turn turn;
    bool planned_out; /* the plan has no more cells */
    struct job *jobs;
    unsigned job_count;
    struct cgroup group;
    bool has_group; /* it could be made; its fd is closed again when documents are finished */
    struct cell_settings settings;
    struct process_table table;
    struct silences silences;
    struct lost_list left_behind; /* survived KILL; named in the documents */
    struct lost_list given_up;    /* deputies that did not answer; killed, and not yet collected */
    struct sysroot sysroot;       /* of --nanvix; its path is empty without */
    char id[40];
    time_t started_at;
    uint64_t started_ns; /* the same moment on CLOCK_MONOTONIC */
    char scratch[PATH_MAX];
    char root[PATH_MAX]; /* of --root, without symbolic links; empty without */
    struct spawner spawner;
    struct deputy scratch_keeper; /* made the scratch directory and holds its lock */
    struct output output;
    int signal_fd;
    bool signalled;       /* the last wait ended with a signal to fetch, or for no known reason */
    bool child_ended;     /* a SIGCHLD was fetched and the children not looked at since */
    struct error failure; /* of the harness: a document that can't be written */
};

/* prepare.c */

/** Loads and prepares all targets of the options; those that can't run here become skipped. */
int run_prepare_targets(struct run *run, struct error *error);

/** In the deputy that reads: what it is at now, for when it does not answer; `of` may be NULL. */
void run_note_reading(const char *what, const char *of);

/** Frees them. */
void run_release_targets(struct run *run);

/* setup.c */

/** Reads all that the run needs to know before its first cell: the signing key, the release, and
 * for each target descriptor, probes, what it requires and what it launches. For the deputy. */
int run_read_targets(struct run *run, struct error *error);

/**
 * Where the probes of an ABI are: below --probes, in it, or among what the program ships. Without
 * symbolic links, because a guest that sees the host's tree elsewhere would follow an absolute one
 * into its own. Returns 0, or -1 with what is missing.
 */
int run_find_probes(const struct run *run, const char *abi, char out[PATH_MAX],
                    struct error *error);

/** Looks up one probe's digest for the document. Returns 0, or -1 when it can't be read. */
int run_digest_probe(struct run_target *target, const char *directory, const char *shape,
                     struct error *error);

/* run_scenario.c */

/**
 * Finds what the scenario's shapes need on a target that is not skipped: scripts and interpreter,
 * both of them into the document's digests. What is missing becomes the reason of their skip.
 */
void run_prepare_scenario(const struct run *run, struct run_target *target);

/* run_verify.c */

/** Digests once more what the documents name by digest. Where something is not what it was, or
 * can't be read, the target's document becomes inadmissible and says so. */
void run_verify_files(struct run *run);

/* run_place.c */

/** Makes the directory that cells live in, below TMPDIR or /tmp. */
int run_make_scratch(struct run *run, struct error *error);

/** Makes the run's id and its output directory. */
int run_make_output(struct run *run, struct error *error);

/** Removes the scratch directory, unless --keep; never waits for a stuck file system. */
void run_remove_scratch(struct run *run);

/* run_plan.c */

/** Looks the options' shapes up. Returns -1 with ERROR_USAGE for an unknown one. */
int run_choose_shapes(struct run *run, struct error *error);

/** Finds out what --last-failed is about. Returns -1 with ERROR_INPUT where nothing failed. */
int run_find_last_failed(struct run *run, struct error *error);

/** Which of the run's shapes a target is to run, as `wanted` has them. */
uint64_t run_choose_wanted(const struct run *run, const char *target);

/** Whether a target runs the shape with this index in the run, and how many it runs. */
bool run_wants(const struct run_target *target, size_t shape);
unsigned run_count_wanted(const struct run *run, const struct run_target *target);

/** Why a shape is not run on a target here, or NULL when it is; borrowed. */
const char *run_skip_reason(const struct run_target *target, const struct shape *shape);

/** How many cells, controls included, the plan has. */
unsigned run_count_planned(const struct run *run);

/** Takes the next cell off the plan. Returns false when there is none, or none that may run beside
 * those that run now; `idle` says that there are none. */
bool run_take_next(struct run *run, bool idle, const struct shape **shape,
                   struct run_target **target, unsigned *attempt);

/* run_record.c */

/** Puts a finished cell into its target's document and tells the progress output. */
void run_record_cell(struct run *run, struct cell *cell);

/** Puts the cells that are not run into the target's document: all of a skipped target, the
 * scenario's where there is no interpreter for it. */
int run_record_skips(struct run *run, struct run_target *target, struct error *error);

/** Writes all documents. Returns -1 with the first error; the others are still written. */
int run_write_documents(struct run *run, struct error *error);

/* run_children.c */

/** Remembers what survived KILL (a cell's `unkillable`), so that no later cell takes it for its
 * own. */
void run_note_left_behind(struct run *run, const struct cell *cell);

/** The same of a deputy that a cell gave up: it was killed, which may not end it. */
void run_note_given_up(struct run *run, const struct cell *cell, pid_t pid);

/** Whose a process is, of all that the run has started: see behind_knows; `context` is the run. */
bool run_knows(void *context, pid_t pid, struct bystander *out);

/** Tells the process table which of our children are of no cell that runs now: deputies, and what
 * earlier cells had to leave behind. */
void run_list_own(struct run *run);

/** Collects the children that have ended and tells the cells whose they were. */
void run_reap_children(struct run *run, uint64_t now_ns);

/* run_loop.c */

/** Runs the plan to its end or to an interrupt. */
int run_loop(struct run *run, struct error *error);

/** Asks a deputy and waits for the answer, for `deadline_ns` as patience.h counts it; NULL with an
 * error. */
json_t *run_ask_and_wait(struct run *run, struct deputy *deputy, json_t *request,
                         uint64_t deadline_ns, struct error *error);

/** The same for what `work` does in a new deputy with its copy of the run: anything that touches a
 * file system which may not answer. */
json_t *run_do_apart(struct run *run, struct deputy *deputy, json_t *(*work)(void *run),
                     uint64_t deadline_ns, struct error *error);

/** Ends whatever is still there of what the run started; bounded. */
void run_sweep(struct run *run);

#endif
