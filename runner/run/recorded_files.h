/* SPDX-License-Identifier: MIT */
#ifndef RO_RECORDED_FILES_H
#define RO_RECORDED_FILES_H

#include "base/error.h"

#include <jansson.h>
#include <stdbool.h>

/*
 * The files that a document names by digest: what ran has to be what is recorded. They are digested
 * before the first cell; whether one was replaced or written to since is looked up cheaply after
 * each cell, and by digest once more at the end.
 */

/**
 * Adds a file whose digest was just taken to `files`, an array. `shape` is the one that it belongs
 * to, or NULL when every cell makes use of it. Returns 0, or -1 when it can't be looked at or
 * memory ran out.
 */
int recorded_add(json_t *files, const char *path, const char *shape, const char *digest,
                 struct error *error);

/** Those of the files that a cell of `shape` makes use of; a new reference, or NULL. */
json_t *recorded_for(const json_t *files, const char *shape);

/**
 * Whether all files are still those that were added; with `digests` they are read as well. Returns
 * 0, or -1 with the first one that is not, or can't be looked at. For use in a deputy: it may wait.
 */
int recorded_check(const json_t *files, bool digests, struct error *error);

/**
 * Compares the probes in `directory` with the manifest beside it, which the build wrote
 * (probes/write_manifest.cmake): `digests` has those of `abi` that were just taken. Where there is
 * no manifest, or none of that ABI, there is nothing to compare. Returns 0, or -1 with ERROR_INPUT
 * and the first program that is not the one that was built.
 */
int recorded_compare_manifest(const char *directory, const char *abi, json_t *digests,
                              struct error *error);

#endif
