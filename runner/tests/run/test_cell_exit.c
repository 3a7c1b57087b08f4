/* SPDX-License-Identifier: MIT */
/* Whose end it is when the kernel gives a number to a second process. */
#include "run/cell/cell.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* A number that no process has. */
enum { ROOT = 0x7ffffff0, EXITED_WITH_1 = 1 << 8 };

static void a_second_end_is_not_the_launched_programs(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    struct cgroup group = {.fd = -1};
    struct cell cell;
    memset(&cell, 0, sizeof cell);
    cell.pid = ROOT;
    assert_int_equal(tree_start(&cell.tree, ROOT, &group, &error), 0);

    assert_true(cell_waits_for(&cell, ROOT));
    assert_false(cell_waits_for(&cell, ROOT + 1));
    assert_true(cell_note_exit(&cell, ROOT, 0, 1));
    assert_true(cell.root_ended);

    assert_false(cell_waits_for(&cell, ROOT));
    (void)cell_note_exit(&cell, ROOT, EXITED_WITH_1, 2);
    assert_int_equal(cell.status, 0);
    assert_int_equal(cell.root_ended_ns, 1);
    tree_release(&cell.tree);
}

int test_cell_exit(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_end_is_not_the_launched_programs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
