/* SPDX-License-Identifier: MIT */
#include "report/words.h"
#include "base/json_access.h"
#include "base/text.h"

#include "verdict/shapes.h"

#include <string.h>

void words_duration(FILE *out, double ms)
{
    if (ms < 0.1)
        (void)fputs("under 0.1 ms", out); /* lines of one read arrive at one time */
    else if (ms < 10)
        (void)fprintf(out, "%.2f ms", ms);
    else if (ms < 1000)
        (void)fprintf(out, "%.0f ms", ms);
    else if (ms < 60000)
        (void)fprintf(out, "%.1f s", ms / 1000);
    else
        (void)fprintf(out, "%.0f min %.0f s", (double)(long)(ms / 60000),
                      (ms - 60000 * (double)(long)(ms / 60000)) / 1000);
}

static void write_call(FILE *out, escape_writer *escape, const json_t *step)
{
    const char *key;
    json_t *value;
    const char *comma = "";

    escape(out, member_text(step, "call"));
    (void)fputc('(', out);
    /* jansson keeps the order in which the document has them */
    json_object_foreach(iterable(json_object_get(step, "arguments")), key, value) {
        (void)fputs(comma, out);
        escape(out, key);
        (void)fputc('=', out);
        escape(out, json_string_value(value));
        comma = ", ";
    }
    (void)fputc(')', out);
}

/* A summary opens with the state itself, or is put behind it. */
static void write_state(FILE *out, escape_writer *escape, const json_t *evidence)
{
    const char *state = member_text(evidence, "state");
    const char *summary = member_text(evidence, "summary");
    (void)fputs(": ", out);
    if (strncmp(summary, state, strlen(state)) != 0) {
        escape(out, state);
        (void)fputs(*summary == '\0' ? "" : "; ", out);
    }
    escape(out, summary);
}

static void write_ended(FILE *out, escape_writer *escape, const json_t *evidence)
{
    size_t index;
    json_t *process;
    json_array_foreach(json_object_get(evidence, "ended"), index, process) {
        (void)fputs("; ", out);
        escape(out, member_text(process, "comm"));
        (void)fprintf(out, " (%.0f) ended meanwhile: ", member_number(process, "pid", 0));
        escape(out, member_text(process, "status"));
    }
}

void words_headline(FILE *out, escape_writer *escape, const struct attempt *attempt)
{
    const json_t *cell = attempt->cell;
    const json_t *step = json_object_get(cell, "step");
    const json_t *evidence = json_object_get(cell, "evidence");
    bool stuck = attempt->verdict == VERDICT_HANG || attempt->verdict == VERDICT_STALL;

    if (!stuck || !json_is_object(step) || json_truth(step, "returned")) {
        const char *reason = member_text(cell, "reason");
        if (*reason == '\0' && attempt->verdict != VERDICT_PASS)
            reason = verdict_table[attempt->verdict].meaning;
        if (json_truth(cell, "data_loss"))
            (void)fputs("data was lost: ", out);
        escape(out, reason);
        return;
    }
    write_call(out, escape, step);
    (void)fputs(" did not come back", out);
    if (!json_is_object(evidence))
        return;
    (void)fputs(" in ", out);
    words_duration(out, member_number(evidence, "out_ms", 0));
    write_state(out, escape, evidence);
    write_ended(out, escape, evidence);
}

void words_tally(FILE *out, const struct report_cell *cell)
{
    size_t all = cell->attempt_count + cell->missing;
    bool alike = cell->missing == 0 && cell->attempt_count > 0;
    for (size_t i = 1; alike && i < cell->attempt_count; i++)
        alike = cell->attempts[i].verdict == cell->attempts[0].verdict;
    if (alike) {
        (void)fprintf(out, "%zu of %zu", all, all);
        return;
    }
    const char *comma = "";
    for (int i = 0; i < VERDICT_COUNT; i++)
        if (cell->counts[i] > 0) {
            (void)fprintf(out, "%s%zu %s", comma, cell->counts[i], verdict_table[i].word);
            comma = ", ";
        }
    if (cell->missing > 0)
        (void)fprintf(out, "%s%zu not run", comma, cell->missing);
    else if (all == 0)
        (void)fputs("not planned", out);
}

