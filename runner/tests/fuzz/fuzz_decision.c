/* SPDX-License-Identifier: MIT */
/*
 * The gate's whole decision. An input is a list of changes, [[POINTER, VALUE], ...], to a set of
 * criteria, upstream state and one document (decision_base.json) that yields yes, with a fresh and
 * right digest. What makes a yes wrong is looked for here by other means than the gate's.
 */
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/schema_check.h"
#include "base/schemas.h"
#include "fuzz.h"
#include "gate/evidence/shipped_targets.h"
#include "gate/gate.h"
#include "memory_file.h"

#include <string.h>

enum { CRITERIA, UPSTREAM, DOCUMENT, CHANGES_MAX = 32 };

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static bool holds_text(const json_t *array, const char *text)
{
    for (size_t i = 0; i < json_array_size(array); i++)
        if (strcmp(json_string_value(json_array_get(array, i)), text) == 0)
            return true;
    return false;
}

/** The member or element of `node` that `token` names, or NULL. */
static json_t *step(json_t *node, const char *token)
{
    return json_is_array(node) ? json_array_get(node, strtoul(token, NULL, 10))
                               : json_object_get(node, token);
}

/** Puts a copy of `value` where `pointer` says, or takes away what is there for null. */
static void change(json_t *set, const char *pointer, const json_t *value)
{
    CLEANUP_FREE char *copy = strdup(pointer);
    REQUIRE(copy != NULL);
    char *rest = copy;
    char *token;
    json_t *node = set;
    (void)strsep(&rest, "/"); /* there is nothing in front of the first slash */
    for (token = strsep(&rest, "/"); token != NULL && rest != NULL; token = strsep(&rest, "/"))
        node = step(node, token);
    if (token == NULL || node == NULL)
        return;
    size_t index = strtoul(token, NULL, 10);
    if (json_is_object(node) && json_is_null(value))
        (void)json_object_del(node, token);
    else if (json_is_object(node))
        (void)json_object_set_new(node, token, json_deep_copy(value));
    else if (json_is_array(node) && json_is_null(value))
        (void)json_array_remove(node, index);
    else if (json_is_array(node) && index < json_array_size(node))
        (void)json_array_set_new(node, index, json_deep_copy(value));
    else if (json_is_array(node))
        (void)json_array_append_new(node, json_deep_copy(value));
}

static const char *write_part(size_t index, const json_t *set, const char *name)
{
    const json_t *part = json_object_get(set, name);
    CLEANUP_FREE char *text =
        json_dumps(part, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    return text == NULL ? memory_file_fill(index, "", 0)
                        : memory_file_fill(index, text, strlen(text));
}

/** Every attempt of the shape passed, as often as was asked for. */
static void require_passes(const json_t *document, const char *shape, json_int_t attempts)
{
    json_int_t passes = 0;
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(json_object_get(document, "cells"), index, cell) {
        if (strcmp(text_at(cell, "shape"), shape) != 0)
            continue;
        REQUIRE(strcmp(text_at(cell, "verdict"), "pass") == 0);
        REQUIRE(json_integer_value(json_object_get(json_object_get(cell, "journal"), "damaged")) ==
                0);
        passes++;
    }
    REQUIRE(passes >= attempts);
}

static void require_controls(const json_t *document)
{
    static const char *const wanted[][2] = {{"control_pass", "pass"},
                                            {"control_fail", "fail"},
                                            {"control_block", "hang"},
                                            {"control_spin", "hang"}};
    const json_t *controls = json_object_get(document, "controls");
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        bool found = false;
        for (size_t k = 0; k < json_array_size(controls); k++) {
            const json_t *cell = json_array_get(controls, k);
            if (strcmp(text_at(cell, "shape"), wanted[i][0]) != 0)
                continue;
            REQUIRE(strcmp(text_at(cell, "verdict"), wanted[i][1]) == 0);
            found = true;
        }
        REQUIRE(found);
    }
}

static void require_resolved(const json_t *upstream, const char *issue)
{
    size_t index = 0;
    const json_t *entry = NULL;
    json_array_foreach(json_object_get(upstream, "issues"), index, entry)
        if (strcmp(text_at(entry, "issue"), issue) == 0) {
            REQUIRE(strcmp(text_at(entry, "state"), "closed") == 0);
            REQUIRE(strcmp(text_at(entry, "state_reason"), "completed") == 0);
            return;
        }
    REQUIRE(false);
}

static void require_valid(const char *path)
{
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    struct error error = ERROR_INIT;
    REQUIRE(json_source_load(&source, path, (size_t)1 << 20U, &error) == 0);
    REQUIRE(json_source_check(&source, schema_verdict_1, &error) == 0);
}

