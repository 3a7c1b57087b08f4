/* SPDX-License-Identifier: MIT */
#ifndef RO_EXIT_STATUS_H
#define RO_EXIT_STATUS_H

#include <stdbool.h>
#include <stddef.h>

/**
 * Learns how a process ended although another process collected its status: from its pidfd, by
 * the ioctl PIDFD_GET_INFO with PIDFD_INFO_EXIT (Linux 6.15). `status` is as wait(2) gives it.
 * Returns false where the kernel can't tell or the process has not been collected yet.
 */
bool exit_status_of_pidfd(int pidfd, int *status);

/** Writes "exited with 3" or "killed by SIGABRT" for a status as wait(2) gives it. */
void exit_status_describe(int status, char *out, size_t size);

#endif
