/* SPDX-License-Identifier: MIT */
#ifndef RO_EVIDENCE_DOUBT_H
#define RO_EVIDENCE_DOUBT_H

#include "gate/evidence/document.h"

/**
 * What in the evidence of a control's hang contradicts itself, its cell or its document, or NULL.
 * `entered_ms` is when the call was entered, since the launch.
 */
const char *evidence_doubt(const struct document *document, const json_t *cell, double entered_ms);

#endif
