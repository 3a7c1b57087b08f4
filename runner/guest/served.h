/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_SERVED_H
#define RO_GUEST_SERVED_H

/**
 * Connects the guest to the host's file server through its network card `vec0` (frames.h), for a
 * mount of type 9p of the host's directory `source`. Returns `options` with that directory and the
 * descriptors of the connection, for the caller to free; they stay open as long as the VM runs. On
 * failure says on the console what went wrong and returns NULL.
 */
char *served_connect(const char *source, const char *options);

#endif
