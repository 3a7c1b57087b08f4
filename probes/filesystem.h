/* SPDX-License-Identifier: MIT */
#ifndef RO_FILESYSTEM_H
#define RO_FILESYSTEM_H

/**
 * Writes the `fs` line: the device number `device` (st_dev of the work directory) and, where
 * /proc/self/mountinfo knows it, the type, source and mount point of its file system. Those reads
 * are not on the file system under test, so they stand between no `enter` and `leave`. Where that
 * file does not know the device, the work directory is opened to ask /proc which mount it is on.
 */
void report_filesystem(unsigned long long device);

#endif
