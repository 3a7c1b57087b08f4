/* SPDX-License-Identifier: MIT */
#ifndef RO_ACCOUNT_H
#define RO_ACCOUNT_H

#include "base/json_build.h"
#include "verdict/classify.h"
#include "verdict/journal.h"
#include "verdict/line.h"
#include "verdict/shapes.h"

#include <stdint.h>

/** Called for every event that is heard before the verdict; its text is printable. */
typedef void (*account_listener)(void *context, uint64_t since_launch_ns, const char *text);

/**
 * What a cell's journal has told so far: the call that is out, the checks, the renames, the time
 * of everything. Fed by the journal reader, or with the lines of a document (replay.h); the verdict
 * is made from it. It keeps events as they were read, bytes and all: they become text where the
 * document is built.
 */
struct journal_account {
    const struct shape *shape;
    const char *guest_directory; /* borrowed; renames must be of names below it */
    uint64_t launched_ns;
    uint64_t now_ns; /* when the bytes being read arrived; set it before feeding */
    account_listener listener;
    void *listener_context;

    uint64_t event_count;
    uint64_t last_event_ns;
    uint64_t longest_gap_ns; /* between two events */
    struct journal_kept begin;
    struct journal_kept filesystem;
    struct journal_kept last;
    struct journal_kept call; /* that was entered last */
    bool call_is_out;         /* it did not return */
    uint64_t entered_ns;

    bool judged;                /* the verdict is made: nothing below or above changes any more, */
    uint64_t returned_after_ns; /* except this: how long the call was out that came back late */

    enum outcome outcome;
    unsigned checks_held;
    struct journal_kept broken_check; /* the first */
    bool setup_broke;                 /* that check is one of the set-up */
    char late[160];                   /* the first check that was right only later */
    bool data_loss;
    long longest_name; /* bytes; 0: not told */
    char rename_error[JOURNAL_VALUE_MAX + 3];
    long rename_errno;
    uint64_t rename_longest_ns;
    bool rename_seen;
    unsigned renames_entered;
    unsigned renames_returned;
    struct journal_kept wrong_rename; /* the first that is not the shape's */
    bool rename_tried;
    char odd_inode[2 * JOURNAL_VALUE_MAX + 64];
    char kept_inode[JOURNAL_VALUE_MAX + 96]; /* a replaced file's number is the new file's */
};

/** Whether an event was kept. */
static inline bool journal_is_kept(const struct journal_kept *kept)
{
    return kept->event.text != NULL;
}

/** Readies an account; it owns nothing. */
void account_start(struct journal_account *account, const struct shape *shape,
                   const char *guest_directory, uint64_t launched_ns);

/** The journal reader's handler; `context` is the account. */
void account_hear(void *context, const struct journal_event *event);

/**
 * How the inode numbers of a renamed file are not those of a rename: NULL where they are, or where
 * nobody has told. An extended shape may ask for a file that is its own replacement.
 */
const char *account_odd_inode(const struct journal_account *account);

/**
 * What the journal says of the verdict: everything that is observed but for the ending, the exit
 * status, the views of others and whether the journal is bad. Whether the target's files keep their
 * numbers when they are renamed is `same_inode`. The texts are the account's.
 */
void account_observe(const struct journal_account *account, bool same_inode,
                     struct observation *seen);

/** Sets what a cell's document has from its journal: step, rename_ms, errno, filesystem,
 * and data_loss where there was any. */
void account_describe(const struct journal_account *account, enum verdict verdict,
                      struct builder *builder, json_t *cell);

#endif
