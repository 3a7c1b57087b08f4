/* SPDX-License-Identifier: MIT */
#include "gate/judge/judge.h"

#include "gate/evidence/release.h"
#include "gate/refuse/refuse.h"

#include <string.h>

/** What documents there are about a mode. */
struct mode_evidence {
    size_t standing;
    size_t refused; /* about Nanvix and this mode, and not to be believed */
};

static bool is_refused_about(const struct document *document, const char *mode)
{
    return document->verdict && strcmp(document->mode, mode) == 0 &&
           reason_list_has(&document->refusals, WEIGHT_BLOCKING);
}

static struct mode_evidence count_documents(const struct case_file *file, const char *mode)
{
    struct mode_evidence evidence = {0};
    for (size_t i = 0; i < file->documents->count; i++) {
        const struct document *document = &file->documents->items[i];
        evidence.standing += document_stands(document) && strcmp(document->mode, mode) == 0;
        evidence.refused += is_refused_about(document, mode);
    }
    return evidence;
}

bool waiver_is_accepted(const struct gate_options *options, const char *mode)
{
    for (size_t i = 0; i < options->accepted_waiver_count; i++)
        if (strcmp(options->accepted_waivers[i], mode) == 0)
            return true;
    return false;
}

/** Which way a waiver goes for a mode; the reason says why. */
static enum reason_id judge_waiver(const struct case_file *file, const struct waiver *waiver,
                                   struct mode_evidence evidence)
{
    if (evidence.standing + evidence.refused > 0)
        return REASON_WAIVER_NOT_NEEDED;
    if (!waiver_is_accepted(file->options, waiver->mode))
        return REASON_WAIVER_NOT_ACCEPTED;
    if (file->tested == NULL)
        return REASON_WAIVER_RELEASE_UNKNOWN;
    switch (release_order(file->tested, waiver->from_release)) {
    case RELEASE_SAME:
    case RELEASE_NEWER:
        return REASON_WAIVED;
    case RELEASE_OLDER:
        return REASON_WAIVER_TOO_EARLY;
    case RELEASE_INCOMPARABLE:
    default:
        return REASON_WAIVER_RELEASE_UNKNOWN;
    }
}

bool mode_is_waived(const struct case_file *file, const char *mode)
{
    const struct waiver *waiver = criteria_waiver(file->criteria, mode);
    return waiver != NULL &&
           judge_waiver(file, waiver, count_documents(file, mode)) == REASON_WAIVED;
}

bool mode_is_measured(const struct case_file *file, const char *mode)
{
    return count_documents(file, mode).standing > 0;
}

static int note_waiver(const struct case_file *file, const char *mode,
                       struct mode_evidence evidence, struct reason_list *reasons, bool *waived,
                       struct error *error)
{
    const struct waiver *waiver = criteria_waiver(file->criteria, mode);
    *waived = false;
    if (waiver == NULL)
        return 0;
    enum reason_id id = judge_waiver(file, waiver, evidence);
    *waived = id == REASON_WAIVED;
    return reason_add(reasons, error, id, "from %s, decided by %s: %s", waiver->from_release,
                      waiver->decided_by, waiver->reason);
}

static int note_refused(const struct case_file *file, const char *mode,
                        const struct issue_criterion *criterion, struct reason_list *reasons,
                        struct record *record)
{
    for (size_t i = 0; i < file->documents->count; i++) {
        const struct document *document = &file->documents->items[i];
        if (!is_refused_about(document, mode))
            continue;
        const char *first = reason_name(document->refusals.items[0].id);
        if (reason_add(reasons, record->error, REASON_EVIDENCE_REFUSED, "%s: %s", document->digest,
                       first) != 0)
            return -1;
        record_missing(record, criterion->issue,
                       "admissible evidence in the place of document %s (%s)", document->digest,
                       first);
    }
    return 0;
}

static int judge_shapes(const struct case_file *file, const struct issue_criterion *criterion,
                        const char *mode, bool untested, struct record *record, enum status *status,
                        json_t *shapes)
{
    size_t index = 0;
    const json_t *shape = NULL;
    json_array_foreach(criterion->shapes, index, shape) {
        enum status part = STATUS_UNKNOWN;
        if (judge_shape(file, criterion, mode, json_string_value(shape), record,
                        build_next_object(&record->builder, shapes), untested, &part) != 0)
            return -1;
        *status = status_and(*status, part);
    }
    return 0;
}

/** The cells of a mode that is not waived, and the documents that it lost. */
static int judge_evidence(const struct case_file *file, const struct issue_criterion *criterion,
                          const char *mode, struct mode_evidence evidence,
                          struct reason_list *reasons, struct record *record, enum status *status,
                          json_t *shapes)
{
    bool untested = evidence.standing + evidence.refused == 0;
    if (untested)
        record_missing(record, criterion->issue, "evidence from %s: %zu shapes, %ld attempts each",
                       mode, json_array_size(criterion->shapes), criterion->attempts);
    if (evidence.refused > 0)
        *status = STATUS_UNKNOWN;
    if (note_refused(file, mode, criterion, reasons, record) != 0)
        return -1;
    return judge_shapes(file, criterion, mode, untested, record, status, shapes);
}

int judge_mode(const struct case_file *file, const struct issue_criterion *criterion,
               const char *mode, struct record *record, json_t *object, enum status *status,
               bool *shown)
{
    struct mode_evidence evidence = count_documents(file, mode);
    CLEANUP_REASON_LIST struct reason_list reasons = {0};
    struct builder *builder = &record->builder;
    bool waived = false;
    build_text(builder, object, "mode", mode);
    json_t *shapes = build_array_in(builder, object, "shapes");
    *status = STATUS_MET;
    if (note_waiver(file, mode, evidence, &reasons, &waived, record->error) != 0)
        return -1;
    if (!waived &&
        judge_evidence(file, criterion, mode, evidence, &reasons, record, status, shapes) != 0)
        return -1;
    *shown = !waived;
    build_text(builder, object, "status", status_name(*status));
    build_truth(builder, object, "waived", waived);
    record_reasons(builder, object, &reasons);
    return 0;
}
