/* SPDX-License-Identifier: MIT */
#include "gate/evidence/criteria.h"

#include "base/json_access.h"
#include "base/schema_check.h"
#include "base/schemas.h"
#include "gate/evidence/document.h"

#include <stdlib.h>
#include <string.h>

enum { DEFAULT_ATTEMPTS = 3, SECONDS_PER_HOUR = 3600 };

void criteria_release(struct criteria *criteria)
{
    free(criteria->issues);
    free(criteria->waivers);
    json_source_release(&criteria->source);
    *criteria = (struct criteria){0};
}

bool json_array_has_string(const json_t *array, const char *text)
{
    size_t index = 0;
    const json_t *item = NULL;
    json_array_foreach(array, index, item)
        if (strcmp(json_string_value(item), text) == 0)
            return true;
    return false;
}

bool criteria_ask_about_mode(const struct criteria *criteria, const char *mode)
{
    for (size_t i = 0; i < criteria->issue_count; i++)
        if (json_array_has_string(criteria->issues[i].modes, mode))
            return true;
    return false;
}

const struct waiver *criteria_waiver(const struct criteria *criteria, const char *mode)
{
    for (size_t i = 0; i < criteria->waiver_count; i++)
        if (strcmp(criteria->waivers[i].mode, mode) == 0)
            return &criteria->waivers[i];
    return NULL;
}

static moment seconds_of(const json_t *object, const char *key)
{
    return (moment)json_integer_value(json_object_get(object, key)) * SECONDS_PER_HOUR;
}

static long milliseconds_of(const json_t *object, const char *key)
{
    return (long)json_integer_value(json_object_get(object, key));
}

static int fail_in_list(const struct criteria *criteria, const char *list, size_t index,
                        const char *key, const char *what, struct error *error)
{
    char pointer[64];
    (void)snprintf(pointer, sizeof pointer, "/%s/%zu/%s", list, index, key);
    return json_source_fail(&criteria->source, pointer, error, "%s: %s", pointer, what);
}

static int take_issues(struct criteria *criteria, struct error *error)
{
    const json_t *list = json_object_get(criteria->source.root, "issues");
    criteria->issues = calloc(json_array_size(list), sizeof *criteria->issues);
    if (criteria->issues == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the criteria");
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(list, index, entry) {
        const json_t *attempts = json_object_get(entry, "attempts");
        const char *issue = json_text(entry, "issue");
        for (size_t i = 0; i < index; i++)
            if (strcmp(criteria->issues[i].issue, issue) == 0)
                return fail_in_list(criteria, "issues", index, "issue",
                                    "stands in the criteria twice", error);
        criteria->issues[criteria->issue_count++] = (struct issue_criterion){
            .issue = issue,
            .reference = json_text(entry, "reference"),
            .modes = json_object_get(entry, "modes"),
            .shapes = json_object_get(entry, "shapes"),
            .attempts = attempts == NULL ? DEFAULT_ATTEMPTS : (long)json_integer_value(attempts),
            .upstream_required = json_truth(entry, "upstream_required"),
        };
    }
    return 0;
}

static int take_waivers(struct criteria *criteria, struct error *error)
{
    const json_t *list = json_object_get(criteria->source.root, "waivers");
    criteria->waivers = calloc(json_array_size(list) + 1, sizeof *criteria->waivers);
    if (criteria->waivers == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the criteria");
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(list, index, entry) {
        const char *mode = json_text(entry, "mode");
        if (!criteria_ask_about_mode(criteria, mode))
            return fail_in_list(criteria, "waivers", index, "mode",
                                "no issue of the criteria speaks of this mode", error);
        for (size_t i = 0; i < index; i++)
            if (strcmp(criteria->waivers[i].mode, mode) == 0)
                return fail_in_list(criteria, "waivers", index, "mode", "has a waiver already",
                                    error);
        criteria->waivers[criteria->waiver_count++] = (struct waiver){
            .mode = mode,
            .reason = json_text(entry, "reason"),
            .from_release = json_text(entry, "from_release"),
            .decided_by = json_text(entry, "decided_by"),
        };
    }
    return 0;
}

static void take_evidence_rules(struct criteria *criteria)
{
    const json_t *evidence = json_object_get(criteria->source.root, "evidence");
    const json_t *upstream = json_object_get(criteria->source.root, "upstream");
    criteria->maximum_age_s = seconds_of(evidence, "maximum_age_hours");
    criteria->upstream_maximum_age_s = seconds_of(upstream, "maximum_age_hours");
    criteria->accept_anomalies = json_object_get(evidence, "accept_anomalies");
    criteria->accept_early_waits = json_truth(evidence, "accept_early_waits");
    criteria->minimum_step_budget_ms = milliseconds_of(evidence, "minimum_step_budget_ms");
    criteria->maximum_step_budget_ms = milliseconds_of(evidence, "maximum_step_budget_ms");
    criteria->maximum_total_budget_ms = milliseconds_of(evidence, "maximum_total_budget_ms");
    criteria->maximum_rename_ms = milliseconds_of(evidence, "maximum_rename_ms");
    criteria->subject = json_text(evidence, "subject");
    if (criteria->subject == NULL)
        criteria->subject = "nanvix";
    criteria->subject_files = json_object_get(evidence, "subject_files");
}

int criteria_load(struct criteria *criteria, const char *path, struct error *error)
{
    *criteria = (struct criteria){0};
    int failed = path == NULL
                     ? json_source_parse(&criteria->source, "the built-in criteria",
                                         default_criteria, strlen(default_criteria), error)
                     : json_source_load(&criteria->source, path, CRITERIA_BYTE_LIMIT, error);
    if (failed != 0 || json_source_check(&criteria->source, schema_criteria_1, error) != 0 ||
        document_digest(criteria->source.root, criteria->digest, error) != 0)
        return -1;
    take_evidence_rules(criteria);
    if (take_issues(criteria, error) != 0)
        return -1;
    return take_waivers(criteria, error);
}
