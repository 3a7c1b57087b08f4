/* SPDX-License-Identifier: MIT */
#ifndef RO_ACCOUNT_H
#define RO_ACCOUNT_H

#include "base/error.h"
#include "base/json_build.h"
#include "verdict/classify.h"
#include "verdict/journal.h"
#include "verdict/line.h"
#include "verdict/shapes.h"

#include <stdint.h>

/** Called for every valid journal line, for --live; `text` is printable. */
typedef void (*account_listener)(void *context, uint64_t since_launch_ns, const char *text);

/**
 * What a cell's journal has told so far: the call that is out, the checks, the renames, the time
 * of everything. Fed by the journal reader; the verdict is made from it. What it keeps of a value
 * is bytes, as the guest sent them: they become text where the document is built.
 */
struct journal_account {
    const struct shape *shape;
    const char *guest_directory; /* borrowed; renames must be of names below it */
    uint64_t launched_ns;
    uint64_t now_ns; /* when the bytes being read arrived; set it before feeding */
    account_listener listener;
    void *listener_context;
    struct builder builder; /* of what is for the document; asked when the cell's result is made */

    uint64_t event_count;
    uint64_t last_event_ns;
    uint64_t longest_gap_ns; /* between two events */
    char last_text[JOURNAL_LINE_MAX];
    char call[JOURNAL_SUBJECT_MAX + 1]; /* that was entered last */
    bool call_is_out;                   /* it did not return */
    char call_text[JOURNAL_LINE_MAX];
    uint32_t call_sequence;
    json_t *call_arguments; /* of the last call that was entered; owned */
    uint64_t entered_ns;

    bool judged;                /* the verdict is made: nothing below or above changes any more, */
    uint64_t returned_after_ns; /* except this: how long the call was out that came back late */

    enum outcome outcome;
    char broken_check[JOURNAL_LINE_MAX];
    bool setup_broke; /* that check is one of the set-up */
    char late[160];   /* the first check that was right only later */
    bool data_loss;
    char build[32];
    char rename_error[JOURNAL_VALUE_MAX + 3];
    long rename_errno;
    uint64_t rename_longest_ns;
    bool rename_seen;
    unsigned renames_entered;
    unsigned renames_returned;
    char wrong_rename[JOURNAL_LINE_MAX];
    bool rename_tried;
    char odd_inode[2 * JOURNAL_VALUE_MAX + 64];
    char kept_inode[JOURNAL_VALUE_MAX + 96]; /* a replaced file's number is the new file's */
    json_t *filesystem;                      /* object for the document, or NULL; owned */
    json_t *timeline;                        /* array for the document; owned */
};

/** Readies an account. Returns -1 with ERROR_MEMORY. */
int account_start(struct journal_account *account, const struct shape *shape,
                  const char *guest_directory, uint64_t launched_ns, struct error *error);

/** The journal reader's handler; `context` is the account. */
void account_hear(void *context, const struct journal_event *event);

/** Frees what an account owns; a zeroed one is allowed. */
void account_release(struct journal_account *account);

#endif
