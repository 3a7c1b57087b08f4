/* SPDX-License-Identifier: MIT */
#include "gate/gate.h"

#include "base/clock.h"
#include "gate/judge/judge.h"
#include "gate/judge/weaker_criteria.h"
#include "gate/refuse/refuse.h"

#include <string.h>

static int check_accepted_waivers(const struct gate_options *options,
                                  const struct criteria *criteria, struct error *error)
{
    for (size_t i = 0; i < options->accepted_waiver_count; i++)
        if (criteria_waiver(criteria, options->accepted_waivers[i]) == NULL)
            return error_set(error, ERROR_USAGE, "--accept-waiver",
                             "the criteria hold no waiver for %s; add one with its reason, or "
                             "leave the option out",
                             options->accepted_waivers[i]);
    return 0;
}

/** The release that the evidence is of; documents that stand agree on it. */
static const char *tested_release(const struct document_list *documents)
{
    for (size_t i = 0; i < documents->count; i++)
        if (document_stands(&documents->items[i]))
            return documents->items[i].release;
    return NULL;
}

static bool any_bad_input(const struct document_list *documents)
{
    for (size_t i = 0; i < documents->count; i++)
        if (reason_list_has(&documents->items[i].refusals, WEIGHT_BAD_INPUT))
            return true;
    return false;
}

static void describe_tool(struct builder *builder, json_t *decision,
                          const struct gate_options *options)
{
    json_t *tool = build_object_in(builder, decision, "tool");
    build_text(builder, tool, "version", options->tool_version);
    build_text(builder, tool, "commit", options->tool_commit);
    build_text(builder, tool, "probe_build", options->probe_build);
}

/** Fills the object; `reasons` are the weaker, and that nothing was measured. */
static void describe_criteria(struct builder *builder, json_t *object, const struct case_file *file,
                              const struct reason_list *reasons)
{
    build_text(builder, object, "digest", file->criteria->digest);
    build_truth(builder, object, "as_written",
                file->weaker->count == 0 && file->criteria->waiver_count == 0);
    build_truth(builder, object, "weaker_accepted", file->options->accept_weaker_criteria);
    record_reasons(builder, object, reasons);
    json_t *waivers = build_array_in(builder, object, "waivers");
    for (size_t i = 0; i < file->criteria->waiver_count; i++) {
        const struct waiver *waiver = &file->criteria->waivers[i];
        json_t *entry = build_next_object(builder, waivers);
        build_text(builder, entry, "mode", waiver->mode);
        build_text(builder, entry, "reason", waiver->reason);
        build_text(builder, entry, "from_release", waiver->from_release);
        build_text(builder, entry, "decided_by", waiver->decided_by);
    }
}

/** Whether any mode of the exit criteria as written has evidence that stands. */
static bool any_mode_measured(const struct case_file *file)
{
    for (size_t i = 0; i < file->written->issue_count; i++) {
        size_t index = 0;
        const json_t *mode = NULL;
        json_array_foreach(file->written->issues[i].modes, index, mode)
            if (mode_is_measured(file, json_string_value(mode)))
                return true;
    }
    return false;
}

/** Whether whoever asks would do without evidence about every mode that the criteria ask about. */
static bool all_waivers_accepted(const struct case_file *file)
{
    for (size_t i = 0; i < file->criteria->issue_count; i++) {
        size_t index = 0;
        const json_t *mode = NULL;
        json_array_foreach(file->criteria->issues[i].modes, index, mode)
            if (!waiver_is_accepted(file->options, json_string_value(mode)))
                return false;
    }
    return true;
}

static void tell_term(struct builder *builder, json_t *terms, const char *id, const char *detail)
{
    json_t *term = build_next_object(builder, terms);
    build_text(builder, term, "id", id);
    build_text(builder, term, "detail", detail);
}

