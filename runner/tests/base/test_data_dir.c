/* SPDX-License-Identifier: MIT */
/*
 * The program finds its own files beside its executable wherever that was moved, and nowhere else.
 * The executable's place is a fact of the process, so these tests copy the test program itself
 * into small trees and ask the copy (`--locate NAME`).
 */
#include "base/cleanup.h"
#include "base/data_dir.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cmocka.h>

static const char template[] = "/tmp/data-dir-XXXXXX";
static char root[sizeof template];

static void make(const char *relative, const char *content)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", root, relative);
    for (char *slash = strchr(path + sizeof root, '/'); slash != NULL;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0700);
        *slash = '/';
    }
    CLEANUP_FILE FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(content, file) >= 0);
}

static void copy_this_program(const char *relative)
{
    make(relative, "");
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/%s", root, relative);
    CLEANUP_FD int from = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
    CLEANUP_FD int to = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);
    struct stat status;
    assert_int_equal(fstat(from, &status), 0);
    for (off_t left = status.st_size; left > 0;) {
        ssize_t copied = sendfile(to, from, NULL, (size_t)left);
        assert_true(copied > 0);
        left -= copied;
    }
    assert_int_equal(fchmod(to, 0700), 0);
}

/** Runs the copy; gives what it printed, without the newline, and returns its exit code. */
static int locate(char *out, size_t size, const char *program, const char *name)
{
    char command[2 * PATH_MAX];
    (void)snprintf(command, sizeof command, "%s/%s --locate %s 2>&1", root, program, name);
    FILE *answer = popen(command, "r"); /* NOLINT(cert-env33-c): a fixed program in our own tree */
    assert_non_null(answer);
    out[fread(out, 1, size - 1, answer)] = '\0';
    out[strcspn(out, "\n")] = '\0';
    return WEXITSTATUS(pclose(answer));
}

static void assert_located(const char *program, const char *name, const char *expected)
{
    char got[2 * PATH_MAX];
    char want[PATH_MAX];
    (void)snprintf(want, sizeof want, "%s/%s", root, expected);
    int code = locate(got, sizeof got, program, name);
    assert_string_equal(got, want);
    assert_int_equal(code, 0);
}

static int make_root(void **state)
{
    (void)state;
    (void)unsetenv("RENAME_ORACLE_DATA");
    (void)memcpy(root, template, sizeof root);
    return mkdtemp(root) == NULL;
}

static int remove_root(void **state)
{
    (void)state;
    (void)unsetenv("RENAME_ORACLE_DATA");
    char command[PATH_MAX];
    (void)snprintf(command, sizeof command, "rm -rf %s", root);
    return system(command); /* NOLINT(cert-env33-c): a fixed command on our own directory */
}

static void finds_both_places_beside_the_executable(void **state)
{
    (void)state;
    make("usr/share/rename-oracle/targets/native.json", "{}");
    make("usr/lib/rename-oracle/probes/manifest", "");
    copy_this_program("usr/bin/program");
    assert_located("usr/bin/program", "targets/native.json",
                   "usr/share/rename-oracle/targets/native.json");
    assert_located("usr/bin/program", "targets", "usr/share/rename-oracle/targets");
    assert_located("usr/bin/program", "probes/manifest", "usr/lib/rename-oracle/probes/manifest");
}

static void follows_the_executable_not_the_link_to_it(void **state)
{
    (void)state;
    make("opt/ro/share/rename-oracle/targets/native.json", "{}");
    copy_this_program("opt/ro/bin/program");
    make("home/bin/other", "");
    char target[PATH_MAX];
    char link[PATH_MAX];
    (void)snprintf(target, sizeof target, "%s/opt/ro/bin/program", root);
    (void)snprintf(link, sizeof link, "%s/home/bin/program", root);
    assert_int_equal(symlink(target, link), 0);
    assert_located("home/bin/program", "targets/native.json",
                   "opt/ro/share/rename-oracle/targets/native.json");
}

static void says_where_it_looked(void **state)
{
    (void)state;
    copy_this_program("usr/bin/program");
    char got[2 * PATH_MAX];
    assert_int_equal(locate(got, sizeof got, "usr/bin/program", "targets/native.json"), 2);
    char want[2 * PATH_MAX];
    (void)snprintf(want, sizeof want,
                   "rename-oracle: targets/native.json: not found in %s/usr/share/rename-oracle:"
                   "%s/usr/lib/rename-oracle; install rename-oracle again, or set "
                   "RENAME_ORACLE_DATA",
                   root, root);
    assert_string_equal(got, want);
}

