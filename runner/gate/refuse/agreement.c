/* SPDX-License-Identifier: MIT */
#include "gate/evidence/shipped_targets.h"
#include "gate/refuse/refuse.h"
#include "verdict/shapes.h"
#include "verdict/verdict.h"

#include <string.h>

/*
 * A digest shows that nobody changed a document by accident. Who means it makes a new one, and then
 * has to get everything right: what one part of a document says about another is compared here, as
 * far as it is about the document as a whole. What is about a cell stands in cell_doubt.c.
 */

static const char *text_below(const struct document *document, const char *part, const char *key)
{
    return json_text(json_object_get(document->source.root, part), key);
}

static int contradict(struct document *document, struct error *error, const char *what)
{
    return reason_add(&document->refusals, error, REASON_CONTRADICTORY, "%s", what);
}

bool target_is_shipped(const struct document *document)
{
    const struct shipped_target *shipped = shipped_target_find(document->target);
    return shipped != NULL &&
           strcmp(shipped->digest, text_below(document, "target", "digest")) == 0;
}

static bool target_is_accepted(const struct refusal_context *context,
                               const struct document *document)
{
    size_t length = strlen(document->target);
    for (size_t i = 0; i < context->accepted_target_count; i++) {
        const char *accepted = context->accepted_targets[i];
        if (strncmp(accepted, document->target, length) == 0 && accepted[length] == '=' &&
            strcmp(accepted + length + 1, text_below(document, "target", "digest")) == 0)
            return true;
    }
    return false;
}

/** Nobody here knows what another descriptor starts, and in which mode. */
static int refuse_unshipped_target(const struct refusal_context *context, struct document *document,
                                   struct error *error)
{
    if (target_is_shipped(document) || target_is_accepted(context, document))
        return 0;
    return reason_add(&document->refusals, error, REASON_UNSHIPPED_TARGET, "%s=%s",
                      document->target, text_below(document, "target", "digest"));
}

static bool same_filesystem(const json_t *left, const json_t *right)
{
    static const char *const keys[] = {"type", "device", "source", "mount"};
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        const char *one = json_text(left, keys[i]);
        const char *other = json_text(right, keys[i]);
        if ((one == NULL) != (other == NULL) || (one != NULL && strcmp(one, other) != 0))
            return false;
    }
    return true;
}

static int find_other_filesystem(struct document *document, const json_t *cells,
                                 const json_t *wanted, struct error *error)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(cells, index, cell) {
        const json_t *filesystem = json_object_get(cell, "filesystem");
        if (json_is_object(filesystem) && !same_filesystem(filesystem, wanted))
            return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                              "%s, attempt %lld: its file system is not that of the others",
                              json_text(cell, "shape"),
                              (long long)json_integer_value(json_object_get(cell, "attempt")));
    }
    return 0;
}

/** Each attempt has a guest of its own, but all of a target are given the same file system. */
static int refuse_other_filesystem(const struct refusal_context *context, struct document *document,
                                   struct error *error)
{
    (void)context;
    const json_t *wanted = document_filesystem(document);
    if (wanted == NULL)
        return 0;
    if (find_other_filesystem(document, document->controls, wanted, error) != 0)
        return -1;
    return find_other_filesystem(document, document->cells, wanted, error);
}

static double duration_ms(const json_t *cell)
{
    return json_number_value(json_object_get(cell, "duration_ms"));
}

static void add_durations(const json_t *cells, double *sum_ms, double *longest_ms)
{
    size_t index = 0;
    const json_t *cell = NULL;
    json_array_foreach(cells, index, cell) {
        *sum_ms += duration_ms(cell);
        if (duration_ms(cell) > *longest_ms)
            *longest_ms = duration_ms(cell);
    }
}

