/* SPDX-License-Identifier: MIT */
#ifndef RO_DATA_DIR_H
#define RO_DATA_DIR_H

#include "base/error.h"

#include <stddef.h>

/**
 * Where the program finds what it ships with: targets, schemas, criteria, probes, the guest's init.
 *
 * One rule serves the build tree and every installation, wherever it was moved: beside the
 * directory of the executable stand `share/rename-oracle` (data that is the same on every machine)
 * and `lib/rename-oracle` (programs). `BUILD/runner/rename-oracle` thus reads
 * `BUILD/share/rename-oracle/targets`, and `/usr/bin/rename-oracle` reads
 * `/usr/share/rename-oracle/targets`.
 *
 * The environment variable RENAME_ORACLE_DATA, when set and not empty, replaces both places by its
 * own: one directory, or several separated by ':', searched in that order.
 */

/**
 * Writes the absolute path of the file or directory `relative` ("targets", "targets/native.json",
 * "schema/verdict-1.schema.json", "probes") into `out`, which holds `size` bytes. The first place
 * that has it wins. Returns 0; or -1 and `error` as
 * - ERROR_USAGE when `relative` is empty, absolute or has a ".." in it;
 * - ERROR_ENVIRONMENT when no place has it (the message names every place that was searched), when
 *   a path does not fit into `size`, or when the kernel does not tell where the executable is.
 */
int data_path(char *out, size_t size, const char *relative, struct error *error);

#endif