/** What a yes rests on beside evidence. Returns whether the criteria as written asked for more. */
static bool describe_terms(struct builder *builder, json_t *terms, const struct case_file *file,
                           const char *now)
{
    bool less = false;
    for (size_t i = 0; i < file->criteria->waiver_count; i++) {
        const char *mode = file->criteria->waivers[i].mode;
        if (!mode_is_waived(file, mode))
            continue;
        tell_term(builder, terms, "waiver", mode);
        less = true;
    }
    if (file->options->accept_weaker_criteria)
        for (size_t i = 0; i < file->weaker->count; i++) {
            tell_term(builder, terms, "weaker_criteria", file->weaker->items[i].detail);
            less = true;
        }
    for (size_t i = 0; i < file->documents->count; i++) {
        const struct document *document = &file->documents->items[i];
        if (!document_stands(document) || target_is_shipped(document))
            continue;
        tell_term(builder, terms, "unshipped_target", document->target);
        less = true;
    }
    if (file->options->clock_set)
        tell_term(builder, terms, "clock_set", now);
    return less;
}

/** One by one: json_copy says nothing when it could not copy a member. */
static void describe_subject(struct builder *builder, json_t *entry, json_t *digests)
{
    json_t *object = build_object_in(builder, entry, "subject_digests");
    const char *file = NULL;
    json_t *digest = NULL;
    json_object_foreach(digests, file, digest)
        build_text(builder, object, file, json_string_value(digest));
}

static void describe_used(struct builder *builder, json_t *evidence,
                          const struct document *document)
{
    const json_t *root = document->source.root;
    const json_t *run = json_object_get(root, "run");
    json_t *entry = build_next_object(builder, evidence);
    build_text(builder, entry, "digest", document->digest);
    build_text(builder, entry, "target", document->target);
    build_text(builder, entry, "target_digest",
               json_text(json_object_get(root, "target"), "digest"));
    build_text(builder, entry, "mode", document->mode);
    build_text(builder, entry, "release", document->release);
    describe_subject(builder, entry, json_object_get(json_object_get(root, "subject"), "digests"));
    build_text(builder, entry, "probe_build",
               json_text(json_object_get(root, "probes"), "build_id"));
    build_text(builder, entry, "run", document->run);
    build_text(builder, entry, "finished", json_text(run, "finished"));
    build_text(builder, entry, "signer", document->signer);
    build_text(builder, entry, "tool_commit", json_text(run, "tool_commit"));
    build_number(builder, entry, "cells", (long long)json_array_size(document->cells));
}

static const char *weight_name(const struct reason_list *reasons)
{
    if (reason_list_has(reasons, WEIGHT_BAD_INPUT))
        return "bad_input";
    return reason_list_has(reasons, WEIGHT_NEUTRAL) ? "neutral" : "blocking";
}

static void describe_refused(struct builder *builder, json_t *refused,
                             const struct document *document)
{
    json_t *entry = build_next_object(builder, refused);
    build_text(builder, entry, "digest", document->digest[0] != '\0' ? document->digest : NULL);
    build_text(builder, entry, "target", document->target);
    build_text(builder, entry, "mode", document->mode);
    build_text(builder, entry, "weight", weight_name(&document->refusals));
    record_reasons(builder, entry, &document->refusals);
}

static void describe_documents(struct builder *builder, json_t *decision,
                               const struct document_list *documents)
{
    json_t *evidence = build_array_in(builder, decision, "evidence");
    json_t *refused = build_array_in(builder, decision, "refused");
    for (size_t i = 0; i < documents->count; i++) {
        const struct document *document = &documents->items[i];
        if (document_stands(document))
            describe_used(builder, evidence, document);
        else
            describe_refused(builder, refused, document);
    }
}

static void tell_missing(struct record *record, const struct document_list *documents,
                         const struct reason_list *weaker)
{
    for (size_t i = 0; i < documents->count; i++) {
        const struct reason_list *refusals = &documents->items[i].refusals;
        if (reason_list_has(refusals, WEIGHT_BAD_INPUT))
            record_missing(record, NULL, "a document that can be used in the place of %s",
                           refusals->items[0].detail);
    }
    if (weaker->count > 0)
        record_missing(record, NULL,
                       "the exit criteria as written, or --accept-weaker-criteria from whoever "
                       "may decide that");
}

