/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_MODEL_CELLS_H
#define RO_REPORT_MODEL_CELLS_H

#include "report/model/model.h"

/**
 * Adds the cells of one document to those of its release, one for each of the model's shapes, and
 * sums each of them up anew. Returns 0, or -1 with ERROR_MEMORY.
 */
int model_cells_add(struct report_model *model, struct report_release *release,
                    const struct report_document *document, struct error *error);

#endif
