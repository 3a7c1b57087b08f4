/* SPDX-License-Identifier: MIT */
#ifndef RO_GATE_JUDGE_H
#define RO_GATE_JUDGE_H

#include "base/json_build.h"
#include "gate/evidence/criteria.h"
#include "gate/evidence/document.h"
#include "gate/evidence/reason.h"
#include "gate/gate.h"
#include "gate/judge/upstream.h"

/** How a criterion, or a part of one, stands. */
enum status {
    STATUS_MET,     /* shown */
    STATUS_UNMET,   /* shown not to be so */
    STATUS_UNKNOWN, /* not shown */
};

/** "met", "unmet", "unknown". */
const char *status_name(enum status status);

/** Of two parts that are both needed: unmet wins over unknown wins over met. */
enum status status_and(enum status left, enum status right);

/** Everything a decision is made from. */
struct case_file {
    const struct gate_options *options;
    const struct criteria *criteria;
    const struct upstream *upstream;
    const struct document_list *documents; /* with their refusals */
    const struct criteria *written;        /* the exit criteria as written */
    const struct reason_list *weaker;      /* in what the criteria ask for less */
    const char *signers;                   /* digest of who was asked to vouch, or NULL */
    const char *tested;                    /* the release of the evidence, or NULL */
};

/** Where judges write what they found. */
struct record {
    struct builder builder;
    json_t *missing; /* what is still missing to get to yes; owned by the decision */
    struct error *error;
};

/** Adds to what is missing. */
void record_missing(struct record *record, const char *issue, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/** Puts a list of reasons under the key `reasons`, each {id, meaning, detail}. */
void record_reasons(struct builder *builder, json_t *object, const struct reason_list *reasons);

/*
 * The judges fill `object`, which is borrowed and NULL once memory has run out. They return 0 with
 * a status, or -1 with ERROR_MEMORY; a status means nothing while `record->builder.failed`.
 */

/** A shape on a mode; what an `untested` mode lacks as a whole is told elsewhere. */
int judge_shape(const struct case_file *file, const struct issue_criterion *criterion,
                const char *mode, const char *shape, struct record *record, json_t *object,
                bool untested, enum status *status);

/** Whether a waiver stands in for evidence about a mode: it is on file, accepted, and needed. */
bool mode_is_waived(const struct case_file *file, const char *mode);

/** Whether the command line accepts the waiver for a mode. */
bool waiver_is_accepted(const struct gate_options *options, const char *mode);

/** Whether a mode has evidence that stands. */
bool mode_is_measured(const struct case_file *file, const char *mode);

/** A mode of an issue; `shown` says whether evidence, and not a waiver, was judged. */
int judge_mode(const struct case_file *file, const struct issue_criterion *criterion,
               const char *mode, struct record *record, json_t *object, enum status *status,
               bool *shown);

/** Both parts of an issue: the evidence alone, and with the state upstream. */
struct issue_status {
    enum status whole;
    enum status evidence; /* unknown where a waiver stands in for evidence */
};

int judge_issue(const struct case_file *file, const struct issue_criterion *criterion,
                struct record *record, json_t *object, struct issue_status *status);

#endif
