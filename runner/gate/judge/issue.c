/* SPDX-License-Identifier: MIT */
#include "gate/judge/judge.h"

static int judge_modes(const struct case_file *file, const struct issue_criterion *criterion,
                       struct record *record, struct issue_status *status, json_t *modes)
{
    size_t index = 0;
    const json_t *mode = NULL;
    json_array_foreach(criterion->modes, index, mode) {
        enum status part = STATUS_UNKNOWN;
        bool shown = false;
        if (judge_mode(file, criterion, json_string_value(mode), record,
                       build_next_object(&record->builder, modes), &part, &shown) != 0)
            return -1;
        status->whole = status_and(status->whole, part);
        status->evidence = status_and(status->evidence, shown ? part : STATUS_UNKNOWN);
    }
    return 0;
}

static enum status status_of_standing(enum upstream_standing standing)
{
    switch (standing) {
    case UPSTREAM_RESOLVED:
        return STATUS_MET;
    case UPSTREAM_UNRESOLVED:
        return STATUS_UNMET;
    case UPSTREAM_UNKNOWN:
    default:
        return STATUS_UNKNOWN;
    }
}

static void describe_entry(struct builder *builder, json_t *object, const json_t *entry)
{
    static const char *const keys[] = {"state", "state_reason", "fixed_in", "looked_up_at",
                                       "looked_up_how"};
    for (size_t i = 0; entry != NULL && i < sizeof keys / sizeof keys[0]; i++)
        build_text(builder, object, keys[i], json_text(entry, keys[i]));
}

static int judge_upstream(const struct case_file *file, const struct issue_criterion *criterion,
                          struct record *record, enum status *status, json_t *object)
{
    enum upstream_standing standing = UPSTREAM_UNKNOWN;
    CLEANUP_REASON_LIST struct reason_list reasons = {0};
    struct builder *builder = &record->builder;
    if (upstream_judge(file->upstream, criterion, file->tested,
                       file->criteria->upstream_maximum_age_s, file->options->now, &standing,
                       &reasons, record->error) != 0)
        return -1;
    /* Where it is not required, it is told all the same, and decides nothing. */
    *status = criterion->upstream_required ? status_of_standing(standing) : STATUS_MET;
    if (*status != STATUS_MET)
        record_missing(record, criterion->issue,
                       "%s resolved upstream, shown by a recent look, in a release that is not "
                       "newer than the tested one (%s)",
                       criterion->reference, reason_name(reasons.items[0].id));
    build_truth(builder, object, "required", criterion->upstream_required);
    build_text(builder, object, "status", status_name(status_of_standing(standing)));
    describe_entry(builder, object, upstream_find(file->upstream, criterion->issue));
    record_reasons(builder, object, &reasons);
    return 0;
}

int judge_issue(const struct case_file *file, const struct issue_criterion *criterion,
                struct record *record, json_t *object, struct issue_status *status)
{
    struct builder *builder = &record->builder;
    enum status resolved = STATUS_UNKNOWN;
    *status = (struct issue_status){.whole = STATUS_MET, .evidence = STATUS_MET};
    build_text(builder, object, "issue", criterion->issue);
    build_text(builder, object, "reference", criterion->reference);
    json_t *upstream = build_object_in(builder, object, "upstream");
    json_t *modes = build_array_in(builder, object, "modes");
    if (judge_upstream(file, criterion, record, &resolved, upstream) != 0 ||
        judge_modes(file, criterion, record, status, modes) != 0)
        return -1;
    status->whole = status_and(status->whole, resolved);
    build_text(builder, object, "status", status_name(status->whole));
    return 0;
}
