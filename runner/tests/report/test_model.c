/* SPDX-License-Identifier: MIT */
/* What documents amount to when they are put together. */
#include "report/model/model.h"
#include "report/words.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static unsigned next_digest;

/*
 * A document with as much as the model looks at. `verdicts` are those of the shape subdir_sibling,
 * one letter an attempt: p(ass), h(ang, blocked), H(ang, spinning), f(ail), s(kip).
 */
static json_t *make_document(const char *target, const char *release, const char *verdicts,
                             int planned)
{
    char digest[16];
    json_t *cells = json_array();
    (void)snprintf(digest, sizeof digest, "sha256:%u", ++next_digest);
    for (int i = 0; verdicts[i] != '\0'; i++) {
        char letter = verdicts[i];
        const char *verdict = letter == 'p'   ? "pass"
                              : letter == 'f' ? "fail"
                              : letter == 's' ? "skip"
                                              : "hang";
        json_t *cell = json_pack("{s:s,s:i,s:s,s:[]}", "shape", "subdir_sibling", "attempt", i + 1,
                                 "verdict", verdict, "anomalies");
        if (letter == 'h' || letter == 'H')
            (void)json_object_set_new(
                cell, "evidence",
                json_pack("{s:s}", "state", letter == 'h' ? "blocked" : "spinning"));
        (void)json_array_append_new(cells, cell);
    }
    return json_pack(
        "{s:s,s:{s:s,s:s},s:{s:s,s:s,s:{s:s}},s:{s:s,s:s},s:{s:s},s:{s:[s],s:i},s:b,s:o}", "digest",
        digest, "run", "id", digest, "started", "2026-11-22T10:00:00Z", "subject", "kind", "nanvix",
        "release", release, "digests", "kernel.elf", release, "target", "name", target, "mode",
        "standalone", "probes", "build_id", "0", "planned", "shapes", "subdir_sibling", "attempts",
        planned, "admissible", 1, "cells", cells);
}

enum { SOURCES_MAX = 8 };

/* Builds a model of documents, NULL at the end, which the sources take over. */
static void build(struct report_model *model, struct json_source sources[SOURCES_MAX],
                  json_t *const *roots)
{
    struct error error = ERROR_INIT;
    size_t count = 0;
    for (; roots[count] != NULL; count++) {
        assert_true(count < SOURCES_MAX);
        sources[count].root = roots[count];
    }
    assert_int_equal(report_model_build(model, sources, count, &error), 0);
}

