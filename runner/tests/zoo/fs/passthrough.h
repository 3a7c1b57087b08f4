/* SPDX-License-Identifier: MIT */
#ifndef ZOO_PASSTHROUGH_H
#define ZOO_PASSTHROUGH_H

#include <fuse.h>

/**
 * The operations of the file system: each hands its request to the fault first, then to the backing
 * directory. The private data given to fuse_new() must be a struct zoo.
 */
extern const struct fuse_operations zoo_operations;

#endif
