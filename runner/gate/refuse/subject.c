/* SPDX-License-Identifier: MIT */
#include "gate/evidence/release.h"
#include "gate/evidence/shipped_targets.h"
#include "gate/refuse/refuse.h"
#include "verdict/verdict.h"

#include <string.h>

/**
 * A document that is about something else neither helps nor harms, so nothing may be made that by a
 * word: what the descriptor of its name says counts. The double starts the same descriptors.
 */
static int refuse_other_target(const struct refusal_context *context, struct document *document,
                               struct error *error)
{
    (void)context;
    const struct shipped_target *shipped = shipped_target_find(document->target);
    bool nanvix = shipped != NULL && strcmp(shipped->subject, "nanvix") == 0;
    if (nanvix && strcmp(document->kind, "double") == 0)
        return reason_add(&document->refusals, error, REASON_DOUBLE_UNDER_NANVIX, "target %s",
                          document->target);
    if (shipped == NULL || (!nanvix && !target_is_shipped(document)))
        return 0;
    if (strcmp(shipped->mode, document->mode) != 0) {
        int failed = reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                                "it says %s, and its target's descriptor is of another mode, %s",
                                document->mode, shipped->mode);
        document->mode = shipped->mode; /* which it leaves undecided */
        return failed;
    }
    if (strcmp(shipped->subject, document->kind) != 0)
        return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                          "its target's descriptor is about something else");
    return 0;
}

refusal_check *const target_checks[] = {refuse_other_target, NULL};

static int refuse_reference_subject(const struct refusal_context *context,
                                    struct document *document, struct error *error)
{
    (void)context;
    if (strcmp(document->kind, "reference") != 0)
        return 0;
    return reason_add(&document->refusals, error, REASON_REFERENCE_SUBJECT, "target %s",
                      document->target);
}

static int refuse_test_double(const struct refusal_context *context, struct document *document,
                              struct error *error)
{
    (void)context;
    if (strcmp(document->kind, "double") != 0)
        return 0;
    return reason_add(&document->refusals, error, REASON_TEST_DOUBLE, "target %s",
                      document->target);
}

/** A document's own word can't make it evidence: a descriptor that is not shipped has to be
 * accepted by name, and a shipped one says itself what it is about. */
static int refuse_other_subject(const struct refusal_context *context, struct document *document,
                                struct error *error)
{
    if (strcmp(document->kind, context->criteria->subject) == 0 ||
        strcmp(document->kind, "reference") == 0 || strcmp(document->kind, "double") == 0)
        return 0; /* or it was refused as what it is */
    return reason_add(&document->refusals, error, REASON_OTHER_SUBJECT,
                      "target %s is about %s, the criteria about %s", document->target,
                      document->kind, context->criteria->subject);
}

static int refuse_mode_not_asked(const struct refusal_context *context, struct document *document,
                                 struct error *error)
{
    if (criteria_ask_about_mode(context->criteria, document->mode))
        return 0;
    return reason_add(&document->refusals, error, REASON_MODE_NOT_ASKED, "mode %s", document->mode);
}

static bool any_ran(const json_t *cells)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(cells, index, cell)
        if (verdict_of(cell) != VERDICT_SKIP)
            return true;
    return false;
}

/**
 * A run on all targets skips those that the release or the machine has not. That another machine
 * could not run a mode says nothing about what this one saw.
 */
static int refuse_skipped(const struct refusal_context *context, struct document *document,
                          struct error *error)
{
    (void)context;
    const char *why = json_text(document->source.root, "skipped");
    if (why == NULL)
        return 0;
    if (any_ran(document->cells) || any_ran(document->controls))
        return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                          "was skipped, and has cells that ran: %s", why);
    return reason_add(&document->refusals, error, REASON_SKIPPED, "%s", why);
}

refusal_check *const subject_checks[] = {
    refuse_reference_subject, refuse_test_double, refuse_other_subject,
    refuse_mode_not_asked,    refuse_skipped,     NULL,
};

static int refuse_unknown_release(const struct refusal_context *context, struct document *document,
                                  struct error *error)
{
    (void)context;
    if (strcmp(document->release, "unknown") != 0)
        return 0;
    return reason_add(&document->refusals, error, REASON_UNKNOWN_RELEASE, "target %s",
                      document->target);
}

static int refuse_other_release(const struct refusal_context *context, struct document *document,
                                struct error *error)
{
    if (context->release == NULL ||
        release_order(document->release, context->release) == RELEASE_SAME)
        return 0;
    return reason_add(&document->refusals, error, REASON_OTHER_RELEASE, "release %s, asked for %s",
                      document->release, context->release);
}

static int refuse_unidentified_subject(const struct refusal_context *context,
                                       struct document *document, struct error *error)
{
    const json_t *subject = json_object_get(document->source.root, "subject");
    const json_t *digests = json_object_get(subject, "digests");
    size_t index = 0;
    const json_t *file = NULL;
    json_array_foreach(context->criteria->subject_files, index, file)
        if (json_object_get(digests, json_string_value(file)) == NULL)
            return reason_add(&document->refusals, error, REASON_SUBJECT_NOT_IDENTIFIED,
                              "no digest of %s", json_string_value(file));
    return 0;
}

static int refuse_foreign_probe_build(const struct refusal_context *context,
                                      struct document *document, struct error *error)
{
    const char *build = json_text(json_object_get(document->source.root, "probes"), "build_id");
    if (strcmp(build, context->probe_build) == 0)
        return 0;
    return reason_add(&document->refusals, error, REASON_FOREIGN_PROBE_BUILD,
                      "build %s, this tool has %s", build, context->probe_build);
}

static int refuse_foreign_tool_version(const struct refusal_context *context,
                                       struct document *document, struct error *error)
{
    const char *version = json_text(json_object_get(document->source.root, "run"), "tool_version");
    if (strcmp(version, context->tool_version) == 0)
        return 0;
    return reason_add(&document->refusals, error, REASON_FOREIGN_TOOL_VERSION,
                      "version %s, this tool is %s", version, context->tool_version);
}

/** Each program that a cell or control ran must be known by its digest. */
static int find_unidentified_probe(struct document *document, const json_t *digests,
                                   const json_t *cells, struct error *error)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(cells, index, cell) {
        const char *shape = json_text(cell, "shape");
        if (json_object_get(digests, shape) == NULL)
            return reason_add(&document->refusals, error, REASON_PROBE_NOT_IDENTIFIED,
                              "no digest of %s", shape);
    }
    return 0;
}

static int refuse_unidentified_probe(const struct refusal_context *context,
                                     struct document *document, struct error *error)
{
    (void)context;
    const json_t *probes = json_object_get(document->source.root, "probes");
    const json_t *digests = json_object_get(probes, "digests");
    size_t before = document->refusals.count;
    if (find_unidentified_probe(document, digests, document->controls, error) != 0)
        return -1;
    if (document->refusals.count > before)
        return 0;
    return find_unidentified_probe(document, digests, document->cells, error);
}

refusal_check *const identity_checks[] = {
    refuse_unknown_release,
    refuse_other_release,
    refuse_unidentified_subject,
    refuse_foreign_probe_build,
    refuse_foreign_tool_version,
    refuse_unidentified_probe,
    NULL,
};
