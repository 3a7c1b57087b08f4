/* SPDX-License-Identifier: MIT */
/* What a sweep takes, and that it never takes what another run has only just made. */
#include "base/cleanup.h"
#include "base/files.h"
#include "run/document/output.h"
#include "run/leftovers.h"

#include "unit.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* For the scratch directories and for the output of each test. */
static char place[] = "/tmp/rename-oracle-leftovers.XXXXXX";

static int make_place(void **state)
{
    (void)state;
    return mkdtemp(place) == NULL ? -1 : 0;
}

static int remove_place(void **state)
{
    (void)state;
    return rmdir(place);
}

static void a_kept_directory_stays_though_it_is_empty(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char file[PATH_MAX];
    int lock = -1;
    assert_int_equal(leftovers_make_scratch(place, true, path, &lock, NULL), 0);
    assert_int_equal(lock, -1);
    leftovers_sweep(place, place, NULL, NULL);
    assert_int_equal(path_format(file, sizeof file, NULL, "%s/" SCRATCH_KEPT, path), 0);
    assert_int_equal(unlink(file), 0);
    assert_int_equal(rmdir(path), 0);
}

static void a_directory_goes_with_its_lock(void **state)
{
    (void)state;
    char path[PATH_MAX];
    int lock = -1;
    assert_int_equal(leftovers_make_scratch(place, false, path, &lock, NULL), 0);
    leftovers_sweep(place, place, NULL, NULL);
    assert_int_equal(access(path, F_OK), 0);
    cleanup_fd(&lock);
    leftovers_sweep(place, place, NULL, NULL);
    assert_int_equal(access(path, F_OK), -1);
}

static void make_file(const char *directory, const char *name, const char *text)
{
    char path[PATH_MAX];
    assert_int_equal(path_format(path, sizeof path, NULL, "%s/%s", directory, name), 0);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static bool take_file(const char *directory, const char *name)
{
    char path[PATH_MAX];
    assert_int_equal(path_format(path, sizeof path, NULL, "%s/%s", directory, name), 0);
    return unlink(path) == 0;
}

/* A run that is over and could not write its document has said where the cells are. */
static void of_spools_without_a_lock_the_empty_go(void **state)
{
    (void)state;
    char run[PATH_MAX];
    assert_int_equal(path_format(run, sizeof run, NULL, "%s/20200101T000000Z-deadbeef", place), 0);
    assert_int_equal(mkdir(run, 0700), 0);
    for (int locked = 1; locked >= 0; locked--) {
        make_file(run, ".native.json.controls", "");
        make_file(run, ".native.json.cells", "{}\n");
        int lock = -1;
        if (locked == 1) {
            CLEANUP_FD int directory = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
            lock = leftovers_lock_output(directory);
            assert_true(lock >= 0);
        }
        leftovers_sweep(place, place, NULL, NULL);
        assert_int_equal(take_file(run, ".native.json.controls"), locked == 1);
        assert_true(take_file(run, ".native.json.cells"));
        assert_int_equal(take_file(run, OUTPUT_LOCK), locked == 1);
        cleanup_fd(&lock);
    }
    leftovers_sweep(place, place, NULL, NULL);
    assert_int_equal(access(run, F_OK), -1);
}

/* As a deputy does it, whose end gives the lock up. */
static bool make_output(const char *id)
{
    struct output_place output = {place, id};
    pid_t pid = fork();
    int status = -1;
    if (pid == 0) {
        CLEANUP_JSON json_t *answer = output_make_place(&output);
        if (!json_is_true(json_object_get(answer, "ok")))
            (void)fprintf(stderr, "%s\n", json_string_value(json_object_get(answer, "error")));
        _exit(json_is_true(json_object_get(answer, "ok")) ? 0 : 1);
    }
    return pid > 0 && waitpid(pid, &status, 0) == pid && status == 0;
}

static void one_that_sweeps_keeps_nobody_from_starting(void **state)
{
    (void)state;
    enum { runs = 200 };
    int failed = 0;
    pid_t sweeper = fork();
    if (sweeper == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;) /* until it is killed */
            leftovers_sweep(place, place, NULL, NULL);
    }
    for (unsigned i = 0; i < runs; i++) {
        char path[PATH_MAX];
        char id[64];
        int lock = -1;
        (void)snprintf(id, sizeof id, "20200101T000000Z-%08x", i);
        failed += make_output(id) ? 0 : 1;
        failed += leftovers_make_scratch(place, false, path, &lock, NULL) == 0 ? 0 : 1;
        cleanup_fd(&lock);
    }
    (void)kill(sweeper, SIGKILL);
    assert_int_equal(waitpid(sweeper, NULL, 0), sweeper);
    leftovers_sweep(place, place, NULL, NULL);
    assert_int_equal(failed, 0);
}

int test_leftovers(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_kept_directory_stays_though_it_is_empty),
        cmocka_unit_test(a_directory_goes_with_its_lock),
        cmocka_unit_test(of_spools_without_a_lock_the_empty_go),
        cmocka_unit_test(one_that_sweeps_keeps_nobody_from_starting),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
