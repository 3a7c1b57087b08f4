/* SPDX-License-Identifier: MIT */
#ifndef RO_COMPANIONS_H
#define RO_COMPANIONS_H

#include "base/json_build.h"
#include "run/cell/artifact.h"
#include "run/cell/console_tail.h"
#include "run/cell/panic_watch.h"

#include <poll.h>

/*
 * Processes that stand by what a cell launches: a file server, say, and what carries its guest's
 * requests (docs/target-descriptor.md). They are started before it, belong to its tree, and are
 * ended when it has ended.
 */

enum { COMPANIONS_MAX = 8, CONNECTIONS_MAX = 8 };

struct cell;
struct cell_program;

/** One that was started. */
struct companion {
    const char *name; /* the descriptor's */
    pid_t pid;
    int report; /* of its start, see spawn.h; -1 before */
    int fd;     /* what it writes, not blocking; -1 when that has ended */
    bool readable;
    struct artifact artifact;
    struct console_tail *tail;
    const char *line_text;    /* what a line holds that says that it is ready; or NULL */
    struct panic_watch *line; /* looks for that */
    bool ended;
    bool ended_early; /* before the journal did, and not by us */
    bool failed;      /* came to a bad end before the guest said anything */
    int status;       /* as wait(2) gives it */
};

/** All of a cell. Zeroed there are none. */
struct companions {
    struct companion all[COMPANIONS_MAX];
    size_t count;
    int ends[CONNECTIONS_MAX][2]; /* of the connections, until they are given away; then -1 */
    size_t connection_count;
    bool failed; /* one of them */
};

/** The program of a companion as the descriptor has it; borrowed. */
struct cell_program companion_program(const json_t *companion);

/**
 * Takes the ends out of the cell that a program is to have, one for each connection, -1 for those
 * that it has no part in. They become the caller's. Returns how many there are.
 */
size_t companions_take_ends(struct cell *cell, const struct cell_program *program,
                            int out[static CONNECTIONS_MAX]);

/** Lists what they are polled for, and takes what came of it, as of the cell (cell.h). */
size_t companions_list_fds(const struct companions *companions, struct pollfd *out);
size_t companions_take_readiness(struct companions *companions, const struct pollfd *fds);

/** Reads what the last poll has reported. */
void companions_read_ready(struct cell *cell);

/** Takes note when the process was one of them. What the guest has said was heard before. */
void companions_note_exit(struct cell *cell, pid_t pid, int status);

/** Adds the last lines of each to an object, under its name. */
void companions_add_last_lines(struct cell *cell, json_t *lines);

/** Reads to the end, writes the artifacts, and notes as an anomaly which have ended too soon; a
 * failure or a cut is added to what there is. Once a cell. */
void companions_finish(struct cell *cell, bool *cut, struct error *error);

/** Whether their ends make the cell a failure. */
void companions_judge(struct cell *cell);

/** Names the artifacts in the document. */
void companions_describe_artifacts(struct builder *builder, json_t *artifacts,
                                   const struct cell *cell);

/** Frees what they have. */
void companions_release(struct companions *companions);

#endif
