/* SPDX-License-Identifier: MIT */
/* Criteria depart from others only where they ask for less; what both leave out is no departure. */
#include "gate/judge/weaker_criteria.h"

#include "base/cleanup.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/** Parts of criteria, each of which `lenient` may ask less of. */
struct parts {
    json_t *words;
    json_t *none;
    struct issue_criterion strict_issue;
    struct issue_criterion lenient_issue;
    struct criteria strict;
    struct criteria lenient;
};

static void make_parts(struct parts *parts)
{
    parts->words = json_pack("[ss]", "a", "b");
    parts->none = json_array();
    assert_true(parts->words != NULL && parts->none != NULL);
    parts->strict_issue = (struct issue_criterion){
        .issue = "I",
        .reference = "r/r#1",
        .modes = parts->words,
        .shapes = parts->words,
        .attempts = 3,
        .upstream_required = true,
    };
    parts->lenient_issue = parts->strict_issue;
    parts->lenient_issue.upstream_required = false;
    parts->strict = (struct criteria){
        .maximum_age_s = 3600,
        .upstream_maximum_age_s = 3600,
        .accept_anomalies = parts->none,
        .maximum_step_budget_ms = 1,
        .maximum_total_budget_ms = 2,
        .maximum_rename_ms = 3,
        .subject = "s",
        .subject_files = parts->words,
        .issues = &parts->strict_issue,
        .issue_count = 1,
    };
    parts->lenient = parts->strict;
    parts->lenient.issues = &parts->lenient_issue;
    parts->lenient.accept_anomalies = parts->words;
    parts->lenient.accept_early_waits = true;
    parts->lenient.maximum_age_s = 7200;
    parts->lenient.subject = "t";
    parts->lenient.maximum_step_budget_ms = 2;
    parts->lenient.maximum_total_budget_ms = 3;
    parts->lenient.maximum_rename_ms = 4;
}

static void release_parts(struct parts *parts)
{
    json_decref(parts->words);
    json_decref(parts->none);
}

static void expect_departures(const struct criteria *given, const struct criteria *written,
                              const char *const details[], size_t count)
{
    CLEANUP_REASON_LIST struct reason_list found = {0};
    struct error error = ERROR_INIT;
    assert_int_equal(weaker_criteria_list(given, written, &found, &error), 0);
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(found.items[i].id, REASON_WEAKER_CRITERIA);
        assert_string_equal(found.items[i].detail, details[i]);
    }
}

static void asking_for_less_is_told_point_by_point(void **state)
{
    (void)state;
    static const char *const details[] = {
        "I need not be resolved upstream",
        "evidence may be 2 hours old, not 1",
        "the anomaly a is accepted",
        "the anomaly b is accepted",
        "a step budget may be 2 ms, not 1",
        "a total budget may be 3 ms, not 2",
        "a rename may be 4 ms, not 3",
        "what was tested has to be t, not s",
        "waits may end early",
    };
    struct parts parts;
    make_parts(&parts);
    expect_departures(&parts.lenient, &parts.strict, details, sizeof details / sizeof details[0]);
    release_parts(&parts);
}

static void asking_for_as_much_or_more_is_none(void **state)
{
    (void)state;
    struct parts parts;
    make_parts(&parts);
    expect_departures(&parts.strict, &parts.strict, NULL, 0);
    expect_departures(&parts.lenient, &parts.lenient, NULL, 0);
    parts.lenient.subject = parts.strict.subject;
    expect_departures(&parts.strict, &parts.lenient, NULL, 0);
    release_parts(&parts);
}

int test_weaker_criteria(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(asking_for_less_is_told_point_by_point),
        cmocka_unit_test(asking_for_as_much_or_more_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
