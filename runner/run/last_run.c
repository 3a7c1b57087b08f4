/* SPDX-License-Identifier: MIT */
#include "run/last_run.h"

#include "base/files.h"
#include "base/json_access.h"
#include "base/json_build.h"
#include "base/json_file.h"
#include "verdict/shapes.h"
#include "verdict/verdict.h"

#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define DOCUMENT_BYTES_MAX ((size_t)128 << 20)
enum { STAMP_LENGTH = sizeof "20260131T120000Z" - 1 };

static int is_run(const struct dirent *entry)
{
    return fnmatch(RUN_ID_PATTERN, entry->d_name, 0) == 0;
}

static int is_document(const struct dirent *entry)
{
    return fnmatch("*.json", entry->d_name, FNM_PERIOD) == 0;
}

static void release_entries(struct dirent **entries, int count)
{
    for (int i = 0; i < count; i++)
        free(entries[i]);
    free(entries);
}

/* When something was last made in a directory that has a document; 0 for one without. */
static int64_t last_written_ns(const char *directory)
{
    struct stat status;
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_document, NULL);
    release_entries(entries, count);
    if (count <= 0 || stat(directory, &status) != 0)
        return 0;
    return (int64_t)status.st_mtim.tv_sec * 1000000000 + status.st_mtim.tv_nsec;
}

int last_run_find(const char *output, char out[PATH_MAX], struct error *error)
{
    struct dirent **entries = NULL;
    int count = scandir(output, &entries, is_run, alphasort);
    int64_t newest_ns = 0;
    const char *stamp = "";
    if (count < 0 && errno != ENOENT)
        return error_set_errno(error, errno, output, "cannot list");
    /* Two runs of one second have names in no order. */
    for (int i = count - 1; i >= 0; i--) {
        char path[PATH_MAX];
        if (newest_ns > 0 && strncmp(stamp, entries[i]->d_name, STAMP_LENGTH) != 0)
            break;
        int64_t written_ns =
            path_format(path, sizeof path, NULL, "%s/%s", output, entries[i]->d_name) == 0
                ? last_written_ns(path)
                : 0;
        if (written_ns <= newest_ns)
            continue;
        newest_ns = written_ns;
        stamp = entries[i]->d_name;
        (void)path_format(out, PATH_MAX, NULL, "%s", path);
    }
    release_entries(entries, count);
    if (newest_ns > 0)
        return 0;
    return error_set(error, ERROR_INPUT, output, "there is no run with a document here");
}

static bool has_wrong_control(const json_t *document)
{
    size_t index;
    const json_t *control;
    json_array_foreach(json_object_get(document, "controls"), index, control)
        if (control_fault(control) != NULL)
            return true;
    return false;
}

static bool is_in(const json_t *names, const char *name)
{
    size_t index;
    const json_t *known;
    json_array_foreach(names, index, known)
        if (strcmp(json_string_value(known), name) == 0)
            return true;
    return false;
}

static void add_failures(struct builder *builder, json_t *failures, const json_t *document)
{
    size_t index;
    const json_t *cell;
    bool all = has_wrong_control(document);
    json_t *names = build_array(builder);
    json_array_foreach(json_object_get(document, "cells"), index, cell) {
        enum verdict verdict = verdict_of(cell);
        const char *shape = member_text(cell, "shape");
        if ((all || verdict != VERDICT_PASS) && verdict != VERDICT_SKIP && !is_in(names, shape))
            build_next_text(builder, names, shape);
    }
    if (json_array_size(names) > 0)
        build_share(builder, failures, member_text(json_object_get(document, "target"), "name"),
                    names);
    json_decref(names);
}

json_t *last_run_failures(const char *directory, struct error *error)
{
    struct builder builder = {0};
    struct dirent **entries = NULL;
    int count = scandir(directory, &entries, is_document, alphasort);
    int failed = count < 0 ? error_set_errno(error, errno, directory, "cannot list") : 0;
    json_t *failures = build_object(&builder);
    for (int i = 0; i < count && failed == 0; i++) {
        char path[PATH_MAX];
        CLEANUP_JSON_SOURCE struct json_source source = {0};
        failed = path_format(path, sizeof path, error, "%s/%s", directory, entries[i]->d_name);
        if (failed == 0)
            failed = json_source_load(&source, path, DOCUMENT_BYTES_MAX, error);
        if (failed == 0)
            add_failures(&builder, failures, source.root);
    }
    release_entries(entries, count);
    builder.failed = builder.failed || failed != 0;
    failures = build_finish(&builder, failures);
    if (failures == NULL)
        (void)error_set(error, ERROR_MEMORY, NULL, "out of memory for the last run");
    return failures;
}
