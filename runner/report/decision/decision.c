/* SPDX-License-Identifier: MIT */
#include "report/decision/decision.h"

#include "base/digest.h"
#include "base/json_access.h"
#include "base/schema_check.h"
#include "base/schemas.h"
#include "report/model/load.h"

#include <string.h>

static const struct decision_words answers[] = {
    [DECISION_NONE] = {"", "No decision", ""},
    [DECISION_KEEP] = {"keep", "Keep -B", "the exit criteria are not all met."},
    [DECISION_MAY_BE_REMOVED] = {"may_be_removed", "-B may be removed",
                                 "every exit criterion is met."},
    [DECISION_MAY_BE_REMOVED_ON_TERMS] =
        {"may_be_removed_on_terms", "-B may be removed ON TERMS",
         "not all of the exit criteria as written; somebody has to stand for the terms."},
    [DECISION_UNDECIDED] = {"undecided", "Can't decide, -B stays", "not every input can be used."},
};

enum decision_answer decision_answer(const json_t *decision)
{
    const char *answer = member_text(decision, "answer");
    for (int i = DECISION_KEEP; i <= DECISION_UNDECIDED; i++)
        if (strcmp(answer, answers[i].name) == 0)
            return (enum decision_answer)i;
    return DECISION_NONE;
}

const struct decision_words *decision_words(const json_t *decision)
{
    return &answers[decision_answer(decision)];
}

void decision_write_set_time(FILE *out, const json_t *decision)
{
    size_t index;
    json_t *term;
    json_array_foreach(json_object_get(decision, "terms"), index, term) {
        if (strcmp(member_text(term, "id"), "clock_set") == 0)
            (void)fprintf(out, " AS OF %s, A TIME THAT WAS SET (--now)",
                          member_text(decision, "decided_at"));
    }
}

static const json_t *find_by_digest(const json_t *entries, const char *digest)
{
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry) {
        if (strcmp(member_text(entry, "digest"), digest) == 0)
            return entry;
    }
    return NULL;
}

static int check(const struct json_source *source, struct error *error)
{
    char digest[DIGEST_SIZE];
    if (strcmp(member_text(source->root, "schema"), "rename-oracle/decision/1") != 0)
        return json_source_fail(source, "/schema", error,
                                "not a rename-oracle/decision/1 document; make one with "
                                "'rename-oracle gate --json'");
    if (document_digest(source->root, digest, error) != 0)
        return -1;
    if (strcmp(digest, member_text(source->root, "digest")) != 0)
        return json_source_fail(source, "/digest", error,
                                "the decision was changed after it was written; use it as "
                                "'rename-oracle gate --json' wrote it");
    return json_source_check(source, schema_decision_1, error);
}

int decision_load(struct json_source *source, const char *path, struct report_model *model,
                  struct error *error)
{
    if (json_source_load(source, path, REPORT_BYTE_LIMIT, error) != 0 || check(source, error) != 0)
        return -1;
    const json_t *evidence = json_object_get(source->root, "evidence");
    const json_t *refused = json_object_get(source->root, "refused");
    bool any = false;
    for (size_t i = 0; i < model->document_count; i++) {
        struct report_document *document = &model->documents[i];
        document->used = find_by_digest(evidence, document->digest) != NULL;
        document->refusal = document->used ? NULL : find_by_digest(refused, document->digest);
        any = any || document->used || document->refusal != NULL;
    }
    if (!any)
        return error_set(error, ERROR_INPUT, path,
                         "none of the documents to report on took part in this decision; give both "
                         "commands the same documents");
    return 0;
}

size_t decision_absent(const json_t *decision, const struct report_model *model)
{
    size_t absent = 0;
    size_t index;
    json_t *entry;
    json_array_foreach(json_object_get(decision, "evidence"), index, entry) {
        bool here = false;
        for (size_t i = 0; i < model->document_count && !here; i++)
            here = strcmp(model->documents[i].digest, member_text(entry, "digest")) == 0;
        absent += here ? 0 : 1;
    }
    return absent;
}
