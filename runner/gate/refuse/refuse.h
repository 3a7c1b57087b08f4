/* SPDX-License-Identifier: MIT */
#ifndef RO_REFUSE_H
#define RO_REFUSE_H

#include "base/signature.h"
#include "gate/evidence/criteria.h"
#include "gate/evidence/document.h"

/** What documents are held against. */
struct refusal_context {
    const struct criteria *criteria;
    const char *release; /* that is asked for, or NULL */
    moment now;
    const struct signers *signers;       /* who must have signed it; NULL: nobody is asked */
    const char *probe_build;             /* that this tool was built with */
    const char *tool_version;            /* of this tool */
    const char *const *accepted_targets; /* NAME=DIGEST each */
    size_t accepted_target_count;
};

/** One reason to refuse a document, looked for on its own. Returns 0, or -1 with ERROR_MEMORY. */
typedef int refusal_check(const struct refusal_context *context, struct document *document,
                          struct error *error);

/**
 * Fills every document's refusals. First whether it is about something else (then nothing more is
 * asked of it), then everything that is wrong with it by itself, then what is wrong with the
 * documents together. Returns 0, or -1 with ERROR_MEMORY.
 */
int refuse_documents(const struct refusal_context *context, struct document_list *list,
                     struct error *error);

/* The checks, by file. Between the files of this module only. */
extern refusal_check *const target_checks[];  /* refuse/subject.c; all lists end with NULL */
extern refusal_check *const subject_checks[]; /* refuse/subject.c */
extern refusal_check *const identity_checks[];
extern refusal_check *const agreement_checks[]; /* refuse/agreement.c */
extern refusal_check *const signature_checks[]; /* refuse/signature.c */
extern refusal_check *const launcher_checks[];  /* refuse/launcher.c */
extern refusal_check *const run_checks[];       /* refuse/run.c */
extern refusal_check *const control_checks[];   /* refuse/controls.c */
extern refusal_check *const cell_checks[];      /* refuse/cells.c */

/** What is wrong with documents together. Between the files of this module only. */
int refuse_repeated_documents(struct document_list *list, struct error *error);
int refuse_copied_journals(struct document_list *list, struct error *error); /* refuse/copies.c */
int refuse_mixed_documents(struct document_list *list, struct error *error);
int refuse_shared_binaries(const struct refusal_context *context, struct document_list *list,
                           struct error *error); /* refuse/launcher.c */

/** Whether the document's target is one of the descriptors that this tool ships. */
bool target_is_shipped(const struct document *document);

/** Whether nothing speaks against the document so far. */
bool document_stands(const struct document *document);

/** Whether a document is about Nanvix and about a mode that is asked for, admissible or not. */
bool document_concerns_decision(const struct document *document);

#endif
