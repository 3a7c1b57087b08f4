/* SPDX-License-Identifier: MIT */
/* exec_policy_judge: which programs a harness may start, and what is a tool of the sysroot. */
#include "base/files.h"
#include "guard/harness/exec_policy.h"
#include "guard/recording_format.h"
#include "unit.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
    struct scratch scratch;
    char harness[PATH_MAX];
    struct string_list allowed;
    struct exec_policy policy;
};

/* Writes a file below the scratch directory and returns its path, which is valid until the next. */
static const char *put(const struct fixture *fixture, const char *name, const char *text)
{
    static char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/%s", fixture->scratch.path, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0755), 0);
    return path;
}

static int set_up(void **state)
{
    static struct fixture fixture;
    struct error error = ERROR_INIT;
    fixture = (struct fixture){.scratch.path = ""};
    assert_int_equal(scratch_make(&fixture.scratch, NULL, &error), 0);
    (void)snprintf(fixture.harness, sizeof fixture.harness, "/srv/nowhere/checkout/run");
    assert_int_equal(string_list_add(&fixture.allowed, "/srv/nowhere/tools"), 0);
    fixture.policy = (struct exec_policy){.scratch = &fixture.scratch,
                                          .harness = fixture.harness,
                                          .interpreter = "/srv/nowhere/python/bin/python3",
                                          .allowed = &fixture.allowed};
    *state = &fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    string_list_free(&fixture->allowed);
    return scratch_remove(&fixture->scratch, NULL);
}

static void expect(const struct fixture *fixture, const char *found, enum exec_class wanted)
{
    enum exec_class got = exec_policy_judge(&fixture->policy, found, found);
    if (got != wanted)
        fail_msg("%s: class %d, not %d", found, (int)got, (int)wanted);
}

static void expect_absent(const struct fixture *fixture, const char *named, enum exec_class wanted)
{
    enum exec_class got = exec_policy_judge(&fixture->policy, named, NULL);
    if (got != wanted)
        fail_msg("%s: class %d, not %d", named, (int)got, (int)wanted);
}

static void tools_are_known_by_file_and_by_content(void **state)
{
    const struct fixture *fixture = *state;
    expect(fixture, fixture->scratch.recorder, EXEC_RECORDER);
    expect(fixture, fixture->scratch.interpreter, EXEC_RECORDER);
    char path[PATH_MAX + 64];
    (void)snprintf(path, sizeof path, "%s/uservm.elf", fixture->scratch.path);
    assert_int_equal(link(fixture->scratch.recorder, path), 0);
    expect(fixture, path, EXEC_RECORDER);

    char command[3 * PATH_MAX];
    (void)snprintf(command, sizeof command, "cp '%s' '%s.copy'", fixture->scratch.recorder, path);
    assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): paths of our own */
    (void)snprintf(path, sizeof path, "%s/uservm.elf.copy", fixture->scratch.path);
    expect(fixture, path, EXEC_RECORDER);
    FILE *file = fopen(path, "r+e");
    assert_non_null(file);
    assert_int_equal(fputc('X', file), 'X');
    assert_int_equal(fclose(file), 0);
    expect(fixture, path, EXEC_UNKNOWN);
}

static void what_belongs_to_the_harness_is_allowed(void **state)
{
    const struct fixture *fixture = *state;
    expect(fixture, fixture->harness, EXEC_ALLOWED);
    expect(fixture, "/srv/nowhere/python/bin/python3", EXEC_ALLOWED);
    expect(fixture, "/srv/nowhere/tools", EXEC_ALLOWED);
    expect(fixture, "/srv/nowhere/tools/deep/down", EXEC_ALLOWED);
    expect(fixture, put(fixture, "script", "#!/bin/sh\n"), EXEC_ALLOWED);
}

static void programs_of_the_system_are_allowed(void **state)
{
    const struct fixture *fixture = *state;
    expect(fixture, "/bin/sh", EXEC_ALLOWED);
    expect(fixture, "/usr/bin/env", EXEC_ALLOWED);
    expect(fixture, "/usr/local/bin/python3", EXEC_ALLOWED);
    expect(fixture, "/usr/bin/mkimage", EXEC_UNKNOWN);
    expect(fixture, "/usr/bin/nanvixd.elf", EXEC_UNKNOWN);
    expect(fixture, "/usr/lib/other.elf", EXEC_UNKNOWN);
    expect(fixture, "/usrx/bin/env", EXEC_UNKNOWN);
}

static void everything_else_is_unknown(void **state)
{
    const struct fixture *fixture = *state;
    expect(fixture, "/srv/nowhere/toolsx", EXEC_UNKNOWN);
    expect(fixture, "/srv/nowhere/checkout/bin/helper", EXEC_UNKNOWN);
    expect(fixture, "/opt/vendor/helper", EXEC_UNKNOWN);
    expect(fixture, put(fixture, "program", "\177ELF"), EXEC_UNKNOWN);
    expect(fixture, put(fixture, "empty", ""), EXEC_UNKNOWN);
    expect(fixture, put(fixture, "script.elf", "#!/bin/sh\n"), EXEC_UNKNOWN);
    expect(fixture, put(fixture, "nanvixd", "#!/bin/sh\n"), EXEC_UNKNOWN);
}

static void missing_files_are_absent_unless_nobody_ever_had_them(void **state)
{
    const struct fixture *fixture = *state;
    expect_absent(fixture, "/usr/local/sbin/python3", EXEC_ABSENT);
    expect_absent(fixture, "./bin/nanvixd.exe", EXEC_ABSENT);
    expect_absent(fixture, "./bin/linuxd.elf", EXEC_ABSENT);
    expect_absent(fixture, "./bin/python3.13.elf", EXEC_ABSENT);
    expect_absent(fixture, "snapshotd.elf", EXEC_ABSENT);
    expect_absent(fixture, "./bin/snapshotd.elf", EXEC_UNKNOWN);
    expect_absent(fixture, "./bin/snapshotd.exe", EXEC_UNKNOWN);
    expect_absent(fixture, "./bin/.elf", EXEC_ABSENT);
}

int test_exec_policy(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tools_are_known_by_file_and_by_content, set_up, tear_down),
        cmocka_unit_test_setup_teardown(what_belongs_to_the_harness_is_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(programs_of_the_system_are_allowed, set_up, tear_down),
        cmocka_unit_test_setup_teardown(everything_else_is_unknown, set_up, tear_down),
        cmocka_unit_test_setup_teardown(missing_files_are_absent_unless_nobody_ever_had_them,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
