/* SPDX-License-Identifier: MIT */
#ifndef RO_STREAMS_H
#define RO_STREAMS_H

#include "run/cell/artifact.h"
#include "run/cell/console_tail.h"
#include "run/cell/inside.h"
#include "run/cell/panic_watch.h"
#include "run/helper/follow.h"
#include "verdict/account.h"
#include "verdict/journal.h"

#include <stdbool.h>
#include <stdint.h>

enum { STREAM_STDOUT, STREAM_STDERR, STREAM_CONSOLE_FILE, STREAM_COUNT };

/** One stream of bytes from a target. */
struct stream {
    int fd; /* -1 when it has ended or was never there */
    struct artifact artifact;
    bool ready;                /* a poll has reported it since it was read last */
    bool is_journal;           /* the probe's lines come here */
    struct console_tail *tail; /* these are one each, because a line is a line of one stream */
    struct panic_watch *panic; /* NULL without patterns */
};

/**
 * Everything that is heard from one cell's processes: standard output, standard error and, where
 * the target has one, a console file. All of it goes to artifacts of bounded size, to a tail of
 * last lines and past the panic watch; one of them also goes to the journal reader.
 */
struct streams {
    struct stream all[STREAM_COUNT];
    struct follower follower; /* of a console file; its pid is 0 without one, or when collected */
    struct output *output;    /* borrowed */
    struct error failure;     /* the first one of an artifact */
    bool cut;
    const char **panic_patterns; /* owned; the strings are the target's */
    struct journal_reader *reader;
    const char *inside_nonce; /* by which a guest tells of itself; NULL: it does not; borrowed */
    struct inside inside;     /* what the guest tells of itself where the journal comes */
    struct journal_account *account;
    bool judged; /* the verdict is made from what follows; what is heard later is not in it */
    struct journal_counts judged_counts;
    char judged_bad[256]; /* empty if the journal was good */
};

/**
 * Starts to listen. `stdout_fd` and `stderr_fd` are read ends in non-blocking
 * mode, which it takes over. `console_file` is the path of a console file or NULL; the journal is
 * in it unless `journal_is_stdout`. Artifacts are made in `output`, unless it is NULL, as
 * PREFIX.stdout, PREFIX.stderr and PREFIX.console. Returns 0, or -1 with ERROR_MEMORY, ERROR_INPUT
 * (a pattern that can't be watched for) or ERROR_ENVIRONMENT (a console file whose file system does
 * not answer).
 */
int streams_start(struct streams *streams, struct journal_account *account, const char *nonce,
                  const json_t *panic_lines, int stdout_fd, int stderr_fd, const char *console_file,
                  bool journal_is_stdout, struct output *output, const char *prefix,
                  struct error *error);

/** Reads what has arrived by `now_ns`: all that was there when it was called, and little more.
 * Waits for a console file to be read, but not for ever: when it can't be, streams_finish fails. */
void streams_read(struct streams *streams, uint64_t now_ns);

/** The same, but asks no pipe that is not marked `ready`. */
void streams_read_ready(struct streams *streams, uint64_t now_ns);

/** Whether the journal's stream has ended; that of a console file only ends when it can't be read.
 */
bool streams_journal_ended(const struct streams *streams);

/** The verdict is made: what the journal says from now on is heard (account.h), and counts for
 * nothing. */
void streams_judge(struct streams *streams);

/** The journal's counts, and why it is bad or NULL: as of the verdict, once it is made. */
const struct journal_counts *streams_counts(const struct streams *streams);
const char *streams_bad(const struct streams *streams);

/** The panic watch that has seen a panic; NULL if none has. */
const struct panic_watch *streams_panic(const struct streams *streams);

/**
 * Closes everything. Returns 0, or -1 with the first error of an artifact (disk full) or of a
 * console file. Sets `*cut` if an artifact had to be shortened.
 */
int streams_finish(struct streams *streams, bool *cut, struct error *error);

/**
 * The last lines of text that was no journal, for a document; a new reference. Those of standard
 * error stand behind those of standard output, those of a console file behind both.
 */
json_t *streams_last_lines(const struct streams *streams, struct builder *builder);

/** Frees everything; a zeroed one is allowed. */
void streams_release(struct streams *streams);

#endif
