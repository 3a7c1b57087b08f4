/* SPDX-License-Identifier: MIT */
#ifndef RO_WRITE_ALL_H
#define RO_WRITE_ALL_H

#include <stddef.h>

/** Writes all bytes. Returns how many are written: less than `length` with errno, which is that of
 * the write that failed and not of one that took only a part. */
size_t write_all(int fd, const void *bytes, size_t length);

/** What helps where writing to the results failed with this errno, as the end of a message. */
const char *write_remedy(int errno_value);

#endif
