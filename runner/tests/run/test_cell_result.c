/* SPDX-License-Identifier: MIT */
/* Nothing that a cell was told is lost on the way to its result, also where memory runs out. */
#include "run/cell/stages.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* How many allocations jansson gets before it gets none; below 0, as many as it wants. */
static long allocations_left = -1;
static bool fails_once;

static void *scarce_malloc(size_t size)
{
    if (allocations_left == 0) {
        allocations_left -= fails_once ? 1 : 0;
        return NULL;
    }
    allocations_left -= allocations_left > 0 ? 1 : 0;
    return malloc(size);
}

static void tell(struct journal_account *account)
{
    const struct journal_event begin = {
        .kind = JOURNAL_BEGIN, .subject = "tmp_root_sibling", .text = "begin tmp_root_sibling"};
    const struct journal_event note = {
        .kind = JOURNAL_NOTE,
        .sequence = 1,
        .subject = "inode",
        .field_count = 2,
        .text = "note inode before=%FF after=2",
        .fields = {{"before", "\xff", false}, {"after", "2", false}}};
    const struct journal_event type = {
        .kind = JOURNAL_FS, .sequence = 2, .subject = "\xff", .text = "fs %FF"};
    const struct journal_event enter = {.kind = JOURNAL_ENTER,
                                        .sequence = 3,
                                        .subject = "rename",
                                        .field_count = 1,
                                        .text = "enter rename from=%FF",
                                        .fields = {{"from", "\xff", false}}};
    account_hear(account, &begin);
    account_hear(account, &note);
    account_hear(account, &type);
    account_hear(account, &enter);
}

/** The result of a cell that was told all of the above; NULL when memory ran out. */
static json_t *result_with(long allocations)
{
    static struct cell_settings settings = {.artifacts = "artifacts", .probe_build = ""};
    static struct target_setup setup = {.target = {.name = "native"}};
    struct boot_turn turn = {0};
    char directory[] = "/tmp";
    struct cell cell = {.settings = &settings,
                        .setup = &setup,
                        .shape = &shapes[0],
                        .attempt = 1,
                        .turn = &turn,
                        .stdin_fd = -1,
                        .guest_directory = directory,
                        .ending = ENDING_STEP_BUDGET};
    allocations_left = allocations;
    cell.anomalies = build_array(&cell.builder);
    json_t *result = NULL;
    cell_listen(&cell, 0);
    tell(&cell.account);
    cell_add_anomaly(&cell, "left_behind", "%s", "\xff");
    result = cell_result(&cell);
    allocations_left = -1;
    streams_release(&cell.streams);
    json_decref(cell.timeline);
    json_decref(cell.anomalies);
    return result;
}

static const char *text_in(const json_t *result, const char *key, const char *inner)
{
    return json_string_value(json_object_get(json_object_get(result, key), inner));
}

static void expect_whole(const json_t *result)
{
    const json_t *anomalies = json_object_get(result, "anomalies");
    const json_t *step = json_object_get(result, "step");
    assert_string_equal(json_string_value(json_object_get(result, "verdict")), "hang");
    assert_int_equal(json_array_size(anomalies), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(anomalies, 0), "detail")),
                        "\\xFF");
    assert_string_equal(json_string_value(json_object_get(json_array_get(anomalies, 1), "kind")),
                        "inode_changed");
    assert_string_equal(text_in(result, "filesystem", "type"), "\\xFF");
    assert_string_equal(text_in(step, "arguments", "from"), "\\xFF");
    assert_int_equal(
        json_array_size(json_object_get(json_object_get(result, "journal"), "timeline")), 4);
}

static void a_result_is_whole_or_there_is_none(void **state)
{
    (void)state;
    json_malloc_t usual_malloc;
    json_free_t usual_free;
    json_get_alloc_funcs(&usual_malloc, &usual_free);
    json_set_alloc_funcs(scarce_malloc, free);
    long allocations = 0;
    json_t *result = NULL;
    for (; result == NULL && allocations < 10000; allocations++)
        result = result_with(allocations);
    assert_in_range(allocations, 100, 9999); /* with fewer there was none */
    expect_whole(result);
    json_decref(result);
    fails_once = true;
    while (allocations-- > 0) {
        result = result_with(allocations);
        if (result != NULL)
            expect_whole(result);
        json_decref(result);
    }
    json_set_alloc_funcs(usual_malloc, usual_free);
}

int test_cell_result(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_result_is_whole_or_there_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
