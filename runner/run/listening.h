/* SPDX-License-Identifier: MIT */
#ifndef RO_LISTENING_H
#define RO_LISTENING_H

#include "journal/console_tail.h"
#include "journal/journal.h"
#include "journal/panic_watch.h"
#include "run/output.h"
#include "run/witness.h"

#include <stdbool.h>
#include <stdint.h>

enum { STREAM_STDOUT, STREAM_STDERR, STREAM_CONSOLE_FILE, STREAM_COUNT };

/** One stream of bytes from a target. */
struct stream {
    int fd;     /* -1 when it has ended or was never there */
    char *kept; /* bytes on their way to the artifact; owned */
    size_t kept_length;
    size_t kept_room;
    bool captured;             /* there is an artifact */
    bool ready;                /* a poll has reported it since it was read last */
    bool is_journal;           /* the probe's lines come here */
    bool is_file;              /* a file that grows: its end is not the end of the stream */
    struct console_tail *tail; /* these are one each, because a line is a line of one stream */
    struct panic_watch *panic; /* NULL without patterns */
};

/**
 * Everything that is heard from one cell's processes: standard output, standard error and, where
 * the target has one, a console file. All of it goes to artifacts of bounded size, to a tail of
 * last lines and past the panic watch; the console also goes to the journal reader.
 */
struct listening {
    struct stream streams[STREAM_COUNT];
    char *console_path;    /* of a console file; NULL without one; owned */
    struct output *output; /* borrowed */
    char prefix[200];
    struct error failure; /* the first one of an artifact */
    bool cut;
    const char **panic_patterns; /* owned; the strings are the target's */
    struct journal_reader *reader;
    struct witness *witness;
    bool judged; /* the verdict is made from what follows; what is heard later is not in it */
    struct journal_counts judged_counts;
    char judged_bad[256]; /* empty if the journal was good */
};

/**
 * Starts to listen. `stdout_fd` and `stderr_fd` are read ends in non-blocking mode, which it takes
 * over. `console_file` is the path of a console file or NULL. Artifacts are made in
 * `output`, unless it is NULL, as PREFIX.stdout, PREFIX.stderr and PREFIX.console. Returns 0, or -1
 * with ERROR_MEMORY or ERROR_INPUT (a pattern that can't be watched for).
 */
int listening_start(struct listening *listening, struct witness *witness, const char *nonce,
                    const json_t *panic_lines, int stdout_fd, int stderr_fd,
                    const char *console_file, struct output *output, const char *prefix,
                    struct error *error);

/** Reads what has arrived by `now_ns`: all that was there when it was called, and little more. */
void listening_read(struct listening *listening, uint64_t now_ns);

/** The same, but asks no pipe that is not marked `ready`. */
void listening_read_ready(struct listening *listening, uint64_t now_ns);

/** Whether the stream number `index` is open and one that can be polled. */
bool listening_is_polled(const struct listening *listening, size_t index);

/** Whether the journal's stream has ended. Never so for a console file. */
bool listening_journal_ended(const struct listening *listening);

/** Whether bytes must be looked for by time, because a file can't be polled. */
bool listening_needs_ticks(const struct listening *listening);

/** The verdict is made: what the journal says from now on is heard (witness.h), and counts for
 * nothing. */
void listening_judge(struct listening *listening);

/** The journal's counts, and why it is bad or NULL: as of the verdict, once it is made. */
const struct journal_counts *listening_counts(const struct listening *listening);
const char *listening_bad(const struct listening *listening);

/** The panic watch that has seen a panic; NULL if none has. */
const struct panic_watch *listening_panic(const struct listening *listening);

/**
 * Closes everything. Returns 0, or -1 with the first error of an artifact (disk full). Sets
 * `*cut` if an artifact had to be shortened.
 */
int listening_finish(struct listening *listening, bool *cut, struct error *error);

/**
 * The last lines of text that was no journal, for a document; a new reference. Those of standard
 * error stand behind those of standard output, those of a console file behind both.
 */
json_t *listening_last_lines(const struct listening *listening, struct builder *builder);

/** Frees everything; a zeroed one is allowed. */
void listening_release(struct listening *listening);

#endif