const char *words_state(const struct report_cell *cell)
{
    const char *state = "";
    if (cell->verdict != VERDICT_HANG && cell->verdict != VERDICT_STALL)
        return "";
    for (size_t i = 0; i < cell->attempt_count; i++) {
        const json_t *evidence = json_object_get(cell->attempts[i].cell, "evidence");
        const char *here = member_text(evidence, "state");
        if (*here == '\0')
            continue;
        if (*state != '\0' && strcmp(state, here) != 0)
            return "mixed";
        state = here;
    }
    return state;
}

const char *words_control_wants(const char *control)
{
    const struct shape *shape = shape_find_control(control);
    return shape == NULL ? NULL : verdict_table[shape->expected_verdict].name;
}

void words_inadmissible(FILE *out, escape_writer *escape, const struct report_document *document)
{
    const json_t *reasons = json_object_get(document->root, "inadmissible_because");
    const json_t *subject = json_object_get(document->root, "subject");
    const char *between = "";

    if (document->admissible)
        return;
    if (strcmp(member_text(subject, "kind"), "double") == 0) {
        (void)fputs("the subject is a stand-in for Nanvix", out);
        between = "; ";
    }
    for (size_t i = 0; i < json_array_size(reasons); i++) {
        (void)fputs(between, out);
        escape(out, item_text(reasons, i));
        between = "; ";
    }
    if (*between == '\0')
        (void)fputs("the document gives no reason", out);
}

bool words_was_skipped(const struct report_release *release)
{
    for (size_t i = 0; i < release->document_count; i++)
        if (!json_is_string(json_object_get(release->documents[i]->root, "skipped")))
            return false;
    return true;
}

/* What the launcher said in the cells so far. */
struct launcher_tally {
    const json_t *first; /* that told mode and version; NULL if none did */
    size_t asked;
    size_t alike; /* that said the same as the first */
};

static void count_launchers(struct launcher_tally *tally, const json_t *cells)
{
    size_t index;
    const json_t *cell;
    json_array_foreach(cells, index, cell) {
        const json_t *launcher = json_object_get(cell, "launcher");
        const char *mode = json_text(launcher, "mode");
        tally->asked += launcher == NULL ? 0 : 1;
        if (mode == NULL)
            continue;
        if (tally->first == NULL)
            tally->first = launcher;
        if (strcmp(mode, member_text(tally->first, "mode")) == 0 &&
            strcmp(member_text(launcher, "version"), member_text(tally->first, "version")) == 0)
            tally->alike++;
    }
}

const char *words_launcher(const struct report_document *document, char *out, size_t size)
{
    struct launcher_tally tally = {.first = NULL};
    count_launchers(&tally, json_object_get(document->root, "controls"));
    count_launchers(&tally, json_object_get(document->root, "cells"));
    char mode[64];
    char version[64];
    const char *said = member_text(tally.first, "mode");
    (void)text_sanitize(said, strlen(said), mode, sizeof mode);
    said = member_text(tally.first, "version");
    (void)text_sanitize(said, strlen(said), version, sizeof version);
    (void)snprintf(out, size, "%s", tally.asked == 0 ? "" : "claimed: nothing told it");
    if (tally.first != NULL)
        (void)snprintf(out, size, "%s, %s, verified in %zu of %zu cells", mode, version,
                       tally.alike, tally.asked);
    return out;
}

const char *words_kind(const char *kind)
{
    if (strcmp(kind, "nanvix") == 0)
        return "Nanvix";
    if (strcmp(kind, "double") == 0)
        return "stand-in for Nanvix, no evidence";
    if (strcmp(kind, "reference") == 0)
        return "reference, no evidence about Nanvix";
    return kind;
}
