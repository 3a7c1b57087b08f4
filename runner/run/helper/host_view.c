/* SPDX-License-Identifier: MIT */
#include "run/helper/host_view.h"

#include "base/cleanup.h"

#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LISTING_MAX = 4096, CONTENT_SLACK = 4096 };

void view_add_finding(struct view_findings *findings, const char *format, ...)
{
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    build_next_text(findings->builder, findings->lines, text);
}

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

int view_join_names(char **names, size_t count, char *out, size_t size, struct error *error)
{
    qsort(names, count, sizeof *names, by_name);
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < count; i++) {
        int length = snprintf(out + used, size - used, "%s%s", i == 0 ? "" : "/", names[i]);
        if (length < 0 || (size_t)length >= size - used)
            return error_set(error, ERROR_INPUT, NULL, "a listing of more than %zu bytes", size);
        used += (size_t)length;
    }
    return 0;
}

static const char *shown(const char *path)
{
    return path[0] == '\0' ? "the work directory" : path;
}

static int compare_directory(const struct view_source *source, const struct shape_directory *wanted,
                             struct view_findings *findings, struct error *error)
{
    char listing[LISTING_MAX];
    if (source->list(source->context, wanted->path, listing, sizeof listing, error) != 0)
        return -1;
    if (fnmatch(wanted->entries, listing, FNM_PATHNAME | FNM_NOESCAPE) != 0)
        view_add_finding(findings, "%s holds '%s', not '%s'", shown(wanted->path), listing,
                         wanted->entries);
    return 0;
}

static int compare_file(const struct view_source *source, const struct shape *shape,
                        const struct shape_file *wanted, const char *nonce,
                        struct view_findings *findings, struct error *error)
{
    CLEANUP_FREE char *expected = malloc(wanted->size);
    CLEANUP_FREE char *found = malloc(wanted->size + CONTENT_SLACK);
    if (expected == NULL || found == NULL)
        return error_set(error, ERROR_MEMORY, wanted->path, "out of memory to compare it");
    shape_write_content(nonce, shape->name, wanted->label, wanted->size, expected);
    ssize_t length =
        source->read(source->context, wanted->path, found, wanted->size + CONTENT_SLACK, error);
    if (length < 0)
        return -1;
    if ((size_t)length != wanted->size)
        view_add_finding(findings, "%s has %zd bytes, not %zu", wanted->path, length, wanted->size);
    else if (memcmp(expected, found, wanted->size) != 0)
        view_add_finding(findings, "%s has other bytes than its source had", wanted->path);
    return 0;
}

int view_compare(const struct view_source *source, const struct shape *shape, const char *nonce,
                 struct view_findings *findings, struct error *error)
{
    size_t before = json_array_size(findings->lines);
    for (const struct shape_directory *wanted = shape->directories; wanted->path != NULL; wanted++)
        if (compare_directory(source, wanted, findings, error) != 0)
            return -1;
    /* A name that is missing has been found already; its bytes can't be looked at. */
    if (json_array_size(findings->lines) > before)
        return 0;
    for (const struct shape_file *wanted = shape->files; wanted->path != NULL; wanted++)
        if (compare_file(source, shape, wanted, nonce, findings, error) != 0)
            return -1;
    return 0;
}