/** Its own question: the guards on explicit renames and -B are different mitigations. */
static void describe_guard(struct builder *builder, json_t *guards, const char *issue,
                           enum status evidence, bool doubtful)
{
    json_t *entry = build_next_object(builder, guards);
    if (evidence == STATUS_MET && doubtful)
        evidence = STATUS_UNKNOWN;
    build_text(builder, entry, "issue", issue);
    build_text(builder, entry, "answer",
               evidence == STATUS_MET     ? "evidence_allows_removal"
               : evidence == STATUS_UNMET ? "evidence_forbids_removal"
                                          : "not_shown");
}

/** Judges every issue; `all` becomes the status of the whole. */
static int judge_issues(const struct case_file *file, bool doubtful, struct record *record,
                        json_t *decision, enum status *all)
{
    json_t *issues = build_array_in(&record->builder, decision, "issues");
    json_t *guards = build_array_in(&record->builder, decision, "explicit_rename_guards");
    *all = STATUS_MET;
    for (size_t i = 0; i < file->criteria->issue_count; i++) {
        const struct issue_criterion *criterion = &file->criteria->issues[i];
        struct issue_status status = {STATUS_UNKNOWN, STATUS_UNKNOWN};
        if (judge_issue(file, criterion, record, build_next_object(&record->builder, issues),
                        &status) != 0)
            return -1;
        describe_guard(&record->builder, guards, criterion->issue, status.evidence, doubtful);
        *all = status_and(*all, status.whole);
    }
    return 0;
}

static const char *answer_name(enum gate_answer answer, bool less)
{
    switch (answer) {
    case GATE_MAY_BE_REMOVED:
        return less ? "may_be_removed_on_terms" : "may_be_removed";
    case GATE_UNDECIDED:
        return "undecided";
    case GATE_KEEP:
    default:
        return "keep";
    }
}

static void describe_inputs(struct builder *builder, json_t *decision, const struct case_file *file)
{
    build_text(builder, decision, "upstream_digest",
               file->upstream->given ? file->upstream->digest : NULL);
    build_text(builder, decision, "signers_digest", file->signers);
    build_text(builder, decision, "asked_release", file->options->release);
    build_text(builder, decision, "tested_release", file->tested);
    json_t *accepted = build_array_in(builder, decision, "accepted_waivers");
    for (size_t i = 0; i < file->options->accepted_waiver_count; i++)
        build_next_text(builder, accepted, file->options->accepted_waivers[i]);
}

/**
 * The answer from the status of all criteria. Where nobody measured anything, waivers for
 * everything are no reason to decide.
 */
static enum gate_answer find_answer(const struct case_file *file, enum status all,
                                    bool criteria_hold, bool *measured)
{
    bool yes = all == STATUS_MET && criteria_hold;
    *measured = any_mode_measured(file) || !(yes || all_waivers_accepted(file));
    if (any_bad_input(file->documents) || !*measured)
        return GATE_UNDECIDED;
    return yes ? GATE_MAY_BE_REMOVED : GATE_KEEP;
}

/** What the answer rests on, and the answer itself, when everything else is known. */
static int fill_answer(const struct case_file *file, enum status all, bool criteria_hold,
                       struct record *record, json_t *decision, json_t *criteria,
                       enum gate_answer *answer)
{
    struct builder *builder = &record->builder;
    CLEANUP_REASON_LIST struct reason_list reasons = {0};
    bool measured = false;
    enum gate_answer found = find_answer(file, all, criteria_hold, &measured);
    for (size_t i = 0; i < file->weaker->count; i++)
        if (reason_add(&reasons, record->error, file->weaker->items[i].id, "%s",
                       file->weaker->items[i].detail) != 0)
            return -1;
    if (!measured) {
        record_missing(record, NULL, "evidence about a mode of the exit criteria as written");
        if (reason_add(&reasons, record->error, REASON_NOTHING_MEASURED, "%s", "") != 0)
            return -1;
    }
    describe_criteria(builder, criteria, file, &reasons);
    bool less = describe_terms(builder, build_array_in(builder, decision, "terms"), file,
                               json_text(decision, "decided_at"));
    build_text(builder, decision, "answer", answer_name(found, less));
    *answer = found;
    return 0;
}

