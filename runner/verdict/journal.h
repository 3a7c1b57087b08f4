/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_H
#define RO_JOURNAL_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * The reader of a probe's journal, as docs/journal.md describes it. It is fed console bytes as they
 * arrive, in pieces of any size, and calls back once for every line that checks out. It never
 * guesses: what does not check out is counted, and what makes the journal as a whole untrustworthy
 * is said by journal_reader_bad().
 */

enum journal_kind {
    JOURNAL_BEGIN,
    JOURNAL_FS,
    JOURNAL_ENTER,
    JOURNAL_LEAVE,
    JOURNAL_CHECK,
    JOURNAL_NOTE,
    JOURNAL_END,
};

/** More fields than any line that the format knows; a line with more makes the journal bad. */
#define JOURNAL_FIELDS_MAX 16

struct journal_field {
    const char *key;
    const char *value; /* decoded; may hold any byte but NUL */
    bool clipped;      /* the probe cut the value short */
};

/** Everything that an event points to lives only until the handler returns. */
struct journal_event {
    enum journal_kind kind;
    uint32_t sequence;
    const char *subject; /* 1 to 64 of A-Z a-z 0-9 _ . -, but of JOURNAL_FS any bytes */
    size_t field_count;
    struct journal_field fields[JOURNAL_FIELDS_MAX];
    const char *text; /* "enter rename from=... to=...", still encoded, printable ASCII only */
    bool repaired;    /* a kernel log line had to be cut out of it */
};

typedef void (*journal_handler)(void *context, const struct journal_event *event);

struct journal_counts {
    uint64_t lines;              /* that check out and carry the nonce, bad journal or not */
    uint64_t damaged;            /* starts of lines that did not come to a valid line */
    uint64_t damaged_since_last; /* of those, after the last valid line */
    uint64_t repaired;           /* of `lines` */
    uint64_t noise_bytes;        /* that belong to no valid line; kernel text and damage included */
};

struct journal_reader;

/**
 * A reader for the journal of `nonce` (8 to 32 of 0-9a-z, copied), which calls `handler` with
 * `context` from within feed and finish. All memory is taken here: feeding never allocates, and
 * what is kept does not grow. Returns NULL with ERROR_INTERNAL for a nonce outside the format, with
 * ERROR_MEMORY when there is no memory.
 */
struct journal_reader *journal_reader_new(const char *nonce, journal_handler handler, void *context,
                                          struct error *error);

/**
 * Reads `length` more bytes of console output, in time proportional to `length` whatever they are.
 * A line counts once its LF has arrived. Ignored after finish.
 */
void journal_reader_feed(struct journal_reader *reader, const void *bytes, size_t length);

/** The stream has ended: a last line without LF counts if it checks out, and is damaged if not. */
void journal_reader_finish(struct journal_reader *reader);

/** Goes on after finish, at the start of a line: counts, order and reason stay as they are. */
void journal_reader_resume(struct journal_reader *reader);

/** Releases the reader; NULL is allowed. */
void journal_reader_free(struct journal_reader *reader);

/** The counts as of now, owned by the reader. Text that is not decided yet is in none of them. */
const struct journal_counts *journal_reader_counts(const struct journal_reader *reader);

/**
 * NULL, or one printable line that says why the journal is bad: a line of another nonce, a gap
 * (with the number of damaged lines in it), a repeat, a line whose checksum is right and whose
 * grammar is not, an event out of order, or an `end` whose counts are not those of the checks
 * before it. The first reason stays; no event is handed out from there on. Owned by the reader.
 */
const char *journal_reader_bad(const struct journal_reader *reader);

/** The decoded value of `key`, or NULL where the event has no such field. */
const char *journal_event_field(const struct journal_event *event, const char *key);

/** Whether a call of that name is one of those that rename. */
bool journal_call_renames(const char *call);

/** Whether `nonce` is one that the format allows. */
bool journal_nonce_allowed(const char *nonce);

#endif
