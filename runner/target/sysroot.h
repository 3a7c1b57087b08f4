/* SPDX-License-Identifier: MIT */
#ifndef RO_SYSROOT_H
#define RO_SYSROOT_H

#include "base/error.h"
#include "target/target.h"

#include <jansson.h>
#include <limits.h>
#include <stdbool.h>

/**
 * A Nanvix release as somebody has it: what is in it, which release it is, and which targets it can
 * serve. The release is what is told first by: the user, `release` in manifest.json, the package
 * "nanvix" of a nanvix.lock (else its SDK), the commit in the archive's name; else it is "unknown",
 * which the gate does not accept. The mode: manifest.json, the name, the lock's archive, the
 * daemons that are there. Neither is evidence: what the launcher logs is.
 */
struct sysroot {
    char path[PATH_MAX];
    char release[64];
    char release_from[32];    /* what told it; empty if nothing did */
    char doubt[256];          /* what contradicts it, in one line; or empty */
    char deployment_mode[64]; /* empty if not told */
    char mode_from[32];
    char guest_abi[64]; /* of the guest programs it runs */
    bool is_double;     /* the tests' stand-in, which says so in its manifest.json */
};

/**
 * Looks at a release: the directory that holds its bin/, one with such a directory in it, or its
 * archive, which is unpacked into `scratch`/sysroot. `release` may be NULL. Returns 0, or -1:
 * ERROR_ENVIRONMENT (no bin/nanvixd.elf, or two), ERROR_INPUT (manifest.json or the archive is
 * broken; a path with a space or a ';', which Nanvix's command lines can't carry), ERROR_USAGE
 * (`release` is no release).
 */
int sysroot_inspect(struct sysroot *sysroot, const char *path, const char *release,
                    const char *scratch, struct error *error);

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

/** How many bytes of arguments, its name included, a target's guest program may have in this
 * release; 0 if any number. Of a release that is not known the least counts. */
size_t sysroot_argument_bytes(const struct sysroot *sysroot, const struct target *target);

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
