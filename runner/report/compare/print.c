/* SPDX-License-Identifier: MIT */
#include "report/compare/compare.h"

#include "gate/evidence/document.h"

#include <string.h>

/** "2 hang, 1 pass (blocked)", or "hang, not measured". Names are checked by the schema. */
static void print_result(const json_t *result, FILE *stream)
{
    json_t *verdicts = json_object_get(result, "verdicts");
    const char *evidence = json_text(result, "evidence");
    const char *separator = "";
    if (verdicts == NULL) {
        (void)fputs("nothing", stream);
        return;
    }
    if (json_object_size(verdicts) == 0)
        (void)fprintf(stream, "%s, not measured", json_text(result, "verdict"));
    const char *name = NULL;
    json_t *count = NULL;
    json_object_foreach(verdicts, name, count) {
        (void)fprintf(stream, "%s%lld %s", separator, (long long)json_integer_value(count), name);
        separator = ", ";
    }
    if (evidence != NULL)
        (void)fprintf(stream, " (%s)", evidence);
    if (json_truth(result, "data_loss"))
        (void)fputs(" with data loss", stream);
}

static void print_rename_time(const json_t *before, const json_t *after, FILE *stream)
{
    const json_t *old = json_object_get(before, "rename_ms");
    const json_t *now = json_object_get(after, "rename_ms");
    if (json_is_real(old) && json_is_real(now))
        (void)fprintf(stream, "; rename %.3f -> %.3f ms", json_number_value(old),
                      json_number_value(now));
}

static void print_cell(const json_t *cell, FILE *stream)
{
    const json_t *before = json_object_get(cell, "baseline");
    const json_t *after = json_object_get(cell, "now");
    (void)fprintf(stream, "%-10s %-24s %-20s ", json_text(cell, "change"), json_text(cell, "place"),
                  json_text(cell, "shape"));
    print_result(before, stream);
    (void)fputs(" -> ", stream);
    print_result(after, stream);
    print_rename_time(before, after, stream);
    (void)fputc('\n', stream);
}

/** The value of a key where it says something. A report has no counts. */
static const json_t *said_of(const char *key, const json_t *result)
{
    const json_t *value = json_object_get(result, key);
    bool empty = json_is_object(value) && json_object_size(value) == 0;
    return empty || json_is_null(value) ? NULL : value;
}

/** Whether both sides say something of a key, and not the same. */
static bool differ_in(const char *key, const json_t *before, const json_t *after)
{
    const json_t *old = said_of(key, before);
    const json_t *now = said_of(key, after);
    return old != NULL && now != NULL && !json_equal(old, now);
}

/** How often each verdict came: 1 hang in 3 is other news than 3 in 3, but 3 passes are like 5. */
static bool is_more_or_less_flaky(const json_t *before, const json_t *after)
{
    return differ_in("verdicts", before, after) &&
           (json_object_size(json_object_get(before, "verdicts")) > 1 ||
            json_object_size(json_object_get(after, "verdicts")) > 1);
}

/** An unchanged verdict with another kind of evidence is news all the same. */
static bool is_news(const json_t *cell)
{
    const json_t *before = json_object_get(cell, "baseline");
    const json_t *after = json_object_get(cell, "now");
    return differ_in("evidence", before, after) || differ_in("data_loss", before, after) ||
           is_more_or_less_flaky(before, after) ||
           strcmp(json_text(cell, "change"), change_name(CHANGE_UNCHANGED)) != 0;
}

void compare_print(const json_t *comparison, bool all, FILE *stream)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(json_object_get(comparison, "cells"), index, cell)
        if (all || is_news(cell))
            print_cell(cell, stream);
    const char *separator = "";
    const char *name = NULL;
    json_t *count = NULL;
    json_object_foreach(json_object_get(comparison, "counts"), name, count) {
        (void)fprintf(stream, "%s%lld %s", separator, (long long)json_integer_value(count), name);
        separator = ", ";
    }
    (void)fputc('\n', stream);
}
