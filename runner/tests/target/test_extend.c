/* SPDX-License-Identifier: MIT */
/* What a descriptor extends counts where it says nothing itself, and errors name the file at fault.
 */
#include "base/cleanup.h"
#include "target/target.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char base[] =
    "{\n"
    "\"title\": \"the base's\",\n"
    "\"requires\": [{\"program\": \"sh\", \"package\": \"dash\"}],\n"
    "\"launch\": {\"argv\": [\"{program:sh}\", \"{...options}\", \"{...command}\", \"end\"],\n"
    "            \"environment\": {\"A\": \"1\", \"B\": \"2\"}},\n"
    "\"lists\": {\"options\": [], \"command\": [\"{probe}\"]},\n"
    "\"interpreter\": {\"python\": \"/p\", \"lists\": {\"command\": [\"{python}\", "
    "\"{probe}\"]}},\n"
    "\"guest\": {\"directory\": \"{cell}\", \"abi\": \"linux-x86_64\"},\n"
    "\"exit_status\": \"probe\",\n"
    "\"budgets\": {\"boot\": 1, \"step\": 0.5, \"control_step\": 1, \"exit\": 1, \"total\": 5, "
    "\"grace\": 1}\n"
    "}\n";

static const char own[] = "{\n"
                          "\"schema\": \"rename-oracle/target/1\", \"extends\": \"./base.json\",\n"
                          "\"name\": \"t\", \"mode\": \"none\", \"subject\": \"reference\",\n"
                          "\"title\": \"its own\",\n"
                          "\"requires\": [{\"program\": \"true\", \"package\": \"coreutils\"}],\n"
                          "\"launch\": {\"environment\": {\"B\": \"3\"}},\n"
                          "\"lists\": {\"options\": [\"-x\", \"-e\"]}\n"
                          "}\n";

static char place[64];

static void path_of(const char *name, char out[128])
{
    (void)snprintf(out, 128, "%s/%s", place, name);
}

static void write_file(const char *name, const char *text)
{
    char path[128];
    path_of(name, path);
    CLEANUP_FILE FILE *file = fopen(path, "we");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
}

static int make_place(void **state)
{
    (void)state;
    (void)snprintf(place, sizeof place, "/tmp/test-extend.XXXXXX");
    return mkdtemp(place) == NULL ? -1 : 0;
}

static int remove_place(void **state)
{
    (void)state;
    char path[128];
    path_of("own.json", path);
    (void)unlink(path);
    path_of("base.json", path);
    (void)unlink(path);
    return rmdir(place);
}

/* Loads `own_text` beside `base_text` and gives back target_load's answer. */
static int load(const char *own_text, const char *base_text, struct target *target,
                struct error *error)
{
    char path[128];
    write_file("own.json", own_text);
    write_file("base.json", base_text);
    path_of("own.json", path);
    return target_load(target, path, error);
}

static void assert_words(const json_t *words, const char *wanted)
{
    char text[256] = "";
    size_t index;
    const json_t *word;
    json_array_foreach(words, index, word) {
        size_t used = strlen(text);
        (void)snprintf(text + used, sizeof text - used, "%s ", json_string_value(word));
    }
    assert_string_equal(text, wanted);
}

static void the_descriptor_stands_before_its_base(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target target;
    assert_int_equal(load(own, base, &target, &error), 0);
    assert_string_equal(target.title, "its own");
    assert_string_equal(target.abi, "linux-x86_64");
    assert_words(target.argv, "{program:sh} -x -e {probe} end ");
    assert_words(target.script_argv, "{program:sh} -x -e {python} {probe} end ");
    assert_string_equal(json_string_value(json_object_get(target.environment, "A")), "1");
    assert_string_equal(json_string_value(json_object_get(target.environment, "B")), "3");
    const json_t *requires = target_steps(&target, "requires");
    assert_int_equal(json_array_size(requires), 2);
    assert_string_equal(json_string_value(json_object_get(json_array_get(requires, 0), "program")),
                        "sh");
}

/* Both texts say how a target is launched, so a change of either is another target. */
static void the_digest_covers_the_base(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    CLEANUP(target_release) struct target before;
    CLEANUP(target_release) struct target after;
    CLEANUP_FREE char *changed = strdup(base);
    assert_non_null(changed);
    *strstr(changed, "0.5") = '1';
    assert_int_equal(load(own, base, &before, &error), 0);
    assert_int_equal(load(own, changed, &after, &error), 0);
    assert_string_not_equal(before.digest, after.digest);
}

static const struct row {
    const char *name;
    bool in_base;
    const char *piece;
    const char *replacement;
    const char *where; /* FILE:LINE: that the error must have */
    const char *what;
} rows[] = {
    {"base that is not there", false, "./base.json", "./none.json", "none.json", "No such file"},
    {"shipped base that is none", false, "./base.json", "none", "own.json:2:", "no 'none'"},
    {"base that extends the descriptor", true, "{\n", "{\"extends\": \"./own.json\",\n", "",
     "extends more than"},
    {"base with a syntax error", true, "\"exit_status\":", "\"exit_status\"", "base.json:9:", ""},
    {"wrong value in the base", true, "\"boot\": 1", "\"boot\": 0", "base.json:10:", ""},
    {"unknown key of the base", true, "\"exit_status\"", "\"exit\"", "base.json:9:", "exit"},
    {"wrong value of its own", false, "\"none\"", "\"No where\"", "own.json:3:", ""},
    {"key that nobody has", true, "\"exit_status\": \"probe\",\n", "",
     "own.json:1:", "exit_status"},
    {"list that nobody has", true, "{...options}", "{...optons}", "base.json:4:", "{...optons}"},
    {"list that is none", false, "[\"-x\", \"-e\"]", "\"-x\"", "own.json:7:", ""},
    {"list within a word", true, "{...options}", "a{...options}", "base.json:4:", "{...options}"},
    {"unknown placeholder in a list", false, "-x", "{x}", "own.json:7:", "{x}"},
};

static char *replace_piece(const char *text, const struct row *row)
{
    const char *at = strstr(text, row->piece);
    char *out = NULL;
    assert_non_null(at);
    assert_true(asprintf(&out, "%.*s%s%s", (int)(at - text), text, row->replacement,
                         at + strlen(row->piece)) > 0);
    return out;
}

static void errors_name_the_file_at_fault(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        struct target target;
        struct error error = ERROR_INIT;
        CLEANUP_FREE char *text = replace_piece(row->in_base ? base : own, row);
        if (load(row->in_base ? own : text, row->in_base ? text : base, &target, &error) == 0)
            fail_msg("%s was accepted", row->name);
        if (strstr(error.where, row->where) == NULL || strstr(error.what, row->what) == NULL)
            fail_msg("%s: %s: %s", row->name, error.where, error.what);
    }
}

#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int test_extend(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(the_descriptor_stands_before_its_base),
        IN_A_PLACE(the_digest_covers_the_base),
        IN_A_PLACE(errors_name_the_file_at_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
