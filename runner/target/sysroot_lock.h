/* SPDX-License-Identifier: MIT */
#ifndef RO_SYSROOT_LOCK_H
#define RO_SYSROOT_LOCK_H

#include <stdbool.h>

/** What a nanvix.lock says of Nanvix itself; a text is empty where it says nothing. */
struct sysroot_lock {
    char release[64];     /* of the package "nanvix" */
    char sdk_release[64]; /* that the SDK was made for */
    char assets[4][160];  /* names of the package's archives */
    bool names_other;     /* it has archives, and the one that was asked for is none of them */
};

/**
 * Reads a nanvix.lock (TOML, of nanvix-zutil): the package "nanvix" and its assets, and the SDK's
 * tag. Versions of other tools and packages stand there, too. `archive` is the name of the archive
 * that the sysroot came in, with or without what stands behind its first ".tar", or NULL. Returns
 * false where there is no such file.
 */
bool sysroot_lock_read(const char *path, const char *archive, struct sysroot_lock *lock);

#endif
