/* SPDX-License-Identifier: MIT */
/* The runner's side: one question after the other, and no answer is not waited for twice. */
#include "run/document/output.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <string.h>

/* Each answer follows a write of some kilobytes; the last one, that a document is on the disk. */
#define ANSWER_NS (5 * NS_PER_S)
#define FINISH_NS (30 * NS_PER_S)

static int fail_as_before(const struct output *output, struct error *error)
{
    return error_set(error, output->lost.code, output->lost.where, "%s", output->lost.what);
}

/* Takes the answer to the question that is out. */
static int take_answer(struct output *output, uint64_t budget_ns, bool *cut, struct error *error)
{
    struct error failed = ERROR_INIT;
    CLEANUP_JSON json_t *answer = deputy_wait(&output->deputy, budget_ns, &failed);
    if (answer == NULL) {
        (void)error_set(&output->lost, ERROR_ENVIRONMENT, "the output directory",
                        "%s; choose another with --output", failed.what);
        return fail_as_before(output, error);
    }
    const char *why = deputy_refusal(answer);
    if (cut != NULL)
        *cut = json_is_true(json_object_get(answer, "cut"));
    return why == NULL ? 0 : error_set(error, ERROR_ENVIRONMENT, NULL, "%s", why);
}

static int ask(struct output *output, json_t *request, const struct payload *payload, bool *cut,
               struct error *error)
{
    const char *what = json_string_value(json_object_get(request, "do"));
    uint64_t budget_ns = what != NULL && strcmp(what, "finish") == 0 ? FINISH_NS : ANSWER_NS;
    if (output->lost.code == ERROR_NONE &&
        deputy_ask(&output->deputy, json_incref(request), payload, &output->lost) == 0) {
        json_decref(request);
        return take_answer(output, budget_ns, cut, error);
    }
    json_decref(request);
    return fail_as_before(output, error);
}

int output_open(struct output *output, const char *path, const char *id, struct error *error)
{
    struct output_place place = {path, id};
    if (deputy_start(&output->deputy, output_do, output_make_place, &place, error) != 0)
        return -1;
    output->pid = output->deputy.pid;
    return take_answer(output, ANSWER_NS, NULL, error);
}

static int capture(struct output *output, const char *name, const struct payload *payload,
                   bool last, bool *cut, struct error *error)
{
    json_t *request =
        json_pack("{s:s, s:s, s:b}", "do", "capture", "name", name, "last", (int)last);
    return ask(output, request, payload, cut, error);
}

int output_capture(struct output *output, const char *name, const char *bytes, size_t length,
                   struct error *error)
{
    const struct payload payload = {bytes, length};
    return capture(output, name, &payload, false, NULL, error);
}

int output_end_capture(struct output *output, const char *name, const char *bytes, size_t length,
                       bool *cut, struct error *error)
{
    const struct payload payload = {bytes, length};
    return capture(output, name, &payload, true, cut, error);
}

int output_start(struct output *output, const char *target, struct error *error)
{
    return ask(output, json_pack("{s:s, s:s}", "do", "start", "target", target), NULL, NULL, error);
}

/* Sends a text of any length; the request goes with the last part of it. */
static int ask_with_text(struct output *output, json_t *request, const char *text,
                         struct error *error)
{
    CLEANUP_JSON json_t *owned = request;
    size_t left = text == NULL ? 0 : strlen(text);
    if (text == NULL || owned == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a document");
    for (; left > PAYLOAD_MAX; text += PAYLOAD_MAX, left -= PAYLOAD_MAX) {
        const struct payload part = {text, PAYLOAD_MAX};
        if (ask(output, json_pack("{s:s}", "do", "part"), &part, NULL, error) != 0)
            return -1;
    }
    const struct payload last = {text, left};
    return ask(output, json_incref(owned), &last, NULL, error);
}

int output_add(struct output *output, const char *target, enum document_list list,
               const json_t *cell, struct error *error)
{
    CLEANUP_FREE char *text = json_canonical_dump(cell);
    json_t *request =
        json_pack("{s:s, s:s, s:i}", "do", "add", "target", target, "list", (int)list);
    return ask_with_text(output, request, text, error);
}

int output_finish(struct output *output, const char *target, const json_t *head, const char *key,
                  struct error *error)
{
    CLEANUP_FREE char *text = json_dumps(head, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_t *request = json_pack("{s:s, s:s, s:s*}", "do", "finish", "target", target, "key", key);
    return ask_with_text(output, request, text, error);
}

void output_close(struct output *output)
{
    if (output->deputy.pid > 0 && output->lost.code == ERROR_NONE)
        (void)ask(output, json_pack("{s:s}", "do", "close"), NULL, NULL, NULL);
    deputy_abandon(&output->deputy);
}
