/* SPDX-License-Identifier: MIT */
/* Runs that share a parent group leave each other's groups alone, and clear away dead ones. */
#include "process/cgroup.h"
#include "unit.h"

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void need_group(struct cgroup *run)
{
    if (cgroup_make_for_run(run))
        return;
    print_message("SKIPPED: no cgroup v2 that we may write to\n");
    skip();
}

static bool is_there(const struct cgroup *group)
{
    return access(group->path, F_OK) == 0;
}

/* Two runners may have the same pid, each in a namespace of its own. */
static void each_run_has_a_group_of_its_own(void **state)
{
    (void)state;
    struct cgroup one;
    struct cgroup other;
    need_group(&one);
    assert_true(cgroup_make_for_run(&other));
    assert_string_not_equal(one.path, other.path);
    assert_true(is_there(&one));
    assert_true(cgroup_remove(&other));
    assert_true(is_there(&one));
    assert_true(cgroup_remove(&one));
    assert_false(is_there(&one));
}

/* Begins and ends a run's group as the first process of a new pid namespace. */
static int run_in_another_namespace(void)
{
    if (unshare(CLONE_NEWPID) != 0)
        return errno == EPERM ? 77 : 1;
    pid_t first = fork();
    if (first == 0) {
        struct cgroup run;
        cgroup_sweep(NULL, NULL);
        _exit(cgroup_make_for_run(&run) && cgroup_remove(&run) ? 0 : 1);
    }
    int status = 0;
    return first > 0 && waitpid(first, &status, 0) == first && status == 0 ? 0 : 1;
}

static void a_run_in_another_pid_namespace_is_left_alone(void **state)
{
    (void)state;
    struct cgroup run;
    struct cgroup job;
    need_group(&run);
    assert_true(cgroup_make_for_job(&run, 0, &job));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0)
        _exit(run_in_another_namespace());
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    bool both_there = is_there(&run) && is_there(&job);
    assert_true(cgroup_remove(&job));
    assert_true(cgroup_remove(&run));
    if (WEXITSTATUS(status) == 77) {
        print_message("SKIPPED: no right to make a pid namespace\n");
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_true(both_there);
}

static void the_group_of_a_run_that_is_gone_is_removed(void **state)
{
    (void)state;
    struct cgroup gone;
    struct cgroup job;
    struct cgroup next;
    need_group(&gone);
    assert_true(cgroup_make_for_job(&gone, 0, &job));
    (void)close(job.fd); /* as the kernel does for a runner that was killed */
    (void)close(gone.fd);
    cgroup_sweep(NULL, NULL);
    assert_true(cgroup_make_for_run(&next));
    assert_false(is_there(&job));
    assert_false(is_there(&gone));
    assert_true(cgroup_remove(&next));
}

int test_cgroup(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_run_has_a_group_of_its_own),
        cmocka_unit_test(a_run_in_another_pid_namespace_is_left_alone),
        cmocka_unit_test(the_group_of_a_run_that_is_gone_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
