/* SPDX-License-Identifier: MIT */
#include "report/model/model.h"
#include "base/json_access.h"

#include "gate/evidence/release.h"
#include "verdict/shapes.h"

#include <string.h>

/* Far more than there are; keeps a made-up document from growing a page without end. */
enum { SHAPES_MAX = 256 };

/* The tests' stand-in for Nanvix: whatever it passes must not look as if Nanvix had. */
static bool is_double(const json_t *root)
{
    return strcmp(member_text(json_object_get(root, "subject"), "kind"), "double") == 0;
}

static int add_documents(struct report_model *model, const struct json_source *sources,
                         size_t count, struct error *error)
{
    model->documents = arena_allocate(&model->arena, count, sizeof *model->documents, error);
    model->targets = arena_allocate(&model->arena, count, sizeof *model->targets, error);
    if (model->documents == NULL || model->targets == NULL)
        return -1;
    for (size_t i = 0; i < count; i++) {
        const json_t *root = sources[i].root;
        const char *digest = member_text(root, "digest");
        bool repeated = false;
        for (size_t j = 0; j < model->document_count && !repeated; j++)
            repeated = strcmp(model->documents[j].digest, digest) == 0;
        if (repeated) {
            model->repeated++;
            continue;
        }
        const json_t *run = json_object_get(root, "run");
        model->documents[model->document_count++] = (struct report_document){
            .path = sources[i].path,
            .run_id = member_text(run, "id"),
            .started = member_text(run, "started"),
            .digest = digest,
            .root = root,
            .admissible = json_truth(root, "admissible") && !is_double(root),
            .complete = json_truth(root, "complete"),
        };
    }
    report_order_documents(model);
    return 0;
}

/* There is room in `model->shapes` for every name that any document has. */
static void add_shape(struct report_model *model, const char *name, bool gating)
{
    const struct shape *known = shape_find(name);
    if (known != NULL && known->group == SHAPE_EXTENDED)
        gating = false;
    for (size_t i = 0; i < model->shape_count; i++)
        if (strcmp(model->shapes[i].name, name) == 0) {
            model->shapes[i].gating = model->shapes[i].gating && gating;
            return;
        }
    model->shapes[model->shape_count++] = (struct report_shape){.name = name, .gating = gating};
}

static void add_shapes_of(struct report_model *model, const json_t *planned, const json_t *cells)
{
    size_t index;
    json_t *cell;
    for (size_t i = 0; i < json_array_size(planned); i++)
        add_shape(model, item_text(planned, i), true);
    json_array_foreach(cells, index, cell) {
        bool gating = !json_is_false(json_object_get(cell, "gating"));
        add_shape(model, member_text(cell, "shape"), gating);
    }
}

static const json_t *planned_shapes(const json_t *root)
{
    return json_object_get(json_object_get(root, "planned"), "shapes");
}

static int add_shapes(struct report_model *model, struct error *error)
{
    size_t names = 0;
    for (size_t i = 0; i < model->document_count; i++) {
        const json_t *root = model->documents[i].root;
        names += json_array_size(planned_shapes(root));
        names += json_array_size(json_object_get(root, "cells"));
    }
    model->shapes = arena_allocate(&model->arena, names, sizeof *model->shapes, error);
    if (model->shapes == NULL)
        return -1;
    for (size_t i = 0; i < model->document_count; i++) {
        const json_t *root = model->documents[i].root;
        add_shapes_of(model, planned_shapes(root), json_object_get(root, "cells"));
    }
    if (model->shape_count > SHAPES_MAX)
        return error_set(error, ERROR_INPUT, NULL,
                         "the documents have %zu different shapes, more than the %d that a report "
                         "has room for",
                         model->shape_count, SHAPES_MAX);
    report_order_shapes(model);
    return 0;
}

static struct report_target *find_target(struct report_model *model, const json_t *root,
                                         struct error *error)
{
    const json_t *target = json_object_get(root, "target");
    const char *name = member_text(target, "name");
    const char *mode = member_text(target, "mode");
    const char *kind = member_text(json_object_get(root, "subject"), "kind");

