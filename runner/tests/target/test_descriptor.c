/* SPDX-License-Identifier: MIT */
/* A descriptor with an error is refused with the place of the error; good ones are read fully. */
#include "base/cleanup.h"
#include "base/clock.h"
#include "target/connections.h"
#include "target/target.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* A good descriptor; each row replaces one piece of it. */
static const char good[] = "{\n"
                           "\"schema\": \"rename-oracle/target/1\",\n"
                           "\"name\": \"t\", \"title\": \"a test\",\n"
                           "\"mode\": \"none\", \"subject\": \"reference\",\n"
                           "\"requires\": [{\"program\": \"sh\", \"package\": \"dash\"}],\n"
                           "\"launch\": {\"argv\": [\"{program:sh}\", \"{probe}\"]},\n"
                           "\"interpreter\": {\"python\": \"/p\", \"argv\": [\"{python}\"]},\n"
                           "\"guest\": {\"directory\": \"{cell}\", \"abi\": \"linux-x86_64\"},\n"
                           "\"exit_status\": \"probe\",\n"
                           "\"budgets\": {\"boot\": 1, \"step\": 0.5, \"control_step\": 1, "
                           "\"exit\": 1, \"total\": 5, \"grace\": 1}\n"
                           "}\n";

#define CONNECTED "\"connections\": [{\"name\": \"a\", \"kind\": \"stream\"}],\n"

struct row {
    const char *name;
    const char *piece;
    const char *replacement;
    const char *place; /* ":LINE:COLUMN" that the error must have */
    const char *what;  /* must be in the message */
};

static const struct row rows[] = {
    {"unknown key", "\"title\"", "\"titel\"", ":3:", "titel"},
    {"wrong type", "\"boot\": 1", "\"boot\": \"1\"", ":10:", ""},
    {"missing key", "\"exit_status\": \"probe\",\n", "", ":1:1", "exit_status"},
    {"a mode that is no word", "\"none\"", "\"No where\"", ":4:9", ""},
    {"a subject that is no word", "\"reference\"", "\"\"", ":4:28", ""},
    {"unknown placeholder", "{probe}", "{prob}", ":6:37", "{prob}"},
    {"open placeholder", "{probe}", "{probe", ":6:37", "'}'"},
    {"empty placeholder", "{probe}", "{}", ":6:37", ""},
    {"program without a requirement", "{program:sh}", "{program:bash}", ":6:", "{program:bash}"},
    {"placeholder in an unknown place", "a test", "a {test}", ":3:", "{test}"},
    {"negative budget", "\"step\": 0.5", "\"step\": -1", ":10:", ""},
    {"budget of nothing", "\"step\": 0.5", "\"step\": 0", ":10:", ""},
    {"no argv", "[\"{program:sh}\", \"{probe}\"]", "[]", ":6:", ""},
    {"number in argv", "\"{probe}\"", "7", ":6:", ""},
    {"duplicate key", "\"title\"", "\"name\"", ":3:", ""},
    {"broken syntax", "\"exit_status\":", "\"exit_status\"", ":9:", ""},
    {"interpreter without its program", "\"python\": \"/p\", ", "", ":7:16", "python"},
    {"interpreter's unknown placeholder", "{python}", "{pythons}", ":7:", "{pythons}"},
    {"interpreter's unknown program", "{python}", "{program:python}", ":7:", "{program:python}"},
    {"removes the user's directory", "\"exit_status\"",
     "\"cleanup\": [{\"remove\": \"{root}\"}],\n\"exit_status\"", ":9:24",
     "{root} is not of the run"},
    {"writes in one", "\"exit_status\"",
     "\"prepare\": [{\"make_directory\": \"{cell}/a\"}, {\"write\": \"{root}/x\", \"text\": "
     "\"{cell}\"}],\n\"exit_status\"",
     ":9:", "{root}/x"},
    {"connection without users", "\"exit_status\"",
     "\"connections\": [{\"name\": \"a\", \"kind\": \"stream\"}],\n\"exit_status\"", ":9:17",
     "0 users"},
    {"connection with one user", "\"exit_status\"",
     CONNECTED "\"companions\": [{\"name\": \"b\", \"argv\": [\"/b\", \"{end:a}\", "
               "\"{end:a}\"]}],\n\"exit_status\"",
     ":9:17", "1 users"},
    {"connection with three users", "\"exit_status\"",
     CONNECTED "\"companions\": [{\"name\": \"b\", \"argv\": [\"{end:a}\"]}, {\"name\": "
               "\"c\", \"argv\": [\"{end:a}\"]}, {\"name\": \"d\", \"argv\": [\"/d\"], "
               "\"environment\": {\"FD\": \"{end:a}\"}}],\n\"exit_status\"",
     ":9:17", "3 users"},
    {"two companions of one name", "\"exit_status\"",
     CONNECTED "\"companions\": [{\"name\": \"b\", \"argv\": [\"{end:a}\"]}, {\"name\": "
               "\"b\", \"argv\": [\"{end:a}\"]}],\n\"exit_status\"",
     ":10:", "'b' already"},
    {"end of no connection", "\"{probe}\"", "\"{end:a}\"", ":6:", "{end:a}"},
    {"two ways to be ready", "\"exit_status\"",
     "\"companions\": [{\"name\": \"b\", \"argv\": [\"/b\"], \"ready\": {\"line\": \"x\", "
     "\"file\": \"/x\"}}],\n\"exit_status\"",
     ":9:", ""},
    {"other schema", "target/1", "target/2", ":2:", ""},
    {"name that is no name", "\"t\"", "\"../t\"", ":3:", ""},
};

