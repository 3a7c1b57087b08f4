/* SPDX-License-Identifier: MIT */
#ifndef RO_SYSROOT_H
#define RO_SYSROOT_H

#include "base/error.h"
#include "target/target.h"

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

/**
 * A directory that a Nanvix release was unpacked to: what is in it, which release it is, and which
 * targets it can serve. The release is taken from, in this order: what the user gave, `release` in
 * manifest.json, nanvix.lock; else it is "unknown", which the gate does not accept.
 */
struct sysroot {
    char path[PATH_MAX];
    char release[64];
    char deployment_mode[64]; /* of manifest.json or of the directory's name; empty if not told */
    char guest_abi[64];       /* of the guest programs it runs */
    bool is_double;           /* the tests' stand-in, which says so in its manifest.json */
};

/**
 * Looks at a sysroot. `release` may be NULL. Returns 0, or -1: ERROR_ENVIRONMENT (no directory, no
 * bin/nanvixd.elf in it), ERROR_INPUT (manifest.json is broken; a path with a space or a ';', which
 * Nanvix's command lines can't carry), ERROR_USAGE (`release` is no release).
 */
int sysroot_inspect(struct sysroot *sysroot, const char *path, const char *release,
                    struct error *error);

/** Whether Nanvix's command lines can carry a path: no space, no ';'. Returns 0, or -1 with
 * ERROR_INPUT, which ends in `remedy`. */
int sysroot_check_path(const char *path, const char *remedy, struct error *error);

/**
 * Whether the sysroot can serve a target. Returns true; or false with one line in `why`: "mode not
 * in this release: ..." when the release does not have the target's mode, else what is missing
 * here.
 */
bool sysroot_serves(const struct sysroot *sysroot, const struct target *target, char *why,
                    size_t size);

/** Adds the digests of the target's files to `digests`, an object. Returns 0 or -1. */
int sysroot_digest(const struct sysroot *sysroot, const struct target *target, json_t *digests,
                   struct error *error);

/** Whether the text can be a release: a version or the hash of a commit, both of which are short
 * words of harmless characters. */
bool sysroot_is_release(const char *text);

/** Compares two releases of the form 1.2.3 or v1.2.3, what follows ignored: -1, 0 or 1. `ok` is
 * set to false where one has no such form. */
int release_compare(const char *left, const char *right, bool *ok);

#endif
