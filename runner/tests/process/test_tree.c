/* SPDX-License-Identifier: MIT */
/* Who belongs to a tree, and who of it has ended. */
#include "process/tree.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Numbers that no process has. */
enum { ROOT = 0x7ffffff0, CHILD, GRANDCHILD };

static void start_tree(struct tree *tree)
{
    static struct cgroup none = {.fd = -1};
    struct error error = ERROR_INIT;
    assert_int_equal(tree_start(tree, ROOT, &none, &error), 0);
}

/* A snapshot of so many rows, taken at so many nanoseconds. */
static void look(struct tree *tree, struct process *rows, size_t count, uint64_t now_ns)
{
    struct process_table table = {.rows = rows, .count = count, .capacity = count};
    tree_update(tree, &table, now_ns);
}

/* Whether a child of CHILD belongs to the tree in a second snapshot, in which CHILD's row, if there
 * still is one, is `child`. In the first one it lived. */
static bool takes_grandchild(const struct process *child)
{
    const struct process root = {.pid = ROOT, .session = ROOT, .state = 'S', .start_time = 5};
    struct process first[] = {
        root, {.pid = CHILD, .parent = ROOT, .session = CHILD, .state = 'S', .start_time = 6}};
    struct process second[3] = {root};
    size_t count = 1;
    struct tree tree;
    start_tree(&tree);
    look(&tree, first, 2, 1);
    if (child != NULL)
        second[count++] = *child;
    second[count++] = (struct process){
        .pid = GRANDCHILD, .parent = CHILD, .session = GRANDCHILD, .state = 'S', .start_time = 9};
    look(&tree, second, count, 2);
    bool taken = tree_has(&tree, GRANDCHILD);
    tree_release(&tree);
    return taken;
}

/* Also what a companion has started, and when its parent is gone. */
static void a_companions_children_are_its_own(void **state)
{
    (void)state;
    static struct cgroup none = {.fd = -1};
    struct error error = ERROR_INIT;
    struct tree tree = {0};
    struct process rows[] = {
        {.pid = ROOT, .session = ROOT, .state = 'S', .start_time = 5},
        {.pid = CHILD, .session = CHILD, .state = 'S', .start_time = 6},
        {.pid = GRANDCHILD, .parent = CHILD, .session = CHILD, .state = 'S', .start_time = 7},
    };
    assert_int_equal(tree_add(&tree, CHILD, "server", &none, &error), 0);
    assert_int_equal(tree_add(&tree, ROOT, NULL, &none, &error), 0);
    assert_int_equal(tree.root, ROOT);
    look(&tree, rows, 3, 1);
    assert_int_equal(tree.count, 3);
    for (size_t i = 0; i < tree.count; i++)
        assert_int_equal(tree.members[i].companion != NULL, tree.members[i].pid != ROOT);
    tree_release(&tree);
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
    look(&tree, rows, 2, 1);
    assert_true(tree_has(&tree, CHILD));
    assert_int_equal(tree_count_alive(&tree), 1);
    tree_release(&tree);
}

/* A zombie to /proc, but one that runs, can't be collected, and may be stuck for ever. */
static void a_process_whose_first_thread_ended_lives(void **state)
{
    (void)state;
    struct tree tree;
    start_tree(&tree);
    struct process rows[] = {
        {.pid = ROOT, .session = ROOT, .state = 'Z', .threads = 2, .start_time = 5},
    };
    look(&tree, rows, 1, 1);
    assert_int_equal(tree_count_alive(&tree), 1);
    rows[0].threads = 1;
    look(&tree, rows, 1, 2);
    assert_int_equal(tree_count_alive(&tree), 0);
    tree_release(&tree);
}

/* The child's row was read while its parent lived, the parent's when it had ended. */
static void a_child_whose_parent_ended_during_the_snapshot_belongs(void **state)
{
    (void)state;
    const struct process zombie = {
        .pid = CHILD, .parent = ROOT, .session = CHILD, .state = 'Z', .start_time = 6};
    assert_true(takes_grandchild(NULL));
    assert_true(takes_grandchild(&zombie));
}

/* Its number is another's by now. */
static void a_child_of_who_has_the_number_of_a_member_does_not_belong(void **state)
{
    (void)state;
    const struct process other = {
        .pid = CHILD, .parent = 1, .session = CHILD, .state = 'S', .start_time = 8};
    assert_false(takes_grandchild(&other));
}

/* A child of ours that has ended: its children are ours by now, too, but in no snapshot. */
static void an_uncollected_orphan_is_not_nothing(void **state)
{
    (void)state;
    struct tree tree;
    struct process_table table = {0};
    start_tree(&tree);
    tree.adopt_orphans = true;
    tree_update(&tree, &table, 1);
    assert_true(tree_is_gone(&tree, &table));
    siginfo_t ended;
    pid_t orphan = fork();
    if (orphan == 0)
        _exit(setsid() > 0 ? 0 : 1);
    assert_int_equal(waitid(P_PID, (id_t)orphan, &ended, WEXITED | WNOWAIT), 0);
    assert_false(tree_is_gone(&tree, &table));
    assert_int_equal(waitpid(orphan, NULL, 0), orphan);
    assert_true(tree_is_gone(&tree, &table));
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
    look(&tree, rows, 2, 1);
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

int test_tree(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_that_ended_has_its_last_name),
        cmocka_unit_test(a_companions_children_are_its_own),
        cmocka_unit_test(a_process_first_seen_as_a_zombie_has_ended),
        cmocka_unit_test(a_process_whose_first_thread_ended_lives),
        cmocka_unit_test(a_child_whose_parent_ended_during_the_snapshot_belongs),
        cmocka_unit_test(a_child_of_who_has_the_number_of_a_member_does_not_belong),
        cmocka_unit_test(an_uncollected_orphan_is_not_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
