/* SPDX-License-Identifier: MIT */
#ifndef RO_JOURNAL_ORDER_H
#define RO_JOURNAL_ORDER_H

#include "verdict/line.h"

/** Which line may follow which. Start with all bytes zero. */
struct journal_order {
    bool bad;
    bool begun;
    bool ended;
    bool has_fs;
    uint64_t next;   /* the sequence number that must come */
    uint64_t checks; /* seen so far */
    uint64_t broken;
    char call[JOURNAL_SUBJECT_MAX + 1]; /* the call that is out, or empty */
    char reason[256];
};

/**
 * Takes the next event; `damaged` is the number of damaged lines since the last one. Returns
 * whether the journal is still good, with the reason filled in the first time that it is not.
 */
bool journal_order_accept(struct journal_order *order, const struct journal_event *event,
                          uint64_t damaged);

/** Makes the journal bad for this reason, unless it already is. */
void journal_order_refuse(struct journal_order *order, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
