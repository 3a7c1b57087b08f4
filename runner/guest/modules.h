/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_MODULES_H
#define RO_GUEST_MODULES_H

/**
 * Loads the kernel modules named in `names` (separated by commas, without ".ko"), each after what
 * modules.dep says it depends on, from `directory`/RELEASE, where RELEASE is that of the running
 * kernel. A module that modules.builtin lists, or that is loaded already, counts as loaded.
 * Returns 0; on failure says on the console what is missing and returns -1.
 */
int modules_load(const char *directory, const char *names);

#endif
