/* SPDX-License-Identifier: MIT */
/* The gate's two input files that people write by hand: criteria and the state of the issues. */
#include "fuzz.h"
#include "gate/judge/upstream.h"
#include "gate/judge/weaker_criteria.h"
#include "memory_file.h"

#include <string.h>

/** 2026-11-22T12:00:00Z, near the times in the corpus. */
#define NOW ((moment)1795348800)

static void require_input_error(const struct error *error, const char *path)
{
    REQUIRE(error->code == ERROR_INPUT);
    REQUIRE(strncmp(error->where, path, strlen(path)) == 0);
    REQUIRE(error->what[0] != '\0');
    for (const char *byte = error->what; *byte != '\0'; byte++)
        REQUIRE((unsigned char)*byte >= 0x20 && *byte != 0x7f);
}

/** Criteria that ask for nothing would be met by nothing. */
static void require_questions(const struct criteria *criteria)
{
    REQUIRE(criteria->issue_count > 0);
    for (size_t i = 0; i < criteria->issue_count; i++) {
        const struct issue_criterion *issue = &criteria->issues[i];
        REQUIRE(issue->issue != NULL && issue->reference != NULL && issue->attempts > 0);
        REQUIRE(json_array_size(issue->modes) > 0 && json_array_size(issue->shapes) > 0);
        for (size_t k = 0; k < i; k++)
            REQUIRE(strcmp(criteria->issues[k].issue, issue->issue) != 0);
    }
    for (size_t i = 0; i < criteria->waiver_count; i++) {
        const struct waiver *waiver = &criteria->waivers[i];
        REQUIRE(waiver->reason[0] != '\0' && waiver->decided_by[0] != '\0');
        REQUIRE(criteria_ask_about_mode(criteria, waiver->mode));
        REQUIRE(criteria_waiver(criteria, waiver->mode) == waiver);
    }
    REQUIRE(criteria->maximum_age_s > 0 && criteria->upstream_maximum_age_s > 0);
}

static void try_criteria(const char *path, const struct criteria *written)
{
    CLEANUP_CRITERIA struct criteria criteria = {0};
    struct reason_list weaker = {0};
    struct error error = ERROR_INIT;
    if (criteria_load(&criteria, path, &error) != 0) {
        require_input_error(&error, path);
        return;
    }
    REQUIRE(error.code == ERROR_NONE);
    require_questions(&criteria);
    REQUIRE(weaker_criteria_list(&criteria, written, &weaker, &error) == 0);
    /* Whatever drops a question that the criteria as written ask must be told. */
    for (size_t i = 0; i < written->issue_count; i++) {
        bool asked = false;
        for (size_t k = 0; k < criteria.issue_count; k++)
            asked = asked || strcmp(criteria.issues[k].issue, written->issues[i].issue) == 0;
        REQUIRE(asked || weaker.count > 0);
    }
    reason_list_release(&weaker);
}

/** An issue counts as resolved without any reason against it, or not and with one. */
static void require_standing(const struct upstream *upstream, const struct criteria *written,
                             const struct issue_criterion *issue, const char *tested)
{
    enum upstream_standing standing = UPSTREAM_UNKNOWN;
    struct reason_list reasons = {0};
    struct error error = ERROR_INIT;
    REQUIRE(upstream_judge(upstream, issue, tested, written->upstream_maximum_age_s, NOW, &standing,
                           &reasons, &error) == 0);
    REQUIRE((standing == UPSTREAM_RESOLVED) == (reasons.count == 0));
    const json_t *entry = upstream_find(upstream, issue->issue);
    const char *state = json_string_value(json_object_get(entry, "state"));
    const char *why = json_string_value(json_object_get(entry, "state_reason"));
    REQUIRE(standing != UPSTREAM_RESOLVED ||
            (tested != NULL && state != NULL && why != NULL && strcmp(state, "closed") == 0 &&
             strcmp(why, "completed") == 0));
    reason_list_release(&reasons);
}

static void try_upstream(const char *path, const struct criteria *written)
{
    CLEANUP_UPSTREAM struct upstream upstream = {0};
    struct error error = ERROR_INIT;
    if (upstream_load(&upstream, path, &error) != 0) {
        require_input_error(&error, path);
        return;
    }
    REQUIRE(error.code == ERROR_NONE && upstream.given);
    for (size_t i = 0; i < written->issue_count; i++) {
        require_standing(&upstream, written, &written->issues[i], "v0.20.3");
        require_standing(&upstream, written, &written->issues[i], NULL);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct criteria written;
    struct error error = ERROR_INIT;
    if (written.issue_count == 0)
        REQUIRE(criteria_load(&written, NULL, &error) == 0);
    const char *path = memory_file_fill(0, data, size);
    try_criteria(path, &written);
    try_upstream(path, &written);
    return 0;
}
