/* SPDX-License-Identifier: MIT */
/* What a launcher's logs say of its version and its mode, and what that does to a cell. */
#include "base/cleanup.h"
#include "base/files.h"
#include "run/cell/stages.h"
#include "run/helper/launcher_log.h"
#include "unit.h"

#include <fcntl.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#define PATTERN "nanvixd <version>, <mode> deployment,"
#define SINGLE "nanvixd 0.20.3, single-process deployment, interactive mode"
#define MULTI "nanvixd 0.20.3, multi-process deployment, interactive mode"

struct row {
    const char *name;
    const char *logs[2]; /* what stands in the files of the directory */
    const char *mode;    /* NULL: the logs do not tell */
    const char *version_or_why;
};

static const struct row rows[] = {
    {"a line", {SINGLE "\n"}, "single-process", "0.20.3"},
    {"without its end", {"[INFO] " SINGLE}, "single-process", "0.20.3"},
    {"behind noise", {"nanvixd , x\n\xff\x01 nanvixd " SINGLE "\r\n"}, "single-process", "0.20.3"},
    {"among others", {"nanvixd\n" MULTI "\nmore\n"}, "multi-process", "0.20.3"},
    {"twice the same", {SINGLE "\n", SINGLE "\n"}, "single-process", "0.20.3"},
    {"two modes", {SINGLE "\n", MULTI "\n"}, NULL, "contradict"},
    {"two versions", {SINGLE "\nnanvixd 0.20.4, single-process deployment,\n"}, NULL, "contradict"},
    {"nothing", {"", "nanvixd started\n"}, NULL, "no line"},
    {"no file", {NULL}, NULL, "no line"},
    {"half a line", {"nanvixd 0.20.3, single-process deploy\n"}, NULL, "no line"},
    {"over two lines", {"nanvixd 0.20.3,\n single-process deployment,\n"}, NULL, "no line"},
    {"no version", {"nanvixd , single-process deployment,\n"}, NULL, "no line"},
};

static void write_log(const char *directory, size_t number, const char *text)
{
    char path[PATH_MAX];
    assert_int_equal(path_format(path, sizeof path, NULL, "%s/%zu.log", directory, number), 0);
    CLEANUP_FILE FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
}

static void remove_logs(const char *directory)
{
    for (size_t i = 0; i < 2; i++) {
        char path[PATH_MAX];
        assert_int_equal(path_format(path, sizeof path, NULL, "%s/%zu.log", directory, i), 0);
        (void)unlink(path);
    }
}

static const char *text_at(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text == NULL ? "" : text;
}

static int make_directory(void **state)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "/tmp/test-launcher.XXXXXX");
    *state = mkdtemp(path);
    return *state == NULL ? -1 : 0;
}

static int remove_directory(void **state)
{
    return rmdir(*state);
}

static void logs_tell_or_do_not(void **state)
{
    const char *directory = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        for (size_t log = 0; log < 2 && row->logs[log] != NULL; log++)
            write_log(directory, log, row->logs[log]);
        CLEANUP_JSON json_t *found = launcher_log_read(directory, PATTERN, NULL);
        remove_logs(directory);
        const char *key = row->mode == NULL ? "why" : "version";
        if (strcmp(text_at(found, "mode"), row->mode == NULL ? "" : row->mode) != 0 ||
            strstr(text_at(found, key), row->version_or_why) == NULL)
            fail_msg("%s: %s %s", row->name, text_at(found, "mode"), text_at(found, key));
    }
}

/* The last line that tells of a failure, and the end of all of it for a person. */
static void a_failure_is_found_in_what_is_kept(void **state)
{
    const char *directory = *state;
    write_log(directory, 0, SINGLE "\nERROR first\nERROR too long\x1b (len=330)\nend");
    CLEANUP_JSON json_t *found = launcher_log_read(directory, PATTERN, "ERROR");
    CLEANUP_JSON json_t *none = launcher_log_read(directory, PATTERN, "FATAL");
    remove_logs(directory);
    assert_string_equal(text_at(found, "failure"), "ERROR too long\\x1B (len=330)");
    assert_null(json_object_get(none, "failure"));
    assert_string_equal(text_at(found, "text"),
                        "0.log\n" SINGLE "\nERROR first\nERROR too long\\x1B (len=330)\nend\n");
    CLEANUP_FREE char *many = malloc(200001);
    assert_non_null(many);
    for (size_t i = 0; i < 200000; i++)
        many[i] = i % 100 == 99 ? '\n' : 'x';
    memcpy(many + 199990, "\nlast one", 10);
    write_log(directory, 0, many);
    CLEANUP_JSON json_t *end = launcher_log_read(directory, PATTERN, NULL);
    remove_logs(directory);
    size_t length = strlen(text_at(end, "text"));
    assert_in_range(length, 20000, 48 * 1024);
    assert_string_equal(text_at(end, "text") + length - 10, "\nlast one\n");
}

