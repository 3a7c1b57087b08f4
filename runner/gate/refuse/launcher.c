/* SPDX-License-Identifier: MIT */
#include "gate/evidence/release.h"
#include "gate/evidence/shipped_targets.h"
#include "gate/refuse/refuse.h"
#include "verdict/verdict.h"

#include <string.h>

/** Whether a cell shows something of a guest that ran, so that it matters which one that was. */
static bool is_evidence(const json_t *cell)
{
    enum verdict_sense sense = verdict_table[verdict_of(cell)].sense;
    return sense == SENSE_CLEAN || sense == SENSE_ADVERSE;
}

static bool same_text(const json_t *left, const json_t *right, const char *key)
{
    return strcmp(json_text(left, key), json_text(right, key)) == 0;
}

/** A cell with what is known of its launcher, and the first one of the document whose is known. */
struct account_pair {
    const json_t *cell;
    const json_t *launcher;
    const json_t *first;
};

/**
 * Whether the line says the version, and where the descriptor is known the mode: the other keys are
 * only what was read from it.
 */
static bool line_says(const struct document *document, const char *line, const char *version)
{
    static const char mark[] = "<version>";
    const char *pattern =
        target_is_shipped(document) ? shipped_target_find(document->target)->launcher_line : mark;
    const char *cut = strstr(pattern, mark);
    size_t lead = cut == NULL ? 0 : (size_t)(cut - pattern);
    const char *rest = cut == NULL ? "" : cut + strlen(mark);
    for (const char *at = strstr(line, version); at != NULL; at = strstr(at + 1, version))
        if ((size_t)(at - line) >= lead && memcmp(at - lead, pattern, lead) == 0 &&
            strncmp(at + strlen(version), rest, strlen(rest)) == 0)
            return true;
    return false;
}

static int refuse_launcher(struct document *document, const struct account_pair *seen,
                           struct error *error)
{
    struct reason_list *refusals = &document->refusals;
    const char *shape = json_text(seen->cell, "shape");
    const char *mode = json_text(seen->launcher, "mode");
    if (mode == NULL) {
        const char *why = json_text(seen->launcher, "why");
        return reason_add(refusals, error, REASON_MODE_NOT_VERIFIED, "%s: %s", shape,
                          why == NULL ? "nobody looked" : why);
    }
    if (strcmp(mode, document->mode) != 0)
        return reason_add(refusals, error, REASON_CONTRADICTORY,
                          "%s: the mode is %s, the launcher said that it is %s", shape,
                          document->mode, mode);
    if (!line_says(document, json_text(seen->launcher, "line"),
                   json_text(seen->launcher, "version")))
        return reason_add(refusals, error, REASON_CONTRADICTORY,
                          "%s: the launcher's mode and version are not in its line: '%s'", shape,
                          json_text(seen->launcher, "line"));
    if (!same_text(seen->launcher, seen->first, "mode") ||
        !same_text(seen->launcher, seen->first, "version"))
        return reason_add(refusals, error, REASON_LAUNCHER_DIFFERS, "'%s', in %s '%s'",
                          json_text(seen->first, "line"), shape, json_text(seen->launcher, "line"));
    enum release_order order =
        release_order(json_text(seen->launcher, "version"), document->release);
    if ((order == RELEASE_OLDER || order == RELEASE_NEWER) &&
        !cell_has_anomaly(seen->cell, "other_version"))
        return reason_add(refusals, error, REASON_CONTRADICTORY,
                          "%s: the release is %s, the launcher said that it is %s", shape,
                          document->release, json_text(seen->launcher, "version"));
    return 0;
}

/** One cell that is wrong is enough: the others are hardly better. */
static int refuse_unverified_mode(const struct refusal_context *context, struct document *document,
                                  struct error *error)
{
    (void)context;
    const json_t *const lists[] = {document->controls, document->cells};
    struct account_pair seen = {0};
    size_t before = document->refusals.count;
    for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
        size_t index = 0;
        const json_t *cell = NULL;
        json_array_foreach(lists[i], index, cell) {
            if (!is_evidence(cell))
                continue;
            seen.cell = cell;
            seen.launcher = json_object_get(cell, "launcher");
            if (seen.first == NULL)
                seen.first = seen.launcher;
            if (refuse_launcher(document, &seen, error) != 0)
                return -1;
            if (document->refusals.count > before)
                return 0;
        }
    }
    return 0;
}

refusal_check *const launcher_checks[] = {refuse_unverified_mode, NULL};

/** Whether a mode is another one with something added, as standalone-hostfs is: one build serves
 * both. */
static bool is_variant(const char *variant, const char *mode)
{
    size_t length = strlen(mode);
    return strncmp(variant, mode, length) == 0 && variant[length] == '-';
}

static bool can_share_binaries(const struct document *left, const struct document *right)
{
    return strcmp(left->mode, right->mode) == 0 || is_variant(left->mode, right->mode) ||
           is_variant(right->mode, left->mode);
}

static const char *digest_of(const struct document *document, const char *file)
{
    const json_t *subject = json_object_get(document->source.root, "subject");
    return json_text(json_object_get(subject, "digests"), file);
}

/** Whether all the files that a document is known by are the same. */
static bool same_binaries(const json_t *files, const struct document *left,
                          const struct document *right)
{
    size_t index = 0;
    const json_t *file = NULL;
    json_array_foreach(files, index, file) {
        const char *one = digest_of(left, json_string_value(file));
        const char *other = digest_of(right, json_string_value(file));
        if (one == NULL || other == NULL || strcmp(one, other) != 0)
            return false;
    }
    return true;
}

static int refuse_shared(struct document *document, const struct document *other,
                         struct error *error)
{
    return reason_add(&document->refusals, error, REASON_SAME_BINARIES, "%s, elsewhere %s",
                      document->target, other->target);
}

int refuse_shared_binaries(const struct refusal_context *context, struct document_list *list,
                           struct error *error)
{
    for (size_t i = 0; i < list->count; i++)
        for (size_t j = i + 1; j < list->count; j++) {
            struct document *left = &list->items[i];
            struct document *right = &list->items[j];
            if (!document_concerns_decision(left) || !document_concerns_decision(right) ||
                can_share_binaries(left, right) ||
                !same_binaries(context->criteria->subject_files, left, right))
                continue;
            if (refuse_shared(left, right, error) != 0 || refuse_shared(right, left, error) != 0)
                return -1;
        }
    return 0;
}