    for (size_t i = 0; i < model->target_count; i++) {
        struct report_target *known = &model->targets[i];
        if (strcmp(known->name, name) == 0 && strcmp(known->mode, mode) == 0 &&
            strcmp(known->kind, kind) == 0)
            return known;
    }
    struct report_target *added = &model->targets[model->target_count];
    added->releases =
        arena_allocate(&model->arena, model->document_count, sizeof *added->releases, error);
    if (added->releases == NULL)
        return NULL;
    model->target_count++;
    added->name = name;
    added->mode = mode;
    added->kind = kind;
    return added;
}

/* What tells two builds of one release apart: the files of the subject and the probes' build. */
static int name_build(const json_t *root, char build[DIGEST_SIZE], struct error *error)
{
    const json_t *digests = json_object_get(json_object_get(root, "subject"), "digests");
    const char *probes = member_text(json_object_get(root, "probes"), "build_id");
    CLEANUP_FREE char *canonical = json_canonical_dump(digests);
    CLEANUP_FREE char *both = NULL;
    if (canonical == NULL || asprintf(&both, "%s %s", probes, canonical) < 0) {
        both = NULL;
        return error_set(error, ERROR_MEMORY, NULL, "out of memory while making a report");
    }
    digest_bytes(both, strlen(both), build);
    return 0;
}

/* The release of a document, which is added if it is new; it has room for all documents. */
static struct report_release *find_release(struct report_model *model, struct report_target *target,
                                           const json_t *root, struct error *error)
{
    const char *name = member_text(json_object_get(root, "subject"), "release");
    char build[DIGEST_SIZE];
    if (name_build(root, build, error) != 0)
        return NULL;
    for (size_t i = 0; i < target->release_count; i++)
        if (release_order(target->releases[i].name, name) == RELEASE_SAME &&
            strcmp(target->releases[i].build, build) == 0)
            return &target->releases[i];
    struct report_release *added = &target->releases[target->release_count];
    added->documents = arena_allocate(&model->arena, model->document_count, sizeof(void *), error);
    if (added->documents == NULL)
        return NULL;
    target->release_count++;
    added->name = name;
    memcpy(added->build, build, sizeof build);
    added->admissible = true;
    added->started = member_text(json_object_get(root, "run"), "started");
    return added;
}

static int add_document_to_release(struct report_model *model, struct report_release *release,
                                   const struct report_document *document, struct error *error)
{
    release->documents[release->document_count++] = document;
    release->admissible = release->admissible && document->admissible;
    return model_cells_add(model, release, document, error);
}

static int label_releases(struct arena *arena, struct report_target *target, struct error *error)
{
    for (size_t i = 0; i < target->release_count; i++) {
        struct report_release *release = &target->releases[i];
        bool shared = false;
        for (size_t j = 0; j < target->release_count; j++)
            shared = shared || (j != i && release_order(target->releases[j].name, release->name) ==
                                              RELEASE_SAME);
        release->label = shared ? arena_format(arena, error, "%s (build %.8s)", release->name,
                                               release->build + strlen("sha256:"))
                                : release->name;
        if (release->label == NULL)
            return -1;
    }
    return 0;
}

int report_model_build(struct report_model *model, const struct json_source *sources, size_t count,
                       struct error *error)
{
    *model = (struct report_model){0};
    if (add_documents(model, sources, count, error) != 0 || add_shapes(model, error) != 0)
        return -1;
    for (size_t i = 0; i < model->document_count; i++) {
        const struct report_document *document = &model->documents[i];
        struct report_target *target = find_target(model, document->root, error);
        if (target == NULL)
            return -1;
        struct report_release *release = find_release(model, target, document->root, error);
        if (release == NULL || add_document_to_release(model, release, document, error) != 0)
            return -1;
    }
    report_order_targets(model);
    for (size_t i = 0; i < model->target_count; i++) {
        report_order_releases(&model->targets[i]);
        if (label_releases(&model->arena, &model->targets[i], error) != 0)
            return -1;
    }
    return 0;
}

const struct report_release *report_target_newest(const struct report_target *target)
{
    return &target->releases[target->release_count - 1];
}

bool report_model_has_history(const struct report_model *model)
{
    for (size_t i = 0; i < model->target_count; i++)
        if (model->targets[i].release_count > 1)
            return true;
    return false;
}

void report_model_release(struct report_model *model)
{
    arena_release(&model->arena);
    *model = (struct report_model){0};
}