/* The guest may have put it there. */
static void links_and_fifos_are_not_read(void **state)
{
    const char *directory = *state;
    char link[PATH_MAX];
    char fifo[PATH_MAX];
    char elsewhere[] = "/tmp/test-launcher-log.XXXXXX";
    int fd = mkstemp(elsewhere);
    assert_true(fd >= 0 && write(fd, SINGLE "\n", sizeof SINGLE) == (ssize_t)sizeof SINGLE);
    (void)close(fd);
    assert_int_equal(path_format(link, sizeof link, NULL, "%s/0.log", directory), 0);
    assert_int_equal(path_format(fifo, sizeof fifo, NULL, "%s/1.log", directory), 0);
    assert_int_equal(symlink(elsewhere, link), 0);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    CLEANUP_JSON json_t *found = launcher_log_read(directory, PATTERN, NULL);
    CLEANUP_JSON json_t *through = launcher_log_read(link, PATTERN, NULL);
    remove_logs(directory);
    (void)unlink(elsewhere);
    assert_non_null(strstr(text_at(found, "why"), "no line"));
    assert_non_null(strstr(text_at(through, "why"), "cannot be read"));
}

struct judged {
    const char *word; /* of the launcher for its mode */
    const char *version;
    const char *failure; /* in the cell's failure; "" when there is none */
    const char *anomaly; /* in the first anomaly's detail; "" when there is none */
};

static const struct judged judgements[] = {
    {"single-process", "0.20.3", "", ""},
    {"multi-process", "0.20.3",
     "is hosted-single-process, the launcher says that it is "
     "hosted-multi-process: 'LINE'",
     ""},
    {"quantum", "0.20.3", "says that it is quantum", ""},
    {"single-process", "0.20.2", "", "the release is v0.20.3, the launcher says that it is 0.20.2"},
    {"single-process", "weekly", "", ""},
};

static void the_launcher_is_believed(void **state)
{
    (void)state;
    CLEANUP_JSON json_t *modes = json_pack("{s:s, s:s}", "single-process", "hosted-single-process",
                                           "multi-process", "hosted-multi-process");
    CLEANUP_JSON json_t *bindings = json_pack("{s:s}", "release", "v0.20.3");
    struct target_setup run = {.target = {.mode = "hosted-single-process", .verify_modes = modes}};
    for (size_t i = 0; i < sizeof judgements / sizeof judgements[0]; i++) {
        const struct judged *row = &judgements[i];
        struct cell cell;
        memset(&cell, 0, sizeof cell);
        cell.setup = &run;
        cell.bindings = bindings;
        cell.anomalies = json_array();
        CLEANUP_JSON json_t *found = json_pack("{s:s, s:s, s:s}", "mode", row->word, "version",
                                               row->version, "line", "LINE");
        cell_take_launcher(&cell, found, "");
        cell_hold_against_launcher(&cell);
        const char *detail = text_at(json_array_get(cell.anomalies, 0), "detail");
        if (strstr(cell.failure.what, row->failure) == NULL ||
            (row->failure[0] == '\0') != (cell.failure.code == ERROR_NONE) ||
            strcmp(detail, row->anomaly) != 0)
            fail_msg("%s %s: '%s' '%s'", row->word, row->version, cell.failure.what, detail);
        json_decref(cell.launcher);
        json_decref(cell.anomalies);
    }
}

int test_launcher(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(logs_tell_or_do_not, make_directory, remove_directory),
        cmocka_unit_test_setup_teardown(a_failure_is_found_in_what_is_kept, make_directory,
                                        remove_directory),
        cmocka_unit_test_setup_teardown(links_and_fifos_are_not_read, make_directory,
                                        remove_directory),
        cmocka_unit_test(the_launcher_is_believed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
