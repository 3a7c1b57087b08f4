/* SPDX-License-Identifier: MIT */
#ifndef RO_CLEANUP_H
#define RO_CLEANUP_H

#include <dirent.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/**
 * Variables that release what they hold when they go out of scope (a gcc and clang extension), so
 * that an early return is safe. Use `steal_pointer` or `steal_fd` to hand the thing on.
 */
#define CLEANUP(function) __attribute__((cleanup(function)))
#define CLEANUP_FREE CLEANUP(cleanup_free)
#define CLEANUP_FD CLEANUP(cleanup_fd)
#define CLEANUP_FILE CLEANUP(cleanup_file)
#define CLEANUP_DIRECTORY CLEANUP(cleanup_directory)
#define CLEANUP_JSON CLEANUP(cleanup_json)

static inline void cleanup_free(void *pointer)
{
    free(*(void **)pointer);
}

static inline void cleanup_fd(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd);
}

static inline void cleanup_file(FILE *const *file)
{
    if (*file != NULL)
        (void)fclose(*file);
}

static inline void cleanup_directory(DIR *const *directory)
{
    if (*directory != NULL)
        (void)closedir(*directory);
}

static inline void cleanup_json(json_t *const *json)
{
    json_decref(*json);
}

/** Returns the descriptor and leaves -1 behind. */
static inline int steal_fd(int *fd)
{
    int stolen = *fd;
    *fd = -1;
    return stolen;
}

static inline void *steal_pointer_impl(void *pointer)
{
    void **slot = pointer;
    void *stolen = *slot;
    *slot = NULL;
    return stolen;
}

/** Returns the pointer and leaves NULL behind. */
#define steal_pointer(pointer) ((__typeof__(*(pointer)))steal_pointer_impl(pointer))

#endif
