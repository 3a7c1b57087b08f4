/* SPDX-License-Identifier: MIT */
/* Where programs are looked for, and what is none. */
#include "base/cleanup.h"
#include "base/files.h"
#include "base/program.h"
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

struct row {
    const char *path; /* PATH; {d} is the scratch directory, NULL: not set */
    const char *name;
    const char *found; /* NULL: nowhere */
};

static const struct row rows[] = {
    {"{d}/empty:{d}/bin", "tool", "{d}/bin/tool"},
    {"{d}/directory:{d}/bin", "tool", "{d}/bin/tool"},
    {"{d}/plain:{d}/bin", "tool", "{d}/bin/tool"},
    {"::{d}/bin:", "tool", "{d}/bin/tool"},
    {"{d}/empty", "tool", NULL},
    {"", "tool", NULL},
    {"{d}/empty", "{d}/bin/tool", "{d}/bin/tool"},
    /* Not in an ordinary user's PATH on Debian. */
    {"{d}/empty", "ldconfig", "/usr/sbin/ldconfig"},
    {"{d}/empty", "sh", NULL},
    {NULL, "sh", "/usr/bin/sh"},
};

static char directory[64];

static void fill(const char *template, char out[PATH_MAX])
{
    size_t used = 0;
    for (const char *here = template; *here != '\0'; here++) {
        bool mark = strncmp(here, "{d}", 3) == 0;
        used += (size_t)snprintf(out + used, PATH_MAX - used, "%.*s", mark ? PATH_MAX : 1,
                                 mark ? directory : here);
        here += mark ? 2 : 0;
    }
    out[used] = '\0';
}

static int make_programs(void **state)
{
    (void)state;
    (void)snprintf(directory, sizeof directory, "/tmp/test-program.XXXXXX");
    if (mkdtemp(directory) == NULL)
        return -1;
    CLEANUP_FD int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
    static const char *const made[] = {"empty", "bin", "plain", "directory/tool"};
    for (size_t i = 0; i < sizeof made / sizeof made[0]; i++)
        assert_int_equal(files_make_directories(fd, made[i], NULL), 0);
    CLEANUP_FD int tool = openat(fd, "bin/tool", O_WRONLY | O_CREAT | O_CLOEXEC, 0755);
    CLEANUP_FD int plain = openat(fd, "plain/tool", O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
    return tool >= 0 && plain >= 0 ? 0 : -1;
}

static int remove_programs(void **state)
{
    (void)state;
    return remove_tree(directory, NULL);
}

static void they_are_found_where_they_are(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char path[PATH_MAX];
        char name[PATH_MAX];
        char wanted[PATH_MAX] = "";
        char found[PATH_MAX];
        struct error error = ERROR_INIT;
        fill(rows[i].path == NULL ? "" : rows[i].path, path);
        fill(rows[i].name, name);
        if (rows[i].found != NULL)
            fill(rows[i].found, wanted);
        assert_int_equal(rows[i].path == NULL ? unsetenv("PATH") : setenv("PATH", path, 1), 0);
        int failed = program_find(name, found, sizeof found, &error);
        if ((failed == 0) != (rows[i].found != NULL) || (failed == 0 && strcmp(found, wanted) != 0))
            fail_msg("row %zu: %s", i, failed == 0 ? found : error.what);
        if (failed != 0)
            assert_string_equal(error.where, name);
    }
}

int test_program(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_found_where_they_are),
    };
    return cmocka_run_group_tests(tests, make_programs, remove_programs);
}
