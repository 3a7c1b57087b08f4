/* SPDX-License-Identifier: MIT */
/* A path's file system, found by names alone, is the one that the kernel finds. */
#include "process/mount_table.h"

#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void mounts_are_told_apart(void **state)
{
    (void)state;
    char proc[MOUNT_DEVICE_SIZE];
    char below[MOUNT_DEVICE_SIZE];
    char root[MOUNT_DEVICE_SIZE];
    assert_true(mount_find_device("/proc", proc));
    assert_true(mount_find_device("/proc/self/status", below));
    assert_true(mount_find_device("/", root));
    assert_string_equal(proc, below);
    assert_string_not_equal(proc, root);
    assert_true(mount_find_device("/processes", below)); /* not below /proc */
    assert_string_equal(below, root);
}

int test_mount_table(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mounts_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
