/* SPDX-License-Identifier: MIT */
#ifndef RO_HOST_VIEW_H
#define RO_HOST_VIEW_H

#include "base/error.h"
#include "base/json_build.h"
#include "verdict/shapes.h"

#include <sys/types.h>

/**
 * The host's own look at what a probe left behind, compared with what the shape's table asks for:
 * every directory lists exactly its names, every file holds exactly its bytes, and the file system
 * is clean. Findings are lines of printable text, one for each thing that is not so.
 * For use in a deputy: these functions wait for the file system.
 */

/** What does not agree: an array of lines (borrowed) and who remembers that one was lost. */
struct view_findings {
    struct builder *builder;
    json_t *lines;
};

/** A source of facts about a tree: a host directory, or the inside of a FAT image. */
struct view_source {
    void *context;
    /** Writes the names in a directory, sorted and joined by '/', to `out`. Returns 0 or -1. */
    int (*list)(void *context, const char *path, char *out, size_t size, struct error *error);
    /** Reads a file: at most `size` bytes, and the true length, or -1 with an error. */
    ssize_t (*read)(void *context, const char *path, char *out, size_t size, struct error *error);
};

/**
 * Compares a source with a shape and appends the findings. Returns 0 when all could be looked at
 * (whatever was found), -1 when something could not (the error says what).
 */
int view_compare(const struct view_source *source, const struct shape *shape, const char *nonce,
                 struct view_findings *findings, struct error *error);

/** Looks at a host directory. Returns as view_compare does. */
int view_directory(const char *path, const struct shape *shape, const char *nonce,
                   struct view_findings *findings, struct error *error);

/**
 * Looks into a FAT image with mtools and checks it with fsck.fat. Returns as view_compare does;
 * -1 also when a tool is missing.
 */
int view_fat_image(const char *path, const struct shape *shape, const char *nonce,
                   struct view_findings *findings, struct error *error);

/** Appends a finding. */
__attribute__((format(printf, 2, 3))) void view_add_finding(struct view_findings *findings,
                                                            const char *format, ...);

/** Sorts names and joins them by '/'. Returns -1 with ERROR_INPUT when they do not fit. */
int view_join_names(char **names, size_t count, char *out, size_t size, struct error *error);

#endif
