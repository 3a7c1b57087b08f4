/* SPDX-License-Identifier: MIT */
#include "gate/judge/weaker_criteria.h"

#include <string.h>

struct comparison {
    struct reason_list *found;
    struct error *error;
};

#define DEPARTURE(comparison, ...)                                                                 \
    reason_add((comparison)->found, (comparison)->error, REASON_WEAKER_CRITERIA, __VA_ARGS__)

/** Every text of `wanted` that `given` lacks is a departure; `what` says of what kind it is. */
static int compare_lists(const struct comparison *comparison, const char *issue, const char *what,
                         const json_t *wanted, const json_t *given)
{
    size_t index = 0;
    const json_t *item = NULL;
    json_array_foreach(wanted, index, item)
        if (!json_array_has_string(given, json_string_value(item)) &&
            DEPARTURE(comparison, "%s %s %s is not asked for", issue, what,
                      json_string_value(item)) != 0)
            return -1;
    return 0;
}

static int compare_issue(const struct comparison *comparison, const struct issue_criterion *wanted,
                         const struct issue_criterion *given)
{
    if (compare_lists(comparison, wanted->issue, "mode", wanted->modes, given->modes) != 0 ||
        compare_lists(comparison, wanted->issue, "shape", wanted->shapes, given->shapes) != 0)
        return -1;
    if (strcmp(wanted->reference, given->reference) != 0 &&
        DEPARTURE(comparison, "%s is %s, not %s", wanted->issue, given->reference,
                  wanted->reference) != 0)
        return -1;
    if (given->attempts < wanted->attempts &&
        DEPARTURE(comparison, "%s needs %ld attempts, not %ld", wanted->issue, given->attempts,
                  wanted->attempts) != 0)
        return -1;
    if (wanted->upstream_required && !given->upstream_required)
        return DEPARTURE(comparison, "%s need not be resolved upstream", wanted->issue);
    return 0;
}

static const struct issue_criterion *find_issue(const struct criteria *criteria, const char *issue)
{
    for (size_t i = 0; i < criteria->issue_count; i++)
        if (strcmp(criteria->issues[i].issue, issue) == 0)
            return &criteria->issues[i];
    return NULL;
}

static int compare_issues(const struct comparison *comparison, const struct criteria *criteria,
                          const struct criteria *written)
{
    for (size_t i = 0; i < written->issue_count; i++) {
        const struct issue_criterion *wanted = &written->issues[i];
        const struct issue_criterion *given = find_issue(criteria, wanted->issue);
        int failed = given == NULL ? DEPARTURE(comparison, "%s is not asked about", wanted->issue)
                                   : compare_issue(comparison, wanted, given);
        if (failed != 0)
            return -1;
    }
    return 0;
}

static int compare_age(const struct comparison *comparison, const char *what, moment wanted,
                       moment given)
{
    if (given <= wanted)
        return 0;
    return DEPARTURE(comparison, "%s may be %lld hours old, not %lld", what,
                     (long long)(given / 3600), (long long)(wanted / 3600));
}

static int compare_limit(const struct comparison *comparison, const char *what, long wanted,
                         long given)
{
    if (given <= wanted)
        return 0;
    return DEPARTURE(comparison, "%s may be %ld ms, not %ld", what, given, wanted);
}

static int compare_limits(const struct comparison *comparison, const struct criteria *criteria,
                          const struct criteria *written)
{
    if (criteria->minimum_step_budget_ms < written->minimum_step_budget_ms &&
        DEPARTURE(comparison, "a step budget may be as short as %ld ms, not %ld",
                  criteria->minimum_step_budget_ms, written->minimum_step_budget_ms) != 0)
        return -1;
    if (compare_limit(comparison, "a step budget", written->maximum_step_budget_ms,
                      criteria->maximum_step_budget_ms) != 0 ||
        compare_limit(comparison, "a total budget", written->maximum_total_budget_ms,
                      criteria->maximum_total_budget_ms) != 0)
        return -1;
    return compare_limit(comparison, "a rename", written->maximum_rename_ms,
                         criteria->maximum_rename_ms);
}

static int compare_anomalies(const struct comparison *comparison, const struct criteria *criteria,
                             const struct criteria *written)
{
    size_t index = 0;
    const json_t *kind = NULL;
    json_array_foreach(criteria->accept_anomalies, index, kind)
        if (!json_array_has_string(written->accept_anomalies, json_string_value(kind)) &&
            DEPARTURE(comparison, "the anomaly %s is accepted", json_string_value(kind)) != 0)
            return -1;
    return 0;
}

int weaker_criteria_list(const struct criteria *criteria, const struct criteria *written,
                         struct reason_list *found, struct error *error)
{
    const struct comparison comparison = {.found = found, .error = error};
    if (compare_issues(&comparison, criteria, written) != 0 ||
        compare_age(&comparison, "evidence", written->maximum_age_s, criteria->maximum_age_s) !=
            0 ||
        compare_age(&comparison, "the upstream state", written->upstream_maximum_age_s,
                    criteria->upstream_maximum_age_s) != 0 ||
        compare_anomalies(&comparison, criteria, written) != 0 ||
        compare_limits(&comparison, criteria, written) != 0)
        return -1;
    if (strcmp(criteria->subject, written->subject) != 0 &&
        DEPARTURE(&comparison, "what was tested has to be %s, not %s", criteria->subject,
                  written->subject) != 0)
        return -1;
    if (criteria->accept_early_waits && !written->accept_early_waits &&
        DEPARTURE(&comparison, "waits may end early") != 0)
        return -1;
    return compare_lists(&comparison, "every document's", "subject file", written->subject_files,
                         criteria->subject_files);
}
