/* SPDX-License-Identifier: MIT */
#ifndef RO_REPLAY_H
#define RO_REPLAY_H

#include "verdict/account.h"
#include "verdict/order.h"

#include <jansson.h>

/** A recorded cell whose journal was heard once more. */
struct replay {
    struct journal_account account;
    struct journal_order order; /* says whether the journal is bad, and why */
    struct classification judged;
    char directory[JOURNAL_VALUE_MAX + 1]; /* that of the first rename: all must be in the same */
};

/**
 * Hears the timeline of a cell of a document through the grammar, the order and the account that
 * the journal came through when it ran, and judges it again. What no journal tells is taken for
 * right: a call that is out was out for its whole budget, the probe's exit status fits, and the
 * host sees the same. So another verdict than the recorded one contradicts that one; the same
 * verdict says only that the journal supports it.
 */
void replay_cell(struct replay *replay, const json_t *cell);

#endif