static void write_file(const char *path, const char *text)
{
    CLEANUP_FILE FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
}

static char *replace_piece(const struct row *row)
{
    const char *at = strstr(good, row->piece);
    assert_non_null(at);
    char *text = NULL;
    assert_true(asprintf(&text, "%.*s%s%s", (int)(at - good), good, row->replacement,
                         at + strlen(row->piece)) > 0);
    return text;
}

static int make_path(void **state)
{
    static char path[64];
    (void)snprintf(path, sizeof path, "/tmp/test-descriptor.XXXXXX");
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    (void)close(fd);
    *state = path;
    return 0;
}

static int remove_path(void **state)
{
    return unlink(*state);
}

static void errors_name_file_line_and_column(void **state)
{
    const char *path = *state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct target target;
        struct error error = ERROR_INIT;
        CLEANUP_FREE char *text = replace_piece(&rows[i]);
        write_file(path, text);
        if (target_load(&target, path, &error) == 0)
            fail_msg("%s was accepted", rows[i].name);
        if (error.code != ERROR_INPUT || strncmp(error.where, path, strlen(path)) != 0 ||
            strstr(error.where + strlen(path), rows[i].place) != error.where + strlen(path) ||
            strstr(error.what, rows[i].what) == NULL)
            fail_msg("%s: %s: %s", rows[i].name, error.where, error.what);
    }
}

static void a_good_one_is_read(void **state)
{
    const char *path = *state;
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target target;
    write_file(path, good);
    assert_int_equal(target_load(&target, path, &error), 0);
    assert_string_equal(target.name, "t");
    assert_int_equal(target.budgets.step_ns, NS_PER_S / 2);
    assert_true(target.exit_status_is_probes);
    assert_null(target.console_file);
    assert_non_null(target.interpreter);
}

/* The words of a list are a companion's, too, and whoever is launched for a script counts as who is
 * launched for a probe. */
static void a_connection_has_two_users(void **state)
{
    const char *path = *state;
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target target;
    const struct row row = {.piece = "\"exit_status\"",
                            .replacement = CONNECTED
                            "\"lists\": {\"l\": [\"{end:a}\"]}, \"companions\": [{\"name\": "
                            "\"b\", \"argv\": [\"/b\", \"{...l}\"]}, {\"name\": \"c\", "
                            "\"argv\": [\"{end:a}\"]}],\n\"exit_status\""};
    CLEANUP_FREE char *text = replace_piece(&row);
    write_file(path, text);
    assert_int_equal(target_load(&target, path, &error), 0);
    const json_t *argv = json_object_get(json_array_get(target.companions, 0), "argv");
    assert_string_equal(json_string_value(json_array_get(argv, 1)), "{end:a}");
    CLEANUP_JSON json_t *bindings = json_object();
    assert_int_equal(connections_bind(&target, bindings, &error), 0);
    assert_string_equal(json_string_value(json_object_get(bindings, "end:a")), "3");
}

static void placeholders_are_replaced(void **state)
{
    const char *path = *state;
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target target;
    CLEANUP_JSON json_t *bindings = json_pack("{s:s}", "cell", "/c");
    write_file(path, good);
    assert_int_equal(target_load(&target, path, &error), 0);
    CLEANUP_FREE char *text = target_expand_text(&target, "a{{b}{cell}/x", bindings, &error);
    assert_string_equal(text, "a{b}/c/x");
    assert_null(target_expand_text(&target, "{nonce}", bindings, &error));
    assert_int_equal(error.code, ERROR_INPUT);
}

static void a_missing_program_names_its_package(void **state)
{
    const char *path = *state;
    char missing[512];
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target target;
    CLEANUP_JSON json_t *bindings = json_object();
    const struct row row = {.piece = "\"program\": \"sh\", \"package\": \"dash\"",
                            .replacement =
                                "\"program\": \"sh\", \"package\": \"dash\"}, "
                                "{\"program\": \"no-such-tool\", \"package\": \"some-package\""};
    CLEANUP_FREE char *text = replace_piece(&row);
    write_file(path, text);
    assert_int_equal(target_load(&target, path, &error), 0);
    assert_false(target_requirements_met(&target, bindings, missing, sizeof missing));
    assert_non_null(strstr(missing, "no-such-tool"));
    assert_non_null(strstr(missing, "some-package"));
    assert_non_null(json_object_get(bindings, "program:sh"));
}

#define WITH_A_PATH(test) cmocka_unit_test_setup_teardown(test, make_path, remove_path)

int test_descriptor(void)
{
    const struct CMUnitTest tests[] = {
        WITH_A_PATH(errors_name_file_line_and_column),    WITH_A_PATH(a_good_one_is_read),
        WITH_A_PATH(a_connection_has_two_users),          WITH_A_PATH(placeholders_are_replaced),
        WITH_A_PATH(a_missing_program_names_its_package),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
