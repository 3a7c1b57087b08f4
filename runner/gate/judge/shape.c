/* SPDX-License-Identifier: MIT */
#include "gate/judge/judge.h"

#include "gate/refuse/refuse.h"
#include "verdict/verdict.h"

#include <string.h>

/** Why a shape with such an attempt is not met. */
static const enum reason_id reasons_of[VERDICT_COUNT] = {
    [VERDICT_FAIL] = REASON_FAIL,         [VERDICT_HANG] = REASON_HANG,
    [VERDICT_STALL] = REASON_STALL,       [VERDICT_CRASH] = REASON_CRASH,
    [VERDICT_NO_START] = REASON_NO_START, [VERDICT_ERROR] = REASON_ERROR,
    [VERDICT_SKIP] = REASON_SKIP,
};

struct tally {
    size_t attempts;
    size_t passed;                /* passes that count */
    size_t others[VERDICT_COUNT]; /* that did not pass */
    const char *first_reason[VERDICT_COUNT];
    size_t anomalous; /* passes that do not count */
    const char *anomaly;
    size_t slow; /* the same, because of their time */
    double slowest_ms;
    json_t *verdicts;
};

/** The kind of what is odd about a pass and not accepted, or NULL. */
static const char *find_anomaly(const struct criteria *criteria, const json_t *cell)
{
    size_t index = 0;
    const json_t *anomaly = NULL;
    json_array_foreach(json_object_get(cell, "anomalies"), index, anomaly)
        if (!json_array_has_string(criteria->accept_anomalies, json_text(anomaly, "kind")))
            return json_text(anomaly, "kind");
    if (json_array_size(json_object_get(cell, "unkillable")) > 0)
        return "unkillable";
    return NULL;
}

static void note_verdict(struct tally *tally, struct record *record,
                         const struct document *document, const json_t *cell, bool counts)
{
    json_t *entry = build_next_object(&record->builder, tally->verdicts);
    build_text(&record->builder, entry, "document", document->digest);
    build_number(&record->builder, entry, "attempt",
                 json_integer_value(json_object_get(cell, "attempt")));
    build_text(&record->builder, entry, "verdict", json_text(cell, "verdict"));
    build_truth(&record->builder, entry, "counts", counts);
}

static void tally_cell(struct tally *tally, const struct case_file *file, struct record *record,
                       const struct document *document, const json_t *cell)
{
    enum verdict verdict = verdict_of(cell);
    bool pass = verdict == VERDICT_PASS;
    const char *anomaly = pass ? find_anomaly(file->criteria, cell) : NULL;
    double rename_ms = json_number_value(json_object_get(cell, "rename_ms"));
    bool slow = pass && rename_ms > (double)file->criteria->maximum_rename_ms;
    tally->attempts++;
    if (!pass && tally->others[verdict]++ == 0)
        tally->first_reason[verdict] = json_text(cell, "reason");
    if (slow)
        tally->slow++;
    else if (pass && anomaly == NULL)
        tally->passed++;
    else if (pass && tally->anomalous++ == 0)
        tally->anomaly = anomaly;
    if (slow && rename_ms > tally->slowest_ms)
        tally->slowest_ms = rename_ms;
    note_verdict(tally, record, document, cell, pass && !slow && anomaly == NULL);
}

static void tally_documents(struct tally *tally, const struct case_file *file,
                            struct record *record, const char *mode, const char *shape)
{
    for (size_t i = 0; i < file->documents->count; i++) {
        const struct document *document = &file->documents->items[i];
        if (!document_stands(document) || strcmp(document->mode, mode) != 0)
            continue;
        size_t index = 0;
        const json_t *cell = NULL;
        json_array_foreach(document->cells, index, cell)
            if (strcmp(json_text(cell, "shape"), shape) == 0)
                tally_cell(tally, file, record, document, cell);
    }
}

static int explain_others(const struct tally *tally, enum status *status,
                          struct reason_list *reasons, struct error *error)
{
    for (size_t i = 0; i < VERDICT_COUNT; i++) {
        if (tally->others[i] == 0)
            continue;
        *status = status_and(*status, verdict_table[i].sense == SENSE_ADVERSE ? STATUS_UNMET
                                                                              : STATUS_UNKNOWN);
        if (reason_add(reasons, error, reasons_of[i], "%zu of %zu attempts; the first: %s",
                       tally->others[i], tally->attempts, tally->first_reason[i]) != 0)
            return -1;
    }
    size_t passed = tally->passed + tally->anomalous + tally->slow;
    if (*status != STATUS_UNMET || passed == 0)
        return 0;
    return reason_add(reasons, error, REASON_FLAKY, "%zu of %zu attempts passed", passed,
                      tally->attempts);
}

static int explain_passes(const struct tally *tally, size_t needed, enum status *status,
                          struct reason_list *reasons, struct error *error)
{
    if (tally->slow > 0) {
        *status = STATUS_UNMET;
        if (reason_add(reasons, error, REASON_SLOW_RENAME,
                       "%zu of %zu attempts; the longest: %.0f ms", tally->slow, tally->attempts,
                       tally->slowest_ms) != 0)
            return -1;
    }
    if (tally->anomalous > 0) {
        *status = status_and(*status, STATUS_UNKNOWN);
        if (reason_add(reasons, error, REASON_ANOMALY, "%zu of %zu attempts; the first: %s",
                       tally->anomalous, tally->attempts, tally->anomaly) != 0)
            return -1;
    }
    if (tally->passed >= needed)
        return 0;
    *status = status_and(*status, STATUS_UNKNOWN);
    if (tally->attempts == 0)
        return reason_add(reasons, error, REASON_NOT_TESTED, "%s", "");
    return reason_add(reasons, error, REASON_TOO_FEW_ATTEMPTS, "%zu of %zu needed passed",
                      tally->passed, needed);
}

static void tell_missing(const struct tally *tally, size_t needed,
                         const struct issue_criterion *criterion, const char *mode,
                         const char *shape, struct record *record)
{
    if (tally->passed == tally->attempts)
        record_missing(record, criterion->issue, "%zu more passing attempts of %s on %s",
                       needed - tally->passed, shape, mode);
    else
        record_missing(record, criterion->issue,
                       "%s on %s passing in every attempt, at least %zu, nothing odd about them",
                       shape, mode, needed);
}

int judge_shape(const struct case_file *file, const struct issue_criterion *criterion,
                const char *mode, const char *shape, struct record *record, json_t *object,
                bool untested, enum status *status)
{
    struct builder *builder = &record->builder;
    size_t needed = (size_t)criterion->attempts;
    CLEANUP_REASON_LIST struct reason_list reasons = {0};
    build_text(builder, object, "shape", shape);
    struct tally tally = {.verdicts = build_array_in(builder, object, "verdicts")};
    tally_documents(&tally, file, record, mode, shape);
    *status = STATUS_MET;
    if (explain_others(&tally, status, &reasons, record->error) != 0 ||
        explain_passes(&tally, needed, status, &reasons, record->error) != 0)
        return -1;
    if (*status != STATUS_MET && !untested)
        tell_missing(&tally, needed, criterion, mode, shape, record);
    build_text(builder, object, "status", status_name(*status));
    build_number(builder, object, "needed", (long long)needed);
    build_number(builder, object, "attempts", (long long)tally.attempts);
    build_number(builder, object, "passed", (long long)tally.passed);
    record_reasons(builder, object, &reasons);
    return 0;
}
