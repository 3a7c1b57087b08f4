/* SPDX-License-Identifier: MIT */
#include "report/compare/compare.h"

#include "base/json_build.h"
#include "report/compare/results.h"

#include <string.h>

const char *change_name(enum change change)
{
    static const char *const names[] = {
        [CHANGE_UNCHANGED] = "unchanged",
        [CHANGE_FIXED] = "fixed",
        [CHANGE_REGRESSED] = "regressed",
        [CHANGE_DIFFERENT] = "different",
        [CHANGE_NEW] = "new",
        [CHANGE_GONE] = "gone",
    };
    return names[change];
}

/** An answer that came back, even a wrong one, is better than none. */
static bool lost_its_answer(enum verdict before, enum verdict after)
{
    return before == VERDICT_FAIL && verdict_table[after].severity > verdict_table[before].severity;
}

static enum change judge(const struct result *before, const struct result *after)
{
    if (after->data_loss && !before->data_loss)
        return CHANGE_REGRESSED;
    if (before->worst == after->worst)
        return CHANGE_UNCHANGED;
    if (after->worst == VERDICT_PASS)
        return CHANGE_FIXED;
    if (before->worst == VERDICT_PASS || lost_its_answer(before->worst, after->worst))
        return CHANGE_REGRESSED;
    return CHANGE_DIFFERENT;
}

static void describe_result(struct builder *builder, json_t *cell, const char *key,
                            const struct result *result)
{
    if (result == NULL) {
        build_set(builder, cell, key, json_null());
        return;
    }
    json_t *object = build_object_in(builder, cell, key);
    build_text(builder, object, "verdict", verdict_table[result->worst].name);
    json_t *verdicts = build_object_in(builder, object, "verdicts");
    for (size_t i = 0; i < VERDICT_COUNT; i++)
        if (result->verdicts[i] > 0)
            build_number(builder, verdicts, verdict_table[i].name, (long long)result->verdicts[i]);
    build_text(builder, object, "evidence", result->evidence);
    build_truth(builder, object, "data_loss", result->data_loss);
    build_set(builder, object, "rename_ms",
              result->rename_ms >= 0 ? json_real(result->rename_ms) : json_null());
}

struct tally {
    struct builder builder;
    json_t *cells;
    size_t counts[CHANGE_COUNT];
};

/** Which is one of before and after, whichever there is; the other may be NULL. */
static void note_cell(struct tally *tally, enum change change, const struct result *which,
                      const struct result *before, const struct result *after)
{
    json_t *cell = build_next_object(&tally->builder, tally->cells);
    build_text(&tally->builder, cell, "place", which->place);
    build_text(&tally->builder, cell, "shape", which->shape);
    build_text(&tally->builder, cell, "change", change_name(change));
    describe_result(&tally->builder, cell, "baseline", before);
    describe_result(&tally->builder, cell, "now", after);
    tally->counts[change]++;
}

static int compare_cells(const struct result *left, const struct result *right)
{
    int order = strcmp(left->place, right->place);
    return order != 0 ? order : strcmp(left->shape, right->shape);
}

/** Both lists are sorted, so one pass over both finds every pair. */
static void compare_lists(struct tally *tally, const struct result_list *baseline,
                          const struct result_list *fresh)
{
    size_t old = 0;
    size_t now = 0;
    while (old < baseline->count || now < fresh->count) {
        const struct result *before = &baseline->items[old];
        const struct result *after = &fresh->items[now];
        int order = old == baseline->count ? 1
                    : now == fresh->count  ? -1
                                           : compare_cells(before, after);
        if (order < 0)
            note_cell(tally, CHANGE_GONE, before, before, NULL);
        else if (order > 0)
            note_cell(tally, CHANGE_NEW, after, NULL, after);
        else
            note_cell(tally, judge(before, after), after, before, after);
        old += order <= 0;
        now += order >= 0;
    }
}

static void describe_inputs(struct builder *builder, json_t *object, const char *key,
                            const struct result_list *list)
{
    json_t *digests = build_array_in(builder, object, key);
    for (size_t i = 0; i < list->documents.count; i++)
        if (list->documents.items[i].verdict)
            build_next_text(builder, digests, list->documents.items[i].digest);
}

int compare_results(const char *baseline, const char *fresh, json_t **out, bool *regressed,
                    struct error *error)
{
    CLEANUP_RESULT_LIST struct result_list before = {0};
    CLEANUP_RESULT_LIST struct result_list after = {0};
    CLEANUP_JSON json_t *comparison = json_object();
    *out = NULL;
    *regressed = true;
    if (result_list_load(&before, baseline, NULL, error) != 0 ||
        result_list_load(&after, fresh, &before, error) != 0)
        return -1;
    struct tally tally = {0};
    build_text(&tally.builder, comparison, "schema", "rename-oracle/comparison/1");
    describe_inputs(&tally.builder, comparison, "baseline", &before);
    describe_inputs(&tally.builder, comparison, "now", &after);
    tally.cells = build_array_in(&tally.builder, comparison, "cells");
    compare_lists(&tally, &before, &after);
    json_t *counts = build_object_in(&tally.builder, comparison, "counts");
    for (size_t i = 0; i < CHANGE_COUNT; i++)
        build_number(&tally.builder, counts, change_name((enum change)i),
                     (long long)tally.counts[i]);
    if (tally.builder.failed)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the comparison");
    *regressed = tally.counts[CHANGE_REGRESSED] > 0;
    *out = steal_pointer(&comparison);
    return 0;
}
