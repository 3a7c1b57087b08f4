/* SPDX-License-Identifier: MIT */
#ifndef RO_DOCUMENT_H
#define RO_DOCUMENT_H

#include "base/digest.h"
#include "base/error.h"

#include <jansson.h>

/**
 * A verdict document in the making (results/schema/). Every finished cell goes to disk at once, to
 * a spool file beside the document to come, so that neither memory nor what could be lost grows
 * with the number of cells; the document itself appears whole, at the end, or not at all.
 */
struct document {
    int directory_fd; /* borrowed */
    char name[128];   /* "TARGET.json" */
    int spools[2];    /* controls, cells; -1 when closed */
};

enum document_list { DOCUMENT_CONTROLS, DOCUMENT_CELLS };

/**
 * Starts the document TARGET.json in a directory. Returns 0, or -1 with ERROR_ENVIRONMENT (a spool
 * can't be made). `directory_fd` must stay open until document_discard or document_finish.
 */
int document_start(struct document *document, int directory_fd, const char *target,
                   struct error *error);

/** Writes a finished cell, in canonical form (digest.h), to disk; of `cell` the NUL behind its
 * `length` bytes is written to. Returns 0, or -1 with ERROR_ENVIRONMENT (disk full): what was on
 * disk before stays readable. */
int document_add(struct document *document, enum document_list list, char *cell, size_t length,
                 struct error *error);

/**
 * Writes the whole document: `head` has all its keys but `controls`, `cells` and `digest`. The
 * spools are removed once the document is in place. With a `key` (or NULL) its signature stands
 * beside it first. Returns 0, or -1 with ERROR_ENVIRONMENT or ERROR_MEMORY, and the document is
 * discarded; or, where only the signature could not be made, with the error of signature_make.
 */
int document_finish(struct document *document, json_t *head, const char *key, struct error *error);

/** Closes the document without writing it; a spool that holds a cell stays, as there is no other
 * place where that is. May be called again. A zeroed one must not be given. */
void document_discard(struct document *document);

#endif
