/* SPDX-License-Identifier: MIT */
#ifndef RO_MOUNT_TABLE_H
#define RO_MOUNT_TABLE_H

#include <stdbool.h>

/** Room for a device as mountinfo has it, "0:45". */
enum { MOUNT_DEVICE_SIZE = 24 };

/**
 * Finds the file system that a path is on by the mounts' names alone, so that a file system which
 * never answers is not asked: the last of the longest mount points that the path lies below
 * (proc_pid_mountinfo(5)). `path` must be absolute; symbolic links in it are not seen. Writes the
 * device, by which all mounts of one file system are known, or "" with false.
 */
bool mount_find_device(const char *path, char out[MOUNT_DEVICE_SIZE]);

#endif
