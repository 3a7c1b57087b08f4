/* SPDX-License-Identifier: MIT */
#ifndef RO_GATE_H
#define RO_GATE_H

#include "base/error.h"
#include "gate/evidence/moment.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * May -B be removed? Decided from criteria, the state of the upstream issues and verdict documents.
 * The default answer is to keep it; every condition for the other one has to be shown.
 */
enum gate_answer {
    GATE_KEEP,
    GATE_MAY_BE_REMOVED,
    GATE_UNDECIDED, /* a document can't be read for what it is; -B stays */
};

struct gate_options {
    const char *criteria; /* path; NULL for the built-in ones */
    const char *upstream; /* path; NULL where it is not known */
    const char *signers;  /* path of an allowed_signers file; NULL: nobody has to vouch */
    const char *release;  /* that alone counts; NULL for whichever the documents agree on */
    char *const *documents;
    size_t document_count;
    const char *const *accepted_waivers; /* modes */
    size_t accepted_waiver_count;
    bool accept_weaker_criteria;
    const char *const *accepted_targets; /* NAME=DIGEST of descriptors that are not shipped */
    size_t accepted_target_count;
    moment now;
    bool clock_set;          /* `now` is a time that somebody asked for, and not this machine's */
    const char *probe_build; /* of this tool, as are the next two */
    const char *tool_version;
    const char *tool_commit;
};

/**
 * Decides, and describes the decision as an unsealed rename-oracle/decision/1 (a new reference; the
 * caller adds what it knows about the harness and seals it). The same inputs always give the same
 * document. Returns 0, or -1, with GATE_UNDECIDED and no decision:
 * - ERROR_INPUT: criteria or upstream state can't be used, `where` = PATH:LINE:COLUMN; or signers;
 * - ERROR_USAGE: a waiver is accepted that the criteria do not hold;
 * - ERROR_ENVIRONMENT, ERROR_DEADLINE (ssh-keygen), ERROR_MEMORY, ERROR_INTERNAL.
 */
int gate_decide(const struct gate_options *options, enum gate_answer *answer, json_t **decision,
                struct error *error);

#endif
