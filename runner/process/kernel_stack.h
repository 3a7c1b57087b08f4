/* SPDX-License-Identifier: MIT */
#ifndef RO_KERNEL_STACK_H
#define RO_KERNEL_STACK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum { KERNEL_FRAMES_MAX = 24, KERNEL_FRAME_SIZE = 128 };

/** Where in the kernel a thread is. Only root may see all of it; its owner may see one frame. */
struct kernel_stack {
    char state; /* of the thread: R, S, D, ... */
    bool whole; /* false: nothing but the function that it sleeps in */
    size_t count;
    char frames[KERNEL_FRAMES_MAX][KERNEL_FRAME_SIZE]; /* "do_renameat2+0x221/0x520", innermost
                                                          first; without the offset if not whole */
};

/** Reads it; nothing can be seen of a thread that runs, or has ended: no frames. */
void kernel_stack_read(struct kernel_stack *stack, pid_t pid, pid_t tid, char state);

/** The function that a thread sleeps in, or "" when it does not or we may not know. */
void kernel_wait_channel(pid_t pid, pid_t tid, char *out, size_t size);

/** What a thread waits for, as far as that matters to who waits for a rename. */
enum kernel_wait {
    KERNEL_WAIT_OTHER,       /* nothing that has to do with names, or it does not wait */
    KERNEL_WAIT_NAME_LOCK,   /* a lock of the VFS on names, which some other thread holds */
    KERNEL_WAIT_FILE_SYSTEM, /* a file system's answer, perhaps with such locks in its hands */
    KERNEL_WAIT_UNSEEN,      /* we may not know */
};

/** Judges a stack. Pure. */
enum kernel_wait kernel_stack_judge(const struct kernel_stack *stack);

/** The waits of all threads of a process, as a set: bit 1 << W for each kernel_wait W. */
struct process_waits {
    unsigned set;
    bool settled; /* all stacks are whole, and no thread has its address space locked: then reading
                     files like `cmdline` (process_table.h) can't block */
};

/** Looks at every thread of a process; the set is empty where there is none (any more). */
struct process_waits process_waits_read(pid_t pid);

#endif
