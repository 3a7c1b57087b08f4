/* SPDX-License-Identifier: MIT */
#include "run/inventory.h"

#include "base/cleanup.h"
#include "base/data_dir.h"
#include "base/files.h"
#include "base/json_build.h"
#include "target/target.h"
#include "verdict/shapes.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static void describe_target(struct builder *builder, json_t *targets, const struct target *target)
{
    char missing[512] = "";
    CLEANUP_JSON json_t *bindings = build_object(builder);
    bool runs = target_requirements_met(target, bindings, missing, sizeof missing);
    if (json_object_get(target->source.root, "sysroot") != NULL) {
        runs = false;
        (void)snprintf(missing, sizeof missing, "needs a Nanvix sysroot (run --nanvix SYSROOT)");
    }
    json_t *entry = build_next_object(builder, targets);
    build_text(builder, entry, "name", target->name);
    build_text(builder, entry, "title", target->title);
    build_text(builder, entry, "mode", target->mode);
    build_text(builder, entry, "subject", target->subject);
    build_truth(builder, entry, "runs_here", runs);
    build_text(builder, entry, "missing", missing);
}

static int is_descriptor(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int add_target(struct builder *builder, json_t *targets, const char *directory,
                      const char *name, struct error *error)
{
    char path[PATH_MAX];
    CLEANUP(target_release) struct target target = {0};
    if (path_format(path, sizeof path, error, "%s/%s", directory, name) != 0 ||
        target_load(&target, path, error) != 0)
        return -1;
    describe_target(builder, targets, &target);
    return 0;
}

static int add_targets(struct builder *builder, json_t *targets, struct error *error)
{
    char directory[PATH_MAX];
    struct dirent **entries = NULL;
    if (data_path(directory, sizeof directory, "targets", error) != 0)
        return -1;
    int count = scandir(directory, &entries, is_descriptor, alphasort);
    if (count < 0)
        return error_set_errno(error, errno, directory, "cannot list");
    int failed = 0;
    for (int i = 0; i < count; i++) {
        if (failed == 0)
            failed = add_target(builder, targets, directory, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

static void add_shapes(struct builder *builder, json_t *list)
{
    static const char *const groups[] = {
        [SHAPE_GATING] = "gates", [SHAPE_CONTROL] = "control", [SHAPE_EXTENDED] = "informs"};
    for (size_t i = 0; i < shape_count; i++) {
        json_t *entry = build_next_object(builder, list);
        build_text(builder, entry, "name", shapes[i].name);
        build_text(builder, entry, "summary", shapes[i].summary);
        build_text(builder, entry, "group", groups[shapes[i].group]);
        if (shape_is_script(&shapes[i]))
            build_text(builder, entry, "scenario", shapes[i].scenario);
    }
}

json_t *inventory_make(struct error *error)
{
    struct builder builder = {0};
    CLEANUP_JSON json_t *inventory = build_object(&builder);
    if (add_targets(&builder, build_array_in(&builder, inventory, "targets"), error) != 0)
        return NULL;
    add_shapes(&builder, build_array_in(&builder, inventory, "shapes"));
    if (builder.failed) {
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory for a list");
        return NULL;
    }
    return steal_pointer(&inventory);
}
