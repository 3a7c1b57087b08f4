/* SPDX-License-Identifier: MIT */
#ifndef RO_BEHIND_H
#define RO_BEHIND_H

#include "process/kernel_stack.h"
#include "process/mount_table.h"
#include "process/process_table.h"
#include "process/tree.h"

/*
 * A rename takes locks of the kernel's VFS before its file system hears of it. One that never comes
 * back keeps them, and so does the process that it leaves behind: whoever needs one of them next
 * waits for that process, and its own rename says nothing about the file system.
 */

/** A process that is none of the cell's own. */
struct bystander {
    pid_t pid;
    char name[96];                  /* of the cell whose it is, or its own; printable */
    char device[MOUNT_DEVICE_SIZE]; /* of the file system that it works on */
    unsigned waits;                 /* see struct process_waits */
};

/**
 * Which bystander, if any, a tree waits for, whose threads' waits are `own` (a set as in struct
 * process_waits) and which works on `device`. The tree must wait for a lock on names (or where
 * nothing can be seen, in `unseen_sleep`: uninterruptibly) and have no thread in the file system,
 * for that one would hold the lock; and the bystander must be in the same file system, or not be
 * seen. Without such a bystander nobody else is to blame. Pure.
 */
const struct bystander *behind_decide(unsigned own, bool unseen_sleep, const char *device,
                                      const struct bystander *all, size_t count);

/** Whose a process is: fills in name and device, and returns true, for those that the run knows. */
typedef bool (*behind_knows)(void *context, pid_t pid, struct bystander *out);

/**
 * Looks for the process that a tree waits for. Reads /proc only, and of a process that `knows` does
 * not know its paths as far as that is without danger. `table` must be a fresh snapshot. Returns
 * whether there is one, and copies it.
 */
bool behind_find(const struct tree *tree, const char *device, const struct process_table *table,
                 behind_knows knows, void *context, struct bystander *out);

#endif
