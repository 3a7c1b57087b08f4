/* SPDX-License-Identifier: MIT */
#include "run/survey.h"

#include "base/cleanup.h"
#include "base/data_dir.h"
#include "base/path.h"
#include "run/shapes.h"
#include "target/target.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

static json_t *describe_target(const struct target *target)
{
    char missing[512] = "";
    CLEANUP_JSON json_t *bindings = json_object();
    bool runs = target_requirements_met(target, bindings, missing, sizeof missing);
    if (json_object_get(target->source.root, "sysroot") != NULL) {
        runs = false;
        (void)snprintf(missing, sizeof missing, "needs a Nanvix sysroot (run --nanvix SYSROOT)");
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:b, s:s}", "name", target->name, "title", target->title,
                     "mode", target->mode, "subject", target->subject, "runs_here", (int)runs,
                     "missing", missing);
}

static int is_descriptor(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int add_target(json_t *targets, const char *directory, const char *name, struct error *error)
{
    char path[PATH_MAX];
    CLEANUP(target_release) struct target target = {0};
    if (path_format(path, sizeof path, error, "%s/%s", directory, name) != 0 ||
        target_load(&target, path, error) != 0)
        return -1;
    return json_array_append_new(targets, describe_target(&target));
}

static int add_targets(json_t *targets, struct error *error)
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
            failed = add_target(targets, directory, entries[i]->d_name, error);
        free(entries[i]);
    }
    free(entries);
    return failed;
}

static void add_shapes(json_t *list)
{
    static const char *const groups[] = {
        [SHAPE_GATING] = "gates", [SHAPE_CONTROL] = "control", [SHAPE_EXTENDED] = "informs"};
    for (size_t i = 0; i < shape_count; i++) {
        json_t *entry = json_pack("{s:s, s:s, s:s}", "name", shapes[i].name, "summary",
                                  shapes[i].summary, "group", groups[shapes[i].group]);
        if (shape_is_script(&shapes[i]))
            (void)json_object_set_new(entry, "scenario", json_string(shapes[i].scenario));
        (void)json_array_append_new(list, entry);
    }
}

json_t *survey_make(struct error *error)
{
    CLEANUP_JSON json_t *survey = json_pack("{s:[], s:[]}", "targets", "shapes");
    if (survey == NULL) {
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory for a list");
        return NULL;
    }
    if (add_targets(json_object_get(survey, "targets"), error) != 0)
        return NULL;
    add_shapes(json_object_get(survey, "shapes"));
    return steal_pointer(&survey);
}
