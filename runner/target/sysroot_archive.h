/* SPDX-License-Identifier: MIT */
#ifndef RO_SYSROOT_ARCHIVE_H
#define RO_SYSROOT_ARCHIVE_H

#include "base/error.h"

/**
 * Unpacks a release's archive (tar with bzip2, gzip, xz or zstd) into the directory `into`, which
 * is made and must not exist. Only files, directories and links that stay below it are taken;
 * anything else, a name with ".." and more than 8 GiB end it. Returns 0, or -1: ERROR_INPUT (no
 * such archive, or what in it is refused), ERROR_ENVIRONMENT (no room).
 */
int sysroot_unpack(const char *archive, const char *into, struct error *error);

#endif