static void the_variable_replaces_both_places_in_order(void **state)
{
    (void)state;
    make("usr/share/rename-oracle/only-installed", "");
    copy_this_program("usr/bin/program");
    make("mine/targets/native.json", "1");
    make("other/targets/native.json", "2");
    make("other/schema/a.json", "");
    char places[PATH_MAX];
    (void)snprintf(places, sizeof places, "%s/missing::%s/mine:%s/other", root, root, root);
    assert_int_equal(setenv("RENAME_ORACLE_DATA", places, 1), 0);
    assert_located("usr/bin/program", "targets/native.json", "mine/targets/native.json");
    assert_located("usr/bin/program", "schema/a.json", "other/schema/a.json");
    char got[2 * PATH_MAX];
    assert_int_equal(locate(got, sizeof got, "usr/bin/program", "only-installed"), 2);
    assert_non_null(strstr(got, "correct RENAME_ORACLE_DATA or unset it"));
}

static void an_empty_variable_is_as_none(void **state)
{
    (void)state;
    make("usr/share/rename-oracle/targets/native.json", "{}");
    copy_this_program("usr/bin/program");
    assert_int_equal(setenv("RENAME_ORACLE_DATA", "", 1), 0);
    assert_located("usr/bin/program", "targets/native.json",
                   "usr/share/rename-oracle/targets/native.json");
}

static void a_relative_place_is_made_absolute(void **state)
{
    (void)state;
    make("mine/targets/native.json", "{}");
    copy_this_program("usr/bin/program");
    char before[PATH_MAX];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(root), 0);
    assert_int_equal(setenv("RENAME_ORACLE_DATA", "mine", 1), 0);
    assert_located("usr/bin/program", "targets/native.json", "mine/targets/native.json");
    assert_int_equal(chdir(before), 0);
}

static void refuses_names_that_leave_the_place(void **state)
{
    (void)state;
    const char *bad[] = {"", "/etc/passwd", "..", "../x", "targets/../../x", "targets/.."};
    make("mine/..targets/..x", "");
    char place[PATH_MAX];
    (void)snprintf(place, sizeof place, "%s/mine", root);
    assert_int_equal(setenv("RENAME_ORACLE_DATA", place, 1), 0);
    char out[PATH_MAX];
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct error error = ERROR_INIT;
        assert_int_equal(data_path(out, sizeof out, bad[i], &error), -1);
        assert_int_equal(error.code, ERROR_USAGE);
    }
    struct error error = ERROR_INIT;
    assert_int_equal(data_path(out, sizeof out, "..targets/..x", &error), 0);
}

static void a_path_that_does_not_fit_is_an_error(void **state)
{
    (void)state;
    make("mine/targets/native.json", "{}");
    char place[PATH_MAX];
    (void)snprintf(place, sizeof place, "%s/mine", root);
    assert_int_equal(setenv("RENAME_ORACLE_DATA", place, 1), 0);
    char out[PATH_MAX];
    size_t needed = strlen(place) + strlen("/targets/native.json") + 1;
    struct error error = ERROR_INIT;
    assert_int_equal(data_path(out, needed, "targets/native.json", &error), 0);
    assert_int_equal(data_path(out, needed - 1, "targets/native.json", &error), -1);
    assert_int_equal(error.code, ERROR_ENVIRONMENT);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--locate") == 0) {
        char path[PATH_MAX];
        struct error error = ERROR_INIT;
        if (data_path(path, sizeof path, argv[2], &error) != 0) {
            error_print(&error);
            return error_exit_code(&error);
        }
        return puts(path) < 0;
    }
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_root, remove_root)
    const struct CMUnitTest tests[] = {
        TEST(finds_both_places_beside_the_executable),
        TEST(follows_the_executable_not_the_link_to_it),
        TEST(says_where_it_looked),
        TEST(the_variable_replaces_both_places_in_order),
        TEST(an_empty_variable_is_as_none),
        TEST(a_relative_place_is_made_absolute),
        TEST(refuses_names_that_leave_the_place),
        TEST(a_path_that_does_not_fit_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
