/* SPDX-License-Identifier: MIT */
#include "gate/judge/judge.h"

#include <stdarg.h>

const char *status_name(enum status status)
{
    static const char *const names[] = {
        [STATUS_MET] = "met",
        [STATUS_UNMET] = "unmet",
        [STATUS_UNKNOWN] = "unknown",
    };
    return names[status];
}

enum status status_and(enum status left, enum status right)
{
    if (left == STATUS_UNMET || right == STATUS_UNMET)
        return STATUS_UNMET;
    return left == STATUS_MET ? right : STATUS_UNKNOWN;
}

void record_missing(struct record *record, const char *issue, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    if (length < 0) {
        record->builder.failed = true;
        return;
    }
    json_t *entry = build_next_object(&record->builder, record->missing);
    build_text(&record->builder, entry, "issue", issue);
    build_text(&record->builder, entry, "what", text);
    free(text);
}

void record_reasons(struct builder *builder, json_t *object, const struct reason_list *reasons)
{
    json_t *array = build_array_in(builder, object, "reasons");
    for (size_t i = 0; i < reasons->count; i++) {
        json_t *entry = build_next_object(builder, array);
        build_text(builder, entry, "id", reason_name(reasons->items[i].id));
        build_text(builder, entry, "meaning", reason_meaning(reasons->items[i].id));
        build_text(builder, entry, "detail", reasons->items[i].detail);
    }
}