/** The answer was yes: nothing in the set may speak against it. */
static void require_right_yes(const json_t *set, const char *path)
{
    const json_t *document = json_object_get(set, "document");
    const json_t *run = json_object_get(document, "run");
    const char *mode = text_at(json_object_get(document, "target"), "mode");
    require_valid(path);
    REQUIRE(strcmp(text_at(json_object_get(document, "subject"), "kind"), "nanvix") == 0);
    REQUIRE(json_is_true(json_object_get(document, "complete")));
    REQUIRE(json_is_true(json_object_get(document, "admissible")));
    REQUIRE(json_is_false(json_object_get(run, "interrupted")));
    require_controls(document);
    size_t index = 0;
    const json_t *issue = NULL;
    json_array_foreach(json_object_get(json_object_get(set, "criteria"), "issues"), index, issue) {
        const json_t *shapes = json_object_get(issue, "shapes");
        const json_t *modes = json_object_get(issue, "modes");
        const json_t *attempts = json_object_get(issue, "attempts");
        /* There is one document, and so one mode. */
        REQUIRE(json_array_size(modes) == 1 && holds_text(modes, mode));
        for (size_t i = 0; i < json_array_size(shapes); i++)
            require_passes(document, json_string_value(json_array_get(shapes, i)),
                           attempts == NULL ? 1 : json_integer_value(attempts));
        if (json_is_true(json_object_get(issue, "upstream_required")))
            require_resolved(json_object_get(set, "upstream"), text_at(issue, "issue"));
    }
}

static enum gate_answer ask(json_t *set)
{
    char document[64];
    (void)snprintf(document, sizeof document, "%s", write_part(DOCUMENT, set, "document"));
    char *documents[] = {document};
    const struct gate_options options = {
        .criteria = write_part(CRITERIA, set, "criteria"),
        .upstream = write_part(UPSTREAM, set, "upstream"),
        .documents = documents,
        .document_count = 1,
        .accept_weaker_criteria = true,
        .now = (moment)1795348800, /* 2026-11-22T12:00:00Z, two hours after the run */
        .probe_build = "0123456789abcdef",
        .tool_version = "0.1.0",
        .tool_commit = "0123456789ab",
    };
    enum gate_answer answer = GATE_UNDECIDED;
    struct error error = ERROR_INIT;
    CLEANUP_JSON json_t *decision = NULL;
    int failed = gate_decide(&options, &answer, &decision, &error);
    REQUIRE((failed == 0) == (decision != NULL));
    REQUIRE(failed == 0 || answer == GATE_UNDECIDED);
    REQUIRE(failed == 0 || error.code == ERROR_INPUT);
    REQUIRE((answer == GATE_MAY_BE_REMOVED) ==
            (strcmp(text_at(decision, "answer"), "may_be_removed") == 0 ||
             strcmp(text_at(decision, "answer"), "may_be_removed_on_terms") == 0));
    if (answer == GATE_MAY_BE_REMOVED)
        require_right_yes(set, document);
    return answer;
}

static json_t *load_base(void)
{
    json_t *base = json_load_file(RO_DECISION_BASE, 0, NULL);
    REQUIRE(base != NULL);
    /* The descriptor is edited more often than this file. */
    json_t *target = json_object_get(json_object_get(base, "document"), "target");
    const struct shipped_target *shipped = shipped_target_find(text_at(target, "name"));
    REQUIRE(shipped != NULL);
    REQUIRE(json_object_set_new(target, "digest", json_string(shipped->digest)) == 0);
    REQUIRE(document_seal(json_object_get(base, "document"), NULL) == 0);
    REQUIRE(ask(base) == GATE_MAY_BE_REMOVED); /* or nothing below would mean anything */
    return base;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static json_t *base;
    if (base == NULL)
        base = load_base();
    CLEANUP_JSON json_t *changes = json_loadb((const char *)data, size, 0, NULL);
    if (!json_is_array(changes) || json_array_size(changes) > CHANGES_MAX)
        return 0;
    CLEANUP_JSON json_t *set = json_deep_copy(base);
    for (size_t i = 0; i < json_array_size(changes); i++) {
        const json_t *entry = json_array_get(changes, i);
        const json_t *value = json_array_get(entry, 1);
        if (json_is_string(json_array_get(entry, 0)) && value != NULL)
            change(set, json_string_value(json_array_get(entry, 0)), value);
    }
    if (json_is_object(json_object_get(set, "document")))
        (void)document_seal(json_object_get(set, "document"), NULL);
    (void)ask(set);
    return 0;
}
