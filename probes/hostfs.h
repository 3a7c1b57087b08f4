/* SPDX-License-Identifier: MIT */
#ifndef RO_HOSTFS_H
#define RO_HOSTFS_H

/**
 * A directory of the host appears in a Nanvix guest when a program of the guest asks for it with
 * mount("", DIR, "hostfs", 0). The programs compiled with PROBE_HOSTFS (ABI nanvix-i686-hostfs) do
 * so before they touch D, and need `--hostfs=DIR` to know where. All others have neither the option
 * nor the call.
 */
#ifdef PROBE_HOSTFS

enum { MOUNTS_HOSTFS = 1 };
#define HOSTFS_ARGUMENT "--hostfs=DIR "
#define HOSTFS_VARIABLE "RO_HOSTFS, "

/** Mounts it as a step of the journal. Where it is refused, the check `setup_mount` is broken. */
void mount_hostfs(const char *directory);

#else

enum { MOUNTS_HOSTFS = 0 };
#define HOSTFS_ARGUMENT ""
#define HOSTFS_VARIABLE ""

static inline void mount_hostfs(const char *directory)
{
    (void)directory;
}

#endif
#endif