/** Fills the whole decision; the answer is given last. */
static int fill_decision(const struct case_file *file, struct record *record, json_t *decision,
                         enum gate_answer *answer)
{
    struct builder *builder = &record->builder;
    char now[32];
    enum status all = STATUS_UNKNOWN;
    bool criteria_hold = file->weaker->count == 0 || file->options->accept_weaker_criteria;
    clock_write_utc((time_t)file->options->now, now);
    build_text(builder, decision, "schema", "rename-oracle/decision/1");
    build_text(builder, decision, "decided_at", now);
    describe_tool(builder, decision, file->options);
    json_t *criteria = build_object_in(builder, decision, "criteria");
    describe_inputs(builder, decision, file);
    record->missing = build_array_in(builder, decision, "missing");
    if (judge_issues(file, any_bad_input(file->documents) || !criteria_hold, record, decision,
                     &all) != 0)
        return -1;
    describe_documents(builder, decision, file->documents);
    const struct reason_list no_departures = {0};
    tell_missing(record, file->documents, criteria_hold ? &no_departures : file->weaker);
    enum gate_answer found = GATE_UNDECIDED;
    if (fill_answer(file, all, criteria_hold, record, decision, criteria, &found) != 0)
        return -1;
    if (builder->failed)
        return error_set(record->error, ERROR_MEMORY, NULL, "out of memory for the decision");
    *answer = found;
    return 0;
}

static int load_criteria(const struct gate_options *options, struct criteria *criteria,
                         struct criteria *written, struct reason_list *weaker, struct error *error)
{
    if (criteria_load(criteria, options->criteria, error) != 0 ||
        check_accepted_waivers(options, criteria, error) != 0 ||
        criteria_load(written, NULL, error) != 0)
        return -1;
    return weaker_criteria_list(criteria, written, weaker, error);
}

static int load_evidence(const struct gate_options *options, const struct criteria *criteria,
                         const struct signers *signers, struct document_list *documents,
                         struct error *error)
{
    const struct refusal_context context = {
        .criteria = criteria,
        .release = options->release,
        .now = options->now,
        .signers = options->signers == NULL ? NULL : signers,
        .probe_build = options->probe_build,
        .tool_version = options->tool_version,
        .accepted_targets = options->accepted_targets,
        .accepted_target_count = options->accepted_target_count,
    };
    if (document_list_load(documents, options->documents, options->document_count, error) != 0)
        return -1;
    return refuse_documents(&context, documents, error);
}

int gate_decide(const struct gate_options *options, enum gate_answer *answer, json_t **decision,
                struct error *error)
{
    CLEANUP_CRITERIA struct criteria criteria = {0};
    CLEANUP_CRITERIA struct criteria written = {0};
    CLEANUP_UPSTREAM struct upstream upstream = {0};
    CLEANUP_DOCUMENT_LIST struct document_list documents = {0};
    CLEANUP_SIGNERS struct signers signers = {.fd = -1};
    CLEANUP_REASON_LIST struct reason_list weaker = {0};
    CLEANUP_JSON json_t *draft = json_object();
    *answer = GATE_UNDECIDED;
    *decision = NULL;
    if (draft == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the decision");
    if (load_criteria(options, &criteria, &written, &weaker, error) != 0 ||
        (options->upstream != NULL && upstream_load(&upstream, options->upstream, error) != 0) ||
        (options->signers != NULL && signers_load(&signers, options->signers, error) != 0) ||
        load_evidence(options, &criteria, &signers, &documents, error) != 0)
        return -1;
    const struct case_file file = {
        .options = options,
        .criteria = &criteria,
        .upstream = &upstream,
        .documents = &documents,
        .written = &written,
        .weaker = &weaker,
        .signers = options->signers == NULL ? NULL : signers.digest,
        .tested = tested_release(&documents),
    };
    struct record record = {.error = error};
    if (fill_decision(&file, &record, draft, answer) != 0)
        return -1;
    *decision = steal_pointer(&draft);
    return 0;
}