#define BUILD(model, ...)                                                                          \
    struct json_source model##_sources[SOURCES_MAX] = {0};                                         \
    CLEANUP_REPORT_MODEL struct report_model model = {0};                                          \
    build(&model, model##_sources, (json_t *const[]){__VA_ARGS__, NULL})

static void drop(struct json_source *sources)
{
    for (size_t i = 0; i < SOURCES_MAX; i++)
        json_source_release(&sources[i]);
}

#define DROP(model) drop(model##_sources)

static void assert_verdict(const char *attempts, int planned, enum verdict wanted)
{
    BUILD(model, make_document("t", "1.0", attempts, planned));
    assert_string_equal(verdict_table[model.targets[0].releases[0].cells[0].verdict].name,
                        verdict_table[wanted].name);
    DROP(model);
}

static void attempts_are_summed_up(void **state)
{
    (void)state;
    assert_verdict("ppp", 3, VERDICT_PASS);
    assert_verdict("hhh", 3, VERDICT_HANG);
    assert_verdict("php", 3, VERDICT_FLAKY);
    assert_verdict("hfh", 3, VERDICT_FLAKY);
    assert_verdict("sss", 3, VERDICT_SKIP);
}

static void what_is_missing_never_looks_like_a_pass(void **state)
{
    (void)state;
    assert_verdict("pp", 3, VERDICT_INCOMPLETE);
    assert_verdict("pps", 3, VERDICT_INCOMPLETE);
    assert_verdict("", 3, VERDICT_MISSING);
    assert_verdict("s", 3, VERDICT_SKIP);
    assert_verdict("hh", 3, VERDICT_HANG);
}

static void an_attempt_given_twice_does_not_fill_a_gap(void **state)
{
    (void)state;
    json_t *document = make_document("t", "1.0", "pp", 3);
    json_t *cells = json_object_get(document, "cells");
    (void)json_array_append(cells, json_array_get(cells, 0));
    BUILD(model, document);
    assert_int_equal(model.targets[0].releases[0].cells[0].verdict, VERDICT_INCOMPLETE);
    assert_int_equal(model.targets[0].releases[0].cells[0].missing, 1);
    DROP(model);
}

static void documents_of_one_build_are_one_release(void **state)
{
    (void)state;
    BUILD(model, make_document("t", "1.0", "ppp", 3), make_document("t", "1.0", "pph", 3));
    assert_int_equal(model.target_count, 1);
    assert_int_equal(model.targets[0].release_count, 1);
    assert_int_equal(model.targets[0].releases[0].cells[0].attempt_count, 6);
    assert_int_equal(model.targets[0].releases[0].cells[0].verdict, VERDICT_FLAKY);
    DROP(model);
}

static void a_release_may_be_written_with_a_v(void **state)
{
    (void)state;
    json_t *written = make_document("t", "1.0", "pph", 3);
    (void)json_object_set_new(json_object_get(written, "subject"), "release", json_string("v1.0"));
    BUILD(model, make_document("t", "1.0", "ppp", 3), written);
    assert_int_equal(model.targets[0].release_count, 1);
    DROP(model);
}

static void the_same_document_counts_once(void **state)
{
    (void)state;
    json_t *document = make_document("t", "1.0", "ppp", 3);
    BUILD(model, document, json_incref(document));
    assert_int_equal(model.document_count, 1);
    assert_int_equal(model.repeated, 1);
    assert_int_equal(model.targets[0].releases[0].cells[0].attempt_count, 3);
    DROP(model);
}

static void another_build_of_the_same_name_is_another_release(void **state)
{
    (void)state;
    json_t *rebuilt = make_document("t", "1.0", "ppp", 3);
    (void)json_object_set_new(json_object_get(json_object_get(rebuilt, "subject"), "digests"),
                              "kernel.elf", json_string("another"));
    BUILD(model, make_document("t", "1.0", "hhh", 3), rebuilt);
    assert_int_equal(model.targets[0].release_count, 2);
    assert_non_null(strstr(model.targets[0].releases[0].label, "1.0 (build "));
    assert_string_not_equal(model.targets[0].releases[0].label, model.targets[0].releases[1].label);
    DROP(model);
}

static void another_probe_build_is_not_mixed_in(void **state)
{
    (void)state;
    json_t *other = make_document("t", "1.0", "hhh", 3);
    (void)json_object_set_new(json_object_get(other, "probes"), "build_id", json_string("1"));
    BUILD(model, make_document("t", "1.0", "ppp", 3), other);
    assert_int_equal(model.targets[0].release_count, 2);
    DROP(model);
}

static void a_stand_in_is_another_target_and_never_admissible(void **state)
{
    (void)state;
    json_t *stand_in = make_document("t", "1.0", "ppp", 3);
    (void)json_object_set_new(json_object_get(stand_in, "subject"), "kind", json_string("double"));
    BUILD(model, make_document("t", "1.0", "hhh", 3), stand_in);
    assert_int_equal(model.target_count, 2);
    assert_string_equal(model.targets[0].kind, "nanvix");
    assert_true(model.targets[0].releases[0].admissible);
    assert_false(model.targets[1].releases[0].admissible);
    DROP(model);
}

static void a_change_is_against_the_last_release_that_ran(void **state)
{
    (void)state;
    BUILD(model, make_document("t", "1.4", "ppp", 3), make_document("t", "1.0", "hhh", 3),
          make_document("t", "1.1", "sss", 3), make_document("t", "1.2", "hhh", 3),
          make_document("t", "1.3", "HHH", 3));
    const struct report_target *target = &model.targets[0];
    assert_int_equal(target->release_count, 5);
    assert_string_equal(report_target_newest(target)->name, "1.4");
    assert_false(history_changed(target, 0, 0)); /* the first has nothing before it */
    assert_false(history_changed(target, 1, 0)); /* a skip changes nothing */
    assert_false(history_changed(target, 2, 0)); /* blocked before the skip, blocked after it */
    assert_true(history_changed(target, 3, 0));  /* blocked became spinning */
    assert_true(history_changed(target, 4, 0));
    assert_string_equal(words_state(history_before(target, 4, 0)), "spinning");
    DROP(model);
}

int test_model(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(attempts_are_summed_up),
        cmocka_unit_test(what_is_missing_never_looks_like_a_pass),
        cmocka_unit_test(an_attempt_given_twice_does_not_fill_a_gap),
        cmocka_unit_test(documents_of_one_build_are_one_release),
        cmocka_unit_test(a_release_may_be_written_with_a_v),
        cmocka_unit_test(the_same_document_counts_once),
        cmocka_unit_test(another_build_of_the_same_name_is_another_release),
        cmocka_unit_test(another_probe_build_is_not_mixed_in),
        cmocka_unit_test(a_stand_in_is_another_target_and_never_admissible),
        cmocka_unit_test(a_change_is_against_the_last_release_that_ran),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
