/* SPDX-License-Identifier: MIT */
#ifndef RO_GATE_DOCUMENT_H
#define RO_GATE_DOCUMENT_H

#include "base/digest.h"
#include "base/json_access.h"
#include "base/json_file.h"
#include "gate/evidence/moment.h"
#include "gate/evidence/reason.h"

#include <stdbool.h>
#include <stddef.h>

/** A cell is some 7 KiB, a run of 10,000 cells 70 MB; the gate takes ten times as much memory. */
#define DOCUMENT_BYTE_LIMIT ((size_t)128 << 20U)

/**
 * One document that was given as evidence. Where it could not be taken for a verdict document,
 * `source.root` is NULL or of another kind, `verdict` is false and `refusals` say why. Texts live
 * in the source.
 */
struct document {
    const char *path; /* as given */
    struct json_source source;
    bool verdict;             /* a valid rename-oracle/verdict/1 with the digest of its content */
    char digest[DIGEST_SIZE]; /* the document's own, or "" */
    const char *run;
    const char *target;
    const char *mode;
    const char *kind;
    const char *release;
    char *signer; /* who vouches for it; NULL where nobody was asked, or nobody does; owned */
    moment started;
    moment finished;
    const json_t *controls;
    const json_t *cells;
    struct reason_list refusals;
};

/** All documents, sorted by digest, those without one last and by path. */
struct document_list {
    struct document *items;
    size_t count;
};

#define CLEANUP_DOCUMENT_LIST CLEANUP(document_list_release)

void document_list_release(struct document_list *list);

/**
 * Loads every path. What is wrong with a file becomes a refusal of its document; its detail begins
 * with PATH:LINE:COLUMN. Returns 0, or -1 with ERROR_MEMORY or ERROR_INTERNAL, when nothing at all
 * can be said.
 */
int document_list_load(struct document_list *list, char *const *paths, size_t count,
                       struct error *error);

/** The file system of the first cell that names one, controls first; NULL where none does. */
const json_t *document_filesystem(const struct document *document);

#endif
