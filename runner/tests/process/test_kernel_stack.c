/* SPDX-License-Identifier: MIT */
/* What a stack says that its thread waits for. Those of kernel 6.18 were taken from real threads;
 * those of 5.15 show the functions of its locks, and the next ones have other names. */
#include "process/kernel_stack.h"

#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

struct row {
    const char *name;
    enum kernel_wait wait;
    char state;
    bool channel; /* one function is all that can be seen */
    const char *frames[8];
};

static const struct row rows[] = {
    {"a rename that a FUSE server has",
     KERNEL_WAIT_FILE_SYSTEM,
     'S',
     false,
     {"request_wait_answer+0x112/0x210", "__fuse_simple_request+0x120/0x330",
      "fuse_rename_common+0x111/0x250", "fuse_rename2+0x8e/0x100", "vfs_rename+0x7ea/0xd80",
      "do_renameat2+0x3aa/0x520", "__x64_sys_rename+0x76/0xc0"}},
    {"the same after KILL", KERNEL_WAIT_FILE_SYSTEM, 'D', true, {"request_wait_answer"}},
    {"a rename that waits for another one",
     KERNEL_WAIT_NAME_LOCK,
     'D',
     false,
     {"do_renameat2+0x221/0x520", "__x64_sys_rename+0x76/0xc0", "do_syscall_64+0x71/0x280"}},
    {"the same without root", KERNEL_WAIT_NAME_LOCK, 'D', true, {"do_renameat2"}},
    {"the same where the kernel shows its locks",
     KERNEL_WAIT_NAME_LOCK,
     'D',
     false,
     {"rwsem_down_write_slowpath+0x2dc/0x5b0", "down_write_nested+0x42/0x50",
      "lock_rename.part.0+0x9/0x40", "do_renameat2+0x221/0x520"}},
    {"the same where renames begin elsewhere",
     KERNEL_WAIT_NAME_LOCK,
     'D',
     false,
     {"__start_renaming+0x51/0x1c0", "filename_renameat2+0x1a1/0x350"}},
    {"a create in a locked directory",
     KERNEL_WAIT_NAME_LOCK,
     'D',
     false,
     {"path_openat+0x4e6/0x12d0", "do_filp_open+0xc3/0x180", "do_sys_openat2+0x6e/0xd0"}},
    {"a listing of one", KERNEL_WAIT_NAME_LOCK, 'D', false, {"iterate_dir+0x86/0x2a0"}},
    {"a removal of one",
     KERNEL_WAIT_NAME_LOCK,
     'D',
     false,
     {"vfs_rmdir+0x58/0x240", "do_rmdir+0x130/0x180", "__x64_sys_rmdir+0x3b/0x70"}},
    {"a rename in a file system's own lock",
     KERNEL_WAIT_FILE_SYSTEM,
     'D',
     false,
     {"__mutex_lock.constprop.0+0x3c4/0x6c0", "vfat_rename2+0x60/0x480 [vfat]",
      "vfs_rename+0x7ea/0xd80", "do_renameat2+0x3aa/0x520"}},
    {"a rename on a frozen file system",
     KERNEL_WAIT_FILE_SYSTEM,
     'D',
     false,
     {"percpu_rwsem_wait+0x10a/0x140", "mnt_want_write+0x8a/0xc0", "do_renameat2+0x190/0x520"}},
    {"a stacked file system that waits below",
     KERNEL_WAIT_NAME_LOCK,
     'D',
     false,
     {"lock_rename+0x35/0x50", "ovl_rename+0x2f1/0x6a0 [overlay]", "vfs_rename+0x7ea/0xd80",
      "do_renameat2+0x3aa/0x520"}},
    {"an open of a FIFO",
     KERNEL_WAIT_OTHER,
     'S',
     false,
     {"wait_for_partner+0x64/0x100", "fifo_open+0x1ab/0x340", "do_dentry_open+0x1f5/0x520",
      "vfs_open+0x29/0xe0", "path_openat+0x9b1/0x12d0"}},
    {"a read of a pipe",
     KERNEL_WAIT_OTHER,
     'S',
     false,
     {"anon_pipe_read+0x348/0x480", "vfs_read+0x2b2/0x330", "ksys_read+0x63/0xe0"}},
    {"a pause", KERNEL_WAIT_OTHER, 'S', true, {"do_sys_pause"}},
    {"nothing to be seen", KERNEL_WAIT_UNSEEN, 'D', false, {NULL}},
    {"a lock of which no more can be seen", KERNEL_WAIT_UNSEEN, 'D', true, {"mutex_lock"}},
    {"a thread that runs", KERNEL_WAIT_OTHER, 'R', false, {NULL}},
    {"a rename that is on its way",
     KERNEL_WAIT_OTHER,
     'R',
     false,
     {"do_renameat2+0x221/0x520", "__x64_sys_rename+0x76/0xc0"}},
    {"a name that only begins like one of ours",
     KERNEL_WAIT_OTHER,
     'D',
     false,
     {"vfs_rename_elsewhere+0x1/0x2"}},
};

static void every_stack_is_judged(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct kernel_stack stack = {.state = rows[i].state, .whole = !rows[i].channel};
        for (; rows[i].frames[stack.count] != NULL; stack.count++)
            (void)snprintf(stack.frames[stack.count], KERNEL_FRAME_SIZE, "%s",
                           rows[i].frames[stack.count]);
        enum kernel_wait wait = kernel_stack_judge(&stack);
        if (wait != rows[i].wait)
            fail_msg("%s: %d instead of %d", rows[i].name, (int)wait, (int)rows[i].wait);
    }
}

static void nobody_waits_where_there_is_no_process(void **state)
{
    (void)state;
    assert_int_equal(process_waits_read(0).set, 0);
}

static void who_runs_waits_for_nothing(void **state)
{
    (void)state;
    assert_int_equal(process_waits_read(getpid()).set, 1U << KERNEL_WAIT_OTHER);
}

int test_kernel_stack(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_stack_is_judged),
        cmocka_unit_test(nobody_waits_where_there_is_no_process),
        cmocka_unit_test(who_runs_waits_for_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
