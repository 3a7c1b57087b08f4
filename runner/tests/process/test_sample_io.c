/* SPDX-License-Identifier: MIT */
/* What two samples say of the bytes that a tree moved, and when they may say nothing. */
#include "base/clock.h"
#include "process/sample.h"
#include "unit.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static const struct process_io quiet = {
    .pid = 7, .known = true, .calls = 10, .bytes = 1000, .storage_bytes = 4096};

/* The same process twice, and what the second sample says of it. */
struct row {
    const char *name;
    struct process_io after;
    bool counted;
    bool moved;
};

static const struct row rows[] = {
    {"nothing", {7, true, 10, 1000, 4096}, true, false},
    {"a byte", {7, true, 11, 1001, 4096}, true, true},
    {"a read that moved nothing", {7, true, 11, 1000, 4096}, true, true},
    {"a page fault from storage", {7, true, 10, 1000, 8192}, true, true},
    {"another process with this number", {7, true, 1, 3, 0}, true, true},
    {"another process", {8, true, 0, 0, 0}, true, true},
    {"a file that can't be read", {7, false, 10, 1000, 4096}, false, false},
};

static void one_process_gives_the_right_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        static struct tree_sample before;
        static struct tree_sample after;
        before = (struct tree_sample){.io_count = 1, .io = {quiet}};
        after = (struct tree_sample){.io_count = 1, .io = {rows[i].after}};
        struct io_activity io = sample_compare_io(&before, &after);
        if (io.counted != rows[i].counted || (io.counted && io.moved != rows[i].moved))
            fail_msg("%s: counted %d, moved %d", rows[i].name, io.counted, io.moved);
    }
}

static void one_process_that_can_not_be_counted_is_enough(void **state)
{
    (void)state;
    static struct tree_sample sample;
    sample = (struct tree_sample){.io_count = 2, .io = {quiet, {.pid = 8}}};
    assert_false(sample_compare_io(&sample, &sample).counted);
    sample.io[1].known = true;
    assert_true(sample_compare_io(&sample, &sample).counted);
    assert_false(sample_compare_io(&sample, &sample).moved);
    sample.cut = true;
    assert_false(sample_compare_io(&sample, &sample).counted);
}

static void an_ended_process_moved_what_is_not_known(void **state)
{
    (void)state;
    static struct tree_sample before;
    static struct tree_sample after;
    before = (struct tree_sample){.io_count = 2, .io = {quiet, {.pid = 8, .known = true}}};
    after = (struct tree_sample){.io_count = 1, .io = {quiet}};
    assert_true(sample_compare_io(&before, &after).moved);
}

static void samples_without_io_prove_nothing(void **state)
{
    (void)state;
    static struct tree_sample sample;
    assert_false(sample_compare_io(&sample, &sample).counted);
}

/* Answers every byte, in a process whose counters the test looks at. */
static pid_t start_echo(int *to, int *from)
{
    int request[2];
    int answer[2];
    assert_int_equal(pipe(request), 0);
    assert_int_equal(pipe(answer), 0);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        char byte;
        (void)close(request[1]);
        while (read(request[0], &byte, 1) == 1)
            (void)!write(answer[1], &byte, 1);
        _exit(0);
    }
    (void)close(request[0]);
    (void)close(answer[1]);
    *to = request[1];
    *from = answer[0];
    return child;
}

static void a_real_process_is_counted(void **state)
{
    (void)state;
    static struct tree_sample samples[3];
    char byte = 'x';
    int to = -1;
    int from = -1;
    pid_t child = start_echo(&to, &from);
    struct tree_member member = {.pid = child, .pidfd = -1};
    const struct tree tree = {.root = child, .members = &member, .count = 1};

    sample_take_io(&samples[0], &tree);
    sample_take_io(&samples[1], &tree);
    assert_int_equal(write(to, &byte, 1), 1);
    assert_int_equal(read(from, &byte, 1), 1);
    sample_take_io(&samples[2], &tree); /* the read is counted by now; its answer perhaps not yet */
    (void)close(to);
    (void)close(from);
    assert_int_equal(waitpid(child, NULL, 0), child);

    if (!samples[0].io[0].known)
        skip(); /* a kernel that does not count */
    struct io_activity waiting = sample_compare_io(&samples[0], &samples[1]);
    struct io_activity answering = sample_compare_io(&samples[1], &samples[2]);
    assert_true(waiting.counted);
    assert_int_equal(waiting.calls, 0);
    assert_int_equal(waiting.bytes, 0);
    assert_true(answering.counted && answering.moved);
    assert_in_range(answering.calls, 1, 2);
    assert_in_range(answering.bytes, 1, 2);

    sample_take_io(&samples[2], &tree); /* there is no such process any more */
    assert_false(sample_compare_io(&samples[1], &samples[2]).counted);
}

int test_sample_io(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_process_gives_the_right_answer),
        cmocka_unit_test(one_process_that_can_not_be_counted_is_enough),
        cmocka_unit_test(an_ended_process_moved_what_is_not_known),
        cmocka_unit_test(samples_without_io_prove_nothing),
        cmocka_unit_test(a_real_process_is_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
