/* SPDX-License-Identifier: MIT */
/* What is looked at when the tree has ended: what the launcher has logged, and what the host sees
 * of the file system. */
#include "run/cell/stages.h"

#include "base/clock.h"
#include "base/json_access.h"
#include "run/document/output.h"
#include "target/sysroot.h"

#include <stdio.h>
#include <string.h>

#define VIEW_NS (30 * NS_PER_S)
#define LOG_NS (5 * NS_PER_S)

static json_t *launcher_request(const struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    CLEANUP_FREE char *logs =
        target_expand_text(target, target->verify_logs, cell->bindings, error);
    return logs == NULL ? NULL
                        : json_pack("{s:s, s:s, s:s*}", "logs", logs, "line", target->verify_line,
                                    "failure", target->verify_failure);
}

void cell_take_launcher(struct cell *cell, const json_t *found, const char *why_not)
{
    struct builder *builder = &cell->builder;
    json_t *launcher = build_object(builder);
    const char *word = json_text(found, "mode");
    const char *mode = json_text(cell->setup->target.verify_modes, word == NULL ? "" : word);
    if (word == NULL) {
        const char *why = json_text(found, "why");
        build_text(builder, launcher, "known", "claimed");
        build_text(builder, launcher, "why", why != NULL ? why : why_not);
    } else {
        build_text(builder, launcher, "known", "verified");
        build_text(builder, launcher, "mode", mode != NULL ? mode : word);
        build_text(builder, launcher, "version", json_text(found, "version"));
        build_text(builder, launcher, "line", json_text(found, "line"));
    }
    if (json_text(found, "failure") != NULL)
        build_text(builder, launcher, "failure", json_text(found, "failure"));
    json_decref(cell->launcher);
    cell->launcher = launcher;
}

void cell_hold_against_launcher(struct cell *cell)
{
    bool comparable = false;
    const char *wanted = cell->setup->target.mode;
    const char *mode = json_text(cell->launcher, "mode");
    const char *version = json_text(cell->launcher, "version");
    const char *release = json_text(cell->bindings, "release");
    if (mode == NULL)
        return;
    if (strcmp(mode, wanted) != 0)
        (void)error_set(&cell->failure, ERROR_INPUT, NULL,
                        "the target's mode is %s, the launcher says that it is %s: '%s'", wanted,
                        mode, json_text(cell->launcher, "line"));
    /* Whether a launcher's version always is the release's is not known: told, and not judged. */
    if (release != NULL && release_compare(version, release, &comparable) != 0 && comparable)
        cell_add_anomaly(cell, "other_version",
                         "the release is %s, the launcher says that it is %s", release, version);
}

static const char *view_name(enum view_result result)
{
    return result == VIEW_AGREES        ? "agrees"
           : result == VIEW_CONTRADICTS ? "contradicts"
                                        : "unavailable";
}

/* Whether there is something for the host to see. */
static bool is_to_be_viewed(const struct cell *cell)
{
    return cell->setup->target.view_kind != NULL && shape_has_final_state(cell->shape) &&
           cell->survivors == NULL &&
           (cell->account.outcome == OUTCOME_PASS || cell->account.outcome == OUTCOME_FAIL);
}

/* Nobody could look at what there was to be seen. */
static void look_failed(struct cell *cell, const char *why)
{
    if (cell->setup->target.verify_logs != NULL)
        cell_take_launcher(cell, NULL, why);
    if (!is_to_be_viewed(cell))
        return;
    cell->view = VIEW_UNAVAILABLE;
    json_decref(cell->view_findings);
    cell->view_findings = build_array(&cell->builder);
    build_next_text(&cell->builder, cell->view_findings, why);
}

static json_t *view_request(const struct cell *cell, struct error *error)
{
    const struct target *target = &cell->setup->target;
    CLEANUP_FREE char *path = target_expand_text(target, target->view_path, cell->bindings, error);
    return path == NULL ? NULL
                        : json_pack("{s:s, s:s, s:s, s:s}", "kind", target->view_kind, "path", path,
                                    "shape", cell->shape->name, "nonce", cell->nonce);
}

bool cell_look(struct cell *cell, uint64_t now_ns)
{
    struct builder builder = {0};
    struct error failed = ERROR_INIT;
    bool view = is_to_be_viewed(cell);
    bool launcher = cell->setup->target.verify_logs != NULL;
    char why[320];
    if (cell->hurried && launcher)
        look_failed(cell, "the run was interrupted");
    if (cell->hurried || (!view && !launcher))
        return false;
    if (silence_refuses(cell->setup->silence, WORK_LOOK, why, sizeof why)) {
        look_failed(cell, why);
        return false;
    }
    json_t *request = build_object(&builder);
    build_text(&builder, request, "do", "look");
    if (launcher)
        build_set(&builder, request, "launcher", launcher_request(cell, &failed));
    if (view)
        build_set(&builder, request, "view", view_request(cell, &failed));
    request = build_finish(&builder, request);
    if (request == NULL)
        (void)error_set(&failed, ERROR_MEMORY, NULL, "out of memory for a request");
    if (request == NULL || cell_ask_deputy(cell, request, &failed) != 0) {
        look_failed(cell, failed.what);
        return false;
    }
    cell->stage = CELL_VIEWING;
    uint64_t silence_ns = view ? VIEW_NS : LOG_NS;
    patience_start(&cell->patience, cell->deputy->pid, silence_ns, silence_ns * PATIENCE_TIMES,
                   now_ns);
    /* The deputy need not wait for us between the two: what it has seen, it will have sent. */
    struct error later = ERROR_INIT;
    cell->cleaning_asked = cell_ask_for_cleaning(cell, !cell->settings->keep, &later) == 0;
    return true;
}

static void keep_log(struct cell *cell, const char *text)
{
    char name[256];
    bool cut = false;
    struct error failed = ERROR_INIT;
    if (text == NULL)
        return;
    (void)snprintf(name, sizeof name, "%s.%s.%u.log", cell->setup->target.name, cell->shape->name,
                   cell->attempt);
    if (output_end_capture(cell->settings->output, name, text, strlen(text), &cut, &failed) != 0)
        cell_fail(cell, &failed);
    else
        cell->log_kept = true;
}

static void take_look(struct cell *cell, const json_t *answer)
{
    const char *why = deputy_refusal(answer);
    const char *result = json_string_value(json_object_get(answer, "result"));
    if (why != NULL || (result == NULL && is_to_be_viewed(cell))) {
        look_failed(cell, why == NULL ? "no answer" : why);
        return;
    }
    if (cell->setup->target.verify_logs != NULL)
        cell_take_launcher(cell, json_object_get(answer, "launcher"), "no answer");
    keep_log(cell, json_text(json_object_get(answer, "launcher"), "text"));
    if (result == NULL)
        return;
    cell->view = strcmp(result, view_name(VIEW_AGREES)) == 0        ? VIEW_AGREES
                 : strcmp(result, view_name(VIEW_CONTRADICTS)) == 0 ? VIEW_CONTRADICTS
                                                                    : VIEW_UNAVAILABLE;
    cell->view_findings = json_incref(json_object_get(answer, "findings"));
}

void cell_take_look(struct cell *cell, const json_t *answer, uint64_t now_ns)
{
    take_look(cell, answer);
    cell_clean(cell, now_ns);
}
