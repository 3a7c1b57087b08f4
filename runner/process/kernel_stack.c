/* SPDX-License-Identifier: MIT */
#include "process/kernel_stack.h"

#include "base/cleanup.h"
#include "process/process_table.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * The VFS's own functions around the names of a directory (fs/namei.c, fs/readdir.c, fs/dcache.c,
 * fs/inode.c of Linux 5.10 to 7.0). What they themselves sleep for are the locks of
 * Documentation/filesystems/directory-locking.rst: the rw-semaphores of the directories (and of the
 * victim), and the file system's one mutex for renames between two directories
 * (s_vfs_rename_mutex); in d_alloc_parallel it is another thread's look-up of the same name.
 * Everything else they leave to the functions of the file system, which then stand above them in
 * the stack. The functions that sleep for a lock are not in a stack (they are in .sched.text),
 * except as listed in lock_functions.
 */
static const char *const name_functions[] = {
    "do_renameat2",    "filename_renameat2", "start_renaming",   "__start_renaming",
    "lock_rename",     "lock_rename_child",  "vfs_rename",       "lock_two_directories",
    "lock_two_inodes", "filename_create",    "start_dirop",      "lock_two_nondirectories",
    "__start_dirop",   "do_mkdirat",         "filename_mkdirat", "vfs_mkdir",
    "do_mknodat",      "filename_mknodat",   "vfs_mknod",        "vfs_create",
    "do_symlinkat",    "filename_symlinkat", "vfs_symlink",      "do_linkat",
    "filename_linkat", "vfs_link",           "do_unlinkat",      "filename_unlinkat",
    "vfs_unlink",      "do_rmdir",           "filename_rmdir",   "vfs_rmdir",
    "path_openat",     "open_last_lookups",  "lookup_open",      "walk_component",
    "lookup_slow",     "__lookup_slow",      "lookup_one_qstr",  "lookup_one_qstr_excl",
    "link_path_walk",  "d_alloc_parallel",   "iterate_dir",
};

/* Frames that may stand on top of a wait for a lock, by how they begin. */
static const char *const lock_functions[] = {"rwsem_down_", "down_read",  "down_write",
                                             "__down_",     "mutex_lock", "__mutex_lock"};

/* In an open that has left its directory's lock, what is waited for is the opened thing: the other
 * end of a FIFO, say. */
static const char *const opening_functions[] = {"do_dentry_open", "vfs_open"};

/* Where only the innermost function is known: those of a question to a server or a device, by how
 * they begin. */
static const char *const question_functions[] = {
    "request_wait_answer",
    "fuse_",
    "nfs",
    "rpc_",
    "p9_",
    "cifs_",
    "smb",
    "ceph_",
    "io_schedule",
    "wait_for_response",
    "folio_wait",
    "wait_on_",
    "bit_wait_io",
    "blk_",
    "rq_qos",
    "submit_bio",
    "jbd2_",
    "xfs_",
    "btrfs_",
    "__wait_on_",
};

#define LENGTH_OF(list) (sizeof(list) / sizeof(list)[0])

/* Compares a frame without its offset and without what a compiler appends (".isra.0"). */
static bool is_one_of(const char *frame, const char *const *names, size_t count)
{
    size_t length = strcspn(frame, "+.");
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == length && strncmp(frame, names[i], length) == 0)
            return true;
    return false;
}

static bool begins_with_one_of(const char *frame, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(frame, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

static bool has_name_function(const struct kernel_stack *stack, size_t from)
{
    bool found = false;
    for (size_t i = from; i < stack->count; i++) {
        if (is_one_of(stack->frames[i], opening_functions, LENGTH_OF(opening_functions)))
            return false;
        found = found || is_one_of(stack->frames[i], name_functions, LENGTH_OF(name_functions));
    }
    return found;
}

enum kernel_wait kernel_stack_judge(const struct kernel_stack *stack)
{
    size_t top = 0;
    if (stack->state == 'R')
        return KERNEL_WAIT_OTHER;
    while (top < stack->count &&
           begins_with_one_of(stack->frames[top], lock_functions, LENGTH_OF(lock_functions)))
        top++;
    if (top == stack->count)
        return KERNEL_WAIT_UNSEEN;
    /* These locks are waited for uninterruptibly, or until a fatal signal: D in both cases. */
    if (is_one_of(stack->frames[top], name_functions, LENGTH_OF(name_functions)))
        return stack->state == 'D' ? KERNEL_WAIT_NAME_LOCK : KERNEL_WAIT_OTHER;
    bool asks = stack->whole ? has_name_function(stack, top)
                             : begins_with_one_of(stack->frames[top], question_functions,
                                                  LENGTH_OF(question_functions));
    return asks ? KERNEL_WAIT_FILE_SYSTEM : KERNEL_WAIT_OTHER;
}

void kernel_wait_channel(pid_t pid, pid_t tid, char *out, size_t size)
{
    char path[96];
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/wchan", (int)pid, (int)tid);
    if (proc_read(path, out, size) <= 0 || strcmp(out, "0") == 0)
        out[0] = '\0';
}

/* A line is "[<0>] do_renameat2+0x221/0x520". */
static void take_frames(struct kernel_stack *stack, char *text)
{
    char *rest = NULL;
    for (char *line = strtok_r(text, "\n", &rest); line != NULL && stack->count < KERNEL_FRAMES_MAX;
         line = strtok_r(NULL, "\n", &rest)) {
        const char *name = strstr(line, "] ");
        (void)snprintf(stack->frames[stack->count++], KERNEL_FRAME_SIZE, "%s",
                       name == NULL ? line : name + 2);
    }
}

void kernel_stack_read(struct kernel_stack *stack, pid_t pid, pid_t tid, char state)
{
    char path[96];
    char text[4096];
    stack->state = state;
    stack->count = 0;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/stack", (int)pid, (int)tid);
    stack->whole = proc_read(path, text, sizeof text) > 0;
    if (stack->whole) {
        take_frames(stack, text);
        return;
    }
    kernel_wait_channel(pid, tid, stack->frames[0], KERNEL_FRAME_SIZE);
    stack->count = stack->frames[0][0] == '\0' ? 0 : 1;
}

/* Whether a thread may hold the lock of its address space: in a page fault, or changing it. */
static bool holds_address_space(const struct kernel_stack *stack)
{
    static const char *const words[] = {"fault", "mmap", "munmap", "mprotect", "brk", "madvise"};
    for (size_t i = 0; i < stack->count; i++)
        for (size_t word = 0; word < LENGTH_OF(words); word++)
            if (strstr(stack->frames[i], words[word]) != NULL)
                return true;
    return false;
}

static void add_thread(struct process_waits *waits, pid_t pid, pid_t tid)
{
    char path[96];
    struct process thread;
    struct kernel_stack stack;
    (void)snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)tid);
    if (!process_read_file(path, tid, &thread) || thread.state == 'Z' || thread.state == 'X')
        return;
    kernel_stack_read(&stack, pid, tid, thread.state);
    waits->set |= 1U << kernel_stack_judge(&stack);
    waits->settled = waits->settled && stack.whole && !holds_address_space(&stack);
}

struct process_waits process_waits_read(pid_t pid)
{
    struct process_waits waits = {.settled = true};
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    CLEANUP_DIRECTORY DIR *tasks = opendir(path);
    const struct dirent *entry;
    while (tasks != NULL && (entry = readdir(tasks)) != NULL) {
        long tid = strtol(entry->d_name, NULL, 10);
        if (tid > 0)
            add_thread(&waits, pid, (pid_t)tid);
    }
    return waits;
}
