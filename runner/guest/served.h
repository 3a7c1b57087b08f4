/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_SERVED_H
#define RO_GUEST_SERVED_H

/**
 * Connects the guest to the host's file server through its network card `vec0` (frames.h). Returns
 * `options` with the descriptors of the connection added for a mount of type 9p, for the caller to
 * free; they stay open as long as the VM runs. On failure says on the console what went wrong and
 * returns NULL.
 */
char *served_connect(const char *options);

#endif