/** The run's times are whole seconds, of which the first and the last are parts. */
static int refuse_odd_times(const struct refusal_context *context, struct document *document,
                            struct error *error)
{
    (void)context;
    double sum_ms = 0;
    double longest_ms = 0;
    double run_ms = (double)(document->finished - document->started + 1) * 1000;
    add_durations(document->controls, &sum_ms, &longest_ms);
    add_durations(document->cells, &sum_ms, &longest_ms);
    if (longest_ms > run_ms)
        return contradict(document, error, "an attempt took longer than the whole run");
    if (sum_ms > run_ms * RUN_JOBS_MAX)
        return contradict(document, error, "its attempts took longer than the run had room for");
    return 0;
}

/** A run is called after the second in which it began. */
static int refuse_odd_run(const struct refusal_context *context, struct document *document,
                          struct error *error)
{
    (void)context;
    const char *started = text_below(document, "run", "started");
    size_t at = 0;
    for (const char *digit = started; *digit != '\0'; digit++)
        if (*digit != '-' && *digit != ':' && document->run[at++] != *digit)
            return contradict(document, error, "its run is called after another time");
    return 0;
}

/** Of nothing, or made up: no file is that. */
static bool digest_is_empty(const char *digest)
{
    static const char nothing[] =
        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const char *first = digest + strlen("sha256:");
    return strcmp(digest, nothing) == 0 || strspn(first, (const char[]){*first, '\0'}) == 64;
}

static bool digest_stands_elsewhere(json_t *digests, const char *name, const char *digest)
{
    const char *other = NULL;
    json_t *value = NULL;
    json_object_foreach(digests, other, value)
        if (strcmp(other, name) != 0 && strcmp(json_string_value(value), digest) == 0)
            return true;
    return false;
}

static json_t *digests_of(const struct document *document, const char *part)
{
    return json_object_get(json_object_get(document->source.root, part), "digests");
}

static int refuse_digest(struct document *document, const char *name, const char *digest,
                         struct error *error)
{
    if (digest == NULL)
        return 0; /* which has a reason of its own */
    if (digest_is_empty(digest))
        return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                          "the digest of %s is of no file", name);
    if (digest_stands_elsewhere(digests_of(document, "subject"), name, digest) ||
        digest_stands_elsewhere(digests_of(document, "probes"), name, digest))
        return reason_add(&document->refusals, error, REASON_CONTRADICTORY,
                          "%s has the digest of another file", name);
    return 0;
}

/** Every program that gates is another one: its name is in it. The scripts of a scenario are one.
 */
static int refuse_odd_digests(const struct refusal_context *context, struct document *document,
                              struct error *error)
{
    size_t index = 0;
    const json_t *file = NULL;
    if (digest_is_empty(text_below(document, "target", "digest")))
        return contradict(document, error, "the digest of its target is of no file");
    json_array_foreach(context->criteria->subject_files, index, file)
        if (refuse_digest(document, json_string_value(file),
                          json_text(digests_of(document, "subject"), json_string_value(file)),
                          error) != 0)
            return -1;
    for (size_t i = 0; i < shape_count; i++)
        if (shapes[i].group != SHAPE_EXTENDED &&
            refuse_digest(document, shapes[i].name,
                          json_text(digests_of(document, "probes"), shapes[i].name), error) != 0)
            return -1;
    return 0;
}

/** The probes of such an ABI mount hostfs before anything else, and those of no other do. */
static bool is_of_hostfs(const char *name)
{
    const char *end = strrchr(name, '-');
    return end != NULL && strcmp(end, "-hostfs") == 0;
}

/** Of the subject, whose probes are built by its own SDK. */
static int refuse_odd_abi(const struct refusal_context *context, struct document *document,
                          struct error *error)
{
    (void)context;
    const char *abi = text_below(document, "probes", "abi");
    if (strncmp(abi, "nanvix-", strlen("nanvix-")) != 0)
        return contradict(document, error, "its probes are not built for its subject");
    if (is_of_hostfs(abi) != is_of_hostfs(document->mode))
        return contradict(document, error, "its probes are built for another way to the files");
    return 0;
}

refusal_check *const agreement_checks[] = {
    refuse_unshipped_target, refuse_odd_times,        refuse_odd_run, refuse_odd_digests,
    refuse_odd_abi,          refuse_other_filesystem, NULL,
};
