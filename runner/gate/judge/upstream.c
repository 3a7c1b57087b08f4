/* SPDX-License-Identifier: MIT */
#include "gate/judge/upstream.h"

#include "base/json_access.h"
#include "base/schema_check.h"
#include "base/schemas.h"
#include "gate/evidence/release.h"
#include "gate/refuse/clock_skew.h"

#include <string.h>

void upstream_release(struct upstream *upstream)
{
    json_source_release(&upstream->source);
    *upstream = (struct upstream){0};
}

const json_t *upstream_find(const struct upstream *upstream, const char *issue)
{
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(json_object_get(upstream->source.root, "issues"), index, entry)
        if (strcmp(json_text(entry, "issue"), issue) == 0)
            return entry;
    return NULL;
}

static int check_entries(const struct upstream *upstream, struct error *error)
{
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(json_object_get(upstream->source.root, "issues"), index, entry) {
        char pointer[64];
        moment looked_up = 0;
        if (upstream_find(upstream, json_text(entry, "issue")) != entry) {
            (void)snprintf(pointer, sizeof pointer, "/issues/%zu/issue", index);
            return json_source_fail(&upstream->source, pointer, error,
                                    "%s: stands in the file twice", pointer);
        }
        if (!moment_parse(json_text(entry, "looked_up_at"), &looked_up)) {
            (void)snprintf(pointer, sizeof pointer, "/issues/%zu/looked_up_at", index);
            return json_source_fail(&upstream->source, pointer, error, "%s: there is no such time",
                                    pointer);
        }
    }
    return 0;
}

int upstream_load(struct upstream *upstream, const char *path, struct error *error)
{
    *upstream = (struct upstream){0};
    if (json_source_load(&upstream->source, path, UPSTREAM_BYTE_LIMIT, error) != 0 ||
        json_source_check(&upstream->source, schema_upstream_1, error) != 0 ||
        document_digest(upstream->source.root, upstream->digest, error) != 0)
        return -1;
    upstream->given = true;
    return check_entries(upstream, error);
}

struct judgement {
    const json_t *entry;
    struct reason_list *reasons;
    enum upstream_standing *standing;
    struct error *error;
};

/** Records a reason; the worse of two standings stays. */
static int object(const struct judgement *judgement, enum upstream_standing standing,
                  enum reason_id id, const char *detail)
{
    if (*judgement->standing != UPSTREAM_UNRESOLVED)
        *judgement->standing = standing;
    return reason_add(judgement->reasons, judgement->error, id, "%s", detail);
}

static int judge_state(const struct judgement *judgement)
{
    const char *reference = json_text(judgement->entry, "reference");
    const char *reason = json_text(judgement->entry, "state_reason");
    if (strcmp(json_text(judgement->entry, "state"), "closed") != 0)
        return object(judgement, UPSTREAM_UNRESOLVED, REASON_UPSTREAM_OPEN, reference);
    if (reason == NULL || strcmp(reason, "completed") != 0)
        return object(judgement, UPSTREAM_UNRESOLVED, REASON_UPSTREAM_NOT_COMPLETED,
                      reason == NULL ? "no reason given" : reason);
    return 0;
}

static int judge_release(const struct judgement *judgement, const char *tested)
{
    const char *fixed_in = json_text(judgement->entry, "fixed_in");
    if (fixed_in == NULL)
        return object(judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_FIX_UNKNOWN, "");
    if (tested == NULL)
        return object(judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_NOTHING_TESTED, fixed_in);
    enum release_order order = release_order(fixed_in, tested);
    if (order == RELEASE_OLDER || order == RELEASE_SAME)
        return 0;
    CLEANUP_FREE char *detail = NULL;
    if (asprintf(&detail, "fixed in %s, tested %s", fixed_in, tested) < 0)
        return error_set(judgement->error, ERROR_MEMORY, NULL, "out of memory for a reason");
    return order == RELEASE_NEWER
               ? object(judgement, UPSTREAM_UNRESOLVED, REASON_UPSTREAM_FIX_NEWER, detail)
               : object(judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_NOT_COMPARABLE, detail);
}

static int judge_age(const struct judgement *judgement, moment maximum_age_s, moment now)
{
    moment looked_up = 0;
    const char *text = json_text(judgement->entry, "looked_up_at");
    (void)moment_parse(text, &looked_up); /* which check_entries has seen to be a time */
    if (looked_up > now + CLOCK_SKEW_S)
        return object(judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_FROM_THE_FUTURE, text);
    if (now - looked_up > maximum_age_s)
        return object(judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_TOO_OLD, text);
    return 0;
}

int upstream_judge(const struct upstream *upstream, const struct issue_criterion *criterion,
                   const char *tested, moment maximum_age_s, moment now,
                   enum upstream_standing *standing, struct reason_list *reasons,
                   struct error *error)
{
    *standing = UPSTREAM_RESOLVED;
    const struct judgement judgement = {
        .entry = upstream->given ? upstream_find(upstream, criterion->issue) : NULL,
        .reasons = reasons,
        .standing = standing,
        .error = error,
    };
    if (!upstream->given)
        return object(&judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_NOT_GIVEN, "");
    if (judgement.entry == NULL)
        return object(&judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_NOT_LISTED, "");
    const char *reference = json_text(judgement.entry, "reference");
    if (strcmp(reference, criterion->reference) != 0)
        return object(&judgement, UPSTREAM_UNKNOWN, REASON_UPSTREAM_OTHER_REFERENCE, reference);
    if (judge_state(&judgement) != 0 || judge_release(&judgement, tested) != 0)
        return -1;
    return judge_age(&judgement, maximum_age_s, now);
}
