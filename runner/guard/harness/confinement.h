/* SPDX-License-Identifier: MIT */
#ifndef RO_CONFINEMENT_H
#define RO_CONFINEMENT_H

#include "base/error.h"
#include "guard/string_list.h"

#include <stdbool.h>

/**
 * What the kernel itself keeps a harness and all that it starts from (landlock(7)): writing, making
 * and deleting outside some directories, and starting programs from others than some. It needs no
 * privilege, and unlike a look at a path in a held system call nobody can change it behind our
 * back.
 */
struct confinement {
    int ruleset;    /* -1: nothing is confined */
    int abi;        /* Landlock's version here, 0 for none */
    char text[256]; /* what is confined, or why nothing is; one line */
};

/** Where a harness may do what; a path that does not exist is left out. Borrowed. */
struct confinement_paths {
    const struct string_list *writable;
    const struct string_list *executable;
};

/**
 * Prepares the confinement with every right that the running kernel knows and we do. A kernel
 * without Landlock is no error: `ruleset` is -1 then and `text` says why. Returns 0, or -1 with
 * ERROR_ENVIRONMENT. To be freed with confinement_release.
 */
int confinement_prepare(struct confinement *confinement, const struct confinement_paths *paths,
                        struct error *error);

/**
 * Confines the calling process for good, and what it will start. Runs in a child before its exec.
 * Returns 0, or -1 with errno set.
 */
int confinement_enter(const struct confinement *confinement);

/** Whether anything is confined. */
bool confinement_holds(const struct confinement *confinement);

/** Closes what confinement_prepare opened. */
void confinement_release(struct confinement *confinement);

#endif
