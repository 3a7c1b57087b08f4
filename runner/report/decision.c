/* SPDX-License-Identifier: MIT */
#include "report/decision.h"
#include "base/json_access.h"
#include "report/model/load.h"

#include "base/digest.h"
#include "base/schema_check.h"
#include "base/schemas.h"

#include <string.h>

static const struct {
    const char *name, *headline, *meaning;
} answers[] = {
    [DECISION_NONE] = {"", "No decision", "This report was given no decision."},
    [DECISION_KEEP] = {"keep", "Keep -B", "The exit criteria are not all met."},
    [DECISION_MAY_BE_REMOVED] = {"may_be_removed", "-B may be removed",
                                 "Every exit criterion is met."},
    [DECISION_MAY_BE_REMOVED_ON_TERMS] =
        {"may_be_removed_on_terms", "-B may be removed ON TERMS",
         "Not all of the exit criteria as written; somebody has to "
         "stand for the terms."},
    [DECISION_UNDECIDED] = {"undecided", "Can't decide: -B stays", "Not every input can be used."},
};

enum decision_answer decision_answer(const json_t *decision)
{
    const char *answer = member_text(decision, "answer");
    for (int i = DECISION_KEEP; i <= DECISION_UNDECIDED; i++)
        if (strcmp(answer, answers[i].name) == 0)
            return (enum decision_answer)i;
    return DECISION_NONE;
}

static const json_t *find_by_id(const json_t *entries, const char *id)
{
    size_t index;
    json_t *entry;
    json_array_foreach(entries, index, entry) {
        if (strcmp(member_text(entry, "id"), id) == 0)
            return entry;
    }
    return NULL;
}

void decision_write_headline(FILE *out, const json_t *decision)
{
    (void)fputs(answers[decision_answer(decision)].headline, out);
    if (find_by_id(json_object_get(decision, "terms"), "clock_set") != NULL)
        (void)fprintf(out, " AS OF %s, A TIME THAT WAS SET (--now)",
                      member_text(decision, "decided_at"));
}

bool decision_term_is_told(const json_t *term)
{
    return strcmp(member_text(term, "id"), "clock_set") != 0;
}

const char *decision_signers_words(const json_t *decision)
{
    return *member_text(decision, "signers_digest") == '\0'
               ? "Nobody vouches for the documents: no signature was asked for (gate --signers)."
               : "Each document that counted is signed by one of the signers that were asked for.";
}

const char *decision_criteria_words(const json_t *decision)
{
    const json_t *criteria = json_object_get(decision, "criteria");
    if (json_truth(criteria, "as_written"))
        return NULL;
    if (find_by_id(json_object_get(criteria, "reasons"), "weaker_criteria") == NULL)
        return "The criteria are the exit criteria as written but for their waivers.";
    return json_truth(criteria, "weaker_accepted")
               ? "The criteria are weaker than the exit criteria as written, and were accepted so."
               : "The criteria are weaker than the exit criteria as written.";
}

const char *decision_meaning(enum decision_answer answer)
{
    return answers[answer].meaning;
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

enum verdict decision_status(const char *status)
{
    if (strcmp(status, "met") == 0)
        return VERDICT_PASS;
    return strcmp(status, "unmet") == 0 ? VERDICT_FAIL : VERDICT_MISSING;
}

void decision_write_reason(FILE *out, const json_t *reason)
{
    const char *detail = member_text(reason, "detail");
    (void)fprintf(out, "%s: %s", member_text(reason, "id"), member_text(reason, "meaning"));
    if (*detail != '\0')
        (void)fprintf(out, " (%s)", detail);
}

void decision_write_part(FILE *out, const struct report_document *document)
{
    size_t index;
    json_t *reason;
    if (document->used) {
        (void)fputs("evidence of the decision", out);
        return;
    }
    if (document->refusal == NULL) {
        (void)fputs("no part in the decision", out);
        return;
    }
    (void)fputs("refused by the gate", out);
    json_array_foreach(json_object_get(document->refusal, "reasons"), index, reason) {
        (void)fputs(index == 0 ? ": " : "; ", out);
        decision_write_reason(out, reason);
    }
}

const char *decision_guard_words(const char *answer)
{
    if (strcmp(answer, "evidence_allows_removal") == 0)
        return "the evidence would let them go";
    if (strcmp(answer, "evidence_forbids_removal") == 0)
        return "they have to stay";
    return "they stay, as the evidence does not show enough";
}
