/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_LOAD_H
#define RO_REPORT_LOAD_H

#include "base/error.h"
#include "base/json_file.h"

#include <stddef.h>

/** As much as the gate reads (DOCUMENT_BYTE_LIMIT): what can be decided from can be reported. */
#define REPORT_BYTE_LIMIT ((size_t)128 << 20)

/** Documents that a report is made of; release with report_sources_release. */
struct report_sources {
    struct json_source *items;
    size_t count;
};

#define CLEANUP_REPORT_SOURCES CLEANUP(report_sources_release)

void report_sources_release(struct report_sources *sources);

/**
 * Loads verdict documents and believes none of them unseen: each must be valid against the schema
 * and must carry the digest of its own content, so that an edited document is an error. Returns 0,
 * or -1 with `where` = the file, line and column.
 */
int report_sources_load(struct report_sources *sources, char *const *paths, size_t count,
                        struct error *error);

#endif
