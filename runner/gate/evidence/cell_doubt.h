/* SPDX-License-Identifier: MIT */
#ifndef RO_CELL_DOUBT_H
#define RO_CELL_DOUBT_H

#include "gate/evidence/document.h"

/**
 * A verdict is one word, and one word is easily wrong. A cell also carries what the verdict was
 * made from, so the gate reads that again and believes a word only where all of it agrees.
 */
enum pass_kind {
    PASS_WITH_RENAME,
    PASS_WITHOUT_RENAME, /* control_pass, which makes all the calls but rename */
};

/** What in a cell with the verdict pass contradicts it, or NULL. */
const char *pass_doubt(const struct document *document, const json_t *cell, enum pass_kind kind);

/** What in a cell with the verdict hang contradicts it, or NULL. */
const char *hang_doubt(const struct document *document, const json_t *cell);

/** What in a cell with the verdict fail contradicts it, or NULL. */
const char *fail_doubt(const struct document *document, const json_t *cell);

#endif
