/* SPDX-License-Identifier: MIT */
#include "report/model/load.h"
#include "base/json_access.h"

#include "base/digest.h"
#include "base/schema_check.h"
#include "base/schemas.h"

#include <stdlib.h>
#include <string.h>

void report_sources_release(struct report_sources *sources)
{
    for (size_t i = 0; i < sources->count; i++)
        json_source_release(&sources->items[i]);
    free(sources->items);
    *sources = (struct report_sources){0};
}

static int check_digest(const struct json_source *source, struct error *error)
{
    char digest[DIGEST_SIZE];
    if (document_digest(source->root, digest, error) != 0)
        return -1;
    if (strcmp(digest, member_text(source->root, "digest")) != 0)
        return json_source_fail(source, "/digest", error,
                                "the content was changed after it was written: its digest is now "
                                "%s; use the document as the run wrote it",
                                digest);
    return 0;
}

int report_sources_load(struct report_sources *sources, char *const *paths, size_t count,
                        struct error *error)
{
    sources->items = calloc(count + 1, sizeof *sources->items);
    if (sources->items == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory while loading documents");
    for (size_t i = 0; i < count; i++) {
        struct json_source *source = &sources->items[i];
        if (json_source_load(source, paths[i], REPORT_BYTE_LIMIT, error) != 0)
            return -1;
        sources->count++;
        if (json_source_check(source, schema_verdict_1, error) != 0 ||
            check_digest(source, error) != 0)
            return -1;
    }
    return 0;
}
