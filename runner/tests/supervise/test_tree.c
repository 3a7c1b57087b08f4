/* SPDX-License-Identifier: MIT */
/* Who belongs to a tree, and who of it has ended. */
#include "supervise/tree.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* Numbers that no process has. */
enum { ROOT = 0x7ffffff0, CHILD };

static void start_tree(struct tree *tree)
{
    static struct cgroup none = {.fd = -1};
    struct error error = ERROR_INIT;
    assert_int_equal(tree_start(tree, ROOT, &none, &error), 0);
}

/* Nobody has collected it yet; that is no process that can't be killed. */
static void a_process_first_seen_as_a_zombie_has_ended(void **state)
{
    (void)state;
    struct tree tree;
    start_tree(&tree);
    struct process rows[] = {
        {.pid = ROOT, .session = ROOT, .state = 'S', .start_time = 5},
        {.pid = CHILD, .parent = ROOT, .session = ROOT, .state = 'Z', .start_time = 6},
    };
    struct process_table table = {.rows = rows, .count = 2, .capacity = 2};
    tree_update(&tree, &table, 1);
    assert_true(tree_has(&tree, CHILD));
    assert_int_equal(tree_count_alive(&tree), 1);
    tree_release(&tree);
}

/* A daemon is often seen first as the program that it was forked from. */
static void a_process_that_ended_has_its_last_name(void **state)
{
    (void)state;
    struct tree tree;
    start_tree(&tree);
    struct process rows[] = {
        {.pid = ROOT, .session = ROOT, .state = 'S', .start_time = 5, .comm = "launcher"},
        {.pid = CHILD, .parent = ROOT, .state = 'S', .start_time = 6, .comm = "launcher"},
    };
    struct process_table table = {.rows = rows, .count = 2, .capacity = 2};
    tree_update(&tree, &table, 1);
    assert_int_equal(tree.count, 2);
    struct process ended = {.pid = CHILD, .state = 'Z', .start_time = 6, .comm = "linuxd"};
    assert_true(tree_take_ended(&tree, &ended));
    assert_int_equal(tree.count, 2);
    assert_string_equal(tree.members[1].comm, "linuxd");
    /* Another process by now, with the same number. */
    struct process other = {.pid = CHILD, .state = 'Z', .start_time = 7, .comm = "other"};
    (void)tree_take_ended(&tree, &other);
    assert_string_equal(tree.members[1].comm, "linuxd");
    tree_release(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_ended_has_its_last_name),
        cmocka_unit_test(a_process_first_seen_as_a_zombie_has_ended),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
