/* SPDX-License-Identifier: MIT */
/*
 * A cell whose verdict and whose journal do not say the same is never believed. Each row changes
 * one thing in a cell about which there is no doubt, and names the doubt that has to come.
 */
#include "gate/evidence/cell_doubt.h"
#include "gate/evidence/journal_story.h"

#include "base/cleanup.h"
#include "unit.h"
#include "verdict/shapes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define BEGIN "{'ms': 1, 'line': 'begin cross_directory build=b1 bits=32'}"
#define FS "{'ms': 2, 'line': 'fs fat dev=7'}"
#define ENTER "{'ms': 3, 'line': 'enter rename from=/tmp/x/a to=/tmp/y/b'}"
#define LEAVE "{'ms': 4, 'line': 'leave rename ret=0'}"
#define HELD "{'ms': 5, 'line': 'check bytes result=held'}"
#define BROKEN "{'ms': 5, 'line': 'check bytes result=broken'}"
#define END "{'ms': 6, 'line': 'end pass checks=1 broken=0'}"
#define END_FAIL "{'ms': 6, 'line': 'end fail checks=1 broken=1'}"

#define PASS_LINES "[" BEGIN "," FS "," ENTER "," LEAVE "," HELD "," END "]"
#define FAIL_LINES "[" BEGIN "," FS "," ENTER "," LEAVE "," BROKEN "," END_FAIL "]"
#define HANG_BEGIN "{'ms': 1, 'line': 'begin control_block build=b1 bits=32'}"
#define HANG_LINES "[" HANG_BEGIN "," FS ",{'ms': 3, 'line': 'enter rename from=/tmp/a to=/tmp/b'}]"
#define CALL_LINES "[" HANG_BEGIN "," FS ",{'ms': 3, 'line': 'enter open path=/tmp/a'}]"
#define STILL_LINES                                                                                \
    "[{'ms': 1, 'line': 'begin control_pass build=b1 bits=32'}," FS "," HELD "," END "]"

#define DOCUMENT                                                                                   \
    "{'budgets': {'step_ms': 10, 'control_step_ms': 10, 'total_ms': 100, 'early': false},"         \
    " 'probes': {'build_id': 'b1', 'abi': 'nanvix-i686'}}"
#define CELL                                                                                       \
    "{'shape': 'cross_directory', 'step': null, 'evidence': null, 'errno': null,"                  \
    " 'host_view': null, 'filesystem': {'type': 'fat', 'device': '7'}, 'rename_ms': 1,"            \
    " 'duration_ms': 50, 'reason': '', 'anomalies': [], 'artifacts': {}}"
#define HANG_STEP                                                                                  \
    "{'call': 'rename', 'returned': false, 'sequence': 2,"                                         \
    " 'arguments': {'from': '/tmp/a', 'to': '/tmp/b'}}"
#define HANG_EVIDENCE                                                                              \
    "{'state': 'blocked', 'out_ms': 10, 'charged_ms': 10, 'window_ms': 5, 'early': null,"          \
    " 'threads': [{'pid': 1, 'tid': 1, 'cpu_ms': 0}]}"

/** JSON with ' for ". */
static json_t *parse(const char *text)
{
    CLEANUP_FREE char *copy = strdup(text);
    assert_non_null(copy);
    for (char *at = copy; *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    json_t *value = json_loads(copy, JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

/** The healthy cell with the lines, and then with one key changed, or removed where `value` is
 * NULL. */
static json_t *make_cell(const char *lines, const char *key, const char *value)
{
    json_t *cell = parse(CELL);
    json_t *timeline = parse(lines);
    json_t *journal = json_object();
    assert_int_equal(
        json_object_set_new(journal, "lines", json_integer((json_int_t)json_array_size(timeline))),
        0);
    assert_int_equal(json_object_set_new(journal, "timeline", timeline), 0);
    assert_int_equal(json_object_set_new(cell, "journal", journal), 0);
    if (value != NULL)
        assert_int_equal(json_object_set_new(cell, key, parse(value)), 0);
    else if (key != NULL)
        assert_int_equal(json_object_del(cell, key), 0);
    return cell;
}

static const char *rename_doubt(const struct document *document, const json_t *cell)
{
    return pass_doubt(document, cell, PASS_WITH_RENAME);
}

/** `doubt` NULL: there must be none. */
static void assert_doubt(const char *found, const char *doubt)
{
    if (found == NULL || doubt == NULL)
        assert_ptr_equal(found, doubt);
    else
        assert_non_null(strstr(found, doubt));
}

/** The same for a cell with the lines and one key changed, as make_cell does. */
static void expect(const char *(*judge)(const struct document *document, const json_t *cell),
                   const char *lines, const char *key, const char *value, const char *doubt)
{
    CLEANUP_JSON json_t *root = parse(DOCUMENT);
    CLEANUP_JSON json_t *cell = make_cell(lines, key, value);
    const struct document document = {.source = {.root = root}};
    const char *found = judge(&document, cell);
    if (found == NULL || doubt == NULL ? found != doubt : strstr(found, doubt) == NULL)
        fail_msg("%s, %s = %s: %s, and not %s", lines, key, value, found, doubt);
}

static void a_pass_is_doubted_for_its_keys(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {NULL, NULL, NULL},
        {"data_loss", "false", NULL},
        {"gating", "true", NULL},
        {"host_view", "{'result': 'agrees', 'findings': []}", NULL},
        {"rename_ms", "7", "another time than its journal says"},
        {"filesystem", "{'type': 'fat', 'device': '8'}", "another file system"},
        {"reason", "'odd'", "says why it is none"},
        {"console_tail", "[]", "says why it is none"},
        {"anomalies", "[{'kind': 'damaged_lines'}]", "not those of its journal"},
        {"anomalies", "[{'kind': 'no_exit'}]", NULL},
        {"artifacts", "{'kept': '/tmp/x'}", NULL},
        {"artifacts", "{'stdout': 'x'}", "of another cell"},
        {"step", NULL, "did not come back"},
        {"evidence", HANG_EVIDENCE, "did not come back"},
        {"errno", "{'name': 'EIO'}", "has an errno"},
        {"data_loss", "true", "lost data"},
        {"gating", "false", "not gating"},
        {"host_view", NULL, "does not agree"},
        {"host_view", "{'result': 'contradicts'}", "does not agree"},
        {"host_view", "{'result': 'agrees', 'findings': ['x']}", "has findings"},
        {"filesystem", "null", "not known"},
        {"filesystem", "{'type': 'ext4'}", "another file system"},
        {"rename_ms", NULL, "no rename was timed"},
        {"rename_ms", "null", "no rename was timed"},
        {"rename_ms", "60", "longer than the whole attempt"},
        {"rename_ms", "20", "longer than its budget"},
        {"duration_ms", "101", "the attempt took longer"},
        {"shape", "'subdir_to_root'", "not its shape's"},
        {"shape", "'no_such_shape'", "of another shape"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(rename_doubt, PASS_LINES, rows[i][0], rows[i][1], rows[i][2]);
}

static void a_pass_is_doubted_for_its_journal(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "is empty"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE "," HELD "]", "does not end in a pass"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE "," BROKEN "," END "]", "does not end in a pass"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE ",{'ms': 6, 'line': 'end pass checks=0 broken=0'}]",
         "does not end in a pass"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE "," HELD
         ",{'ms': 6, 'line': 'end pass checks=1 broken=1'}]",
         "does not end in a pass"},
        {"[" BEGIN "," FS "," ENTER ",{'ms': 4, 'line': 'leave rename ret=-1'}," HELD "," END "]",
         "did not return 0"},
        {"[" BEGIN "," FS "," ENTER ",{'ms': 4, 'line': 'leave rename err=5'}," HELD "," END "]",
         "did not return 0"},
        {"[" BEGIN "," FS "," HELD "," END "]", "timed where none came back"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE ",{'ms': 4, 'line': 'enter rename from=/x/a to=/y/b'}"
         "," LEAVE "," HELD "," END "]",
         "not its shape's"},
        {"[" BEGIN "," ENTER "," LEAVE "," HELD "," END "]", "do not both name a file system"},
        {"[{'ms': 1, 'line': 'begin cross_directory build=b2'}," ENTER "]", "another probe build"},
        {"[{'ms': 1, 'line': 'begin cross_directory building=b1'}]", "names no probe build"},
        {"[" BEGIN "," BEGIN "]", "begins twice"},
        {"[" ENTER "]", "with its beginning"},
        {"[" BEGIN "," LEAVE "]", "did not enter"},
        {"[" BEGIN "," ENTER "," ENTER "]", "while another one is out"},
        {"[" BEGIN "," ENTER ",{'ms': 4, 'line': 'leave renam ret=0'}]", "did not enter"},
        {"[" BEGIN "," ENTER ",{'ms': 4, 'line': 'leave unlink ret=0'}]", "did not enter"},
        {"[" BEGIN "," HELD "," LEAVE "]", "back in time"},
        {"[" BEGIN "," END "," END "]", "after its end"},
        {"[" BEGIN ",{'ms': 2, 'line': 'shout loud'}]", "does not exist"},
        {"[" BEGIN ",{'ms': 2, 'line': 'shout'}]", "form or order"},
        {"[" BEGIN ",{'ms': 2, 'line': ' leading blank'}]", "form or order"},
        {"[" BEGIN ",{'ms': 2, 'line': 'note  two blanks'}]", "form or order"},
        {"[" BEGIN ",{'ms': 2, 'line': '2 note it'}]", "form or order"},
        {"[" BEGIN ",{'ms': 2, 'line': '1note it'}]", "form or order"},
        {"[" BEGIN ",{'ms': 2, 'line': '0000000001 note it'}]", "form or order"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename from=/tmp/x/a'}]", "not its shape's"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename to=/tmp/y/b'}]", "not its shape's"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename from=x/a to=/y/b'}]", "not its shape's"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename from=/tmp_x/a to=/y/b'}]", "not its shape's"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename from=/x/b to=/y/b'}]", "not its shape's"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename from=/x/a to=/y/c'}]", "not its shape's"},
        {"[" BEGIN ",{'ms': 2, 'line': '1 note it'}," FS "," ENTER "," LEAVE "," HELD "," END "]",
         NULL},
        {"[" BEGIN "," FS ","
         "{'ms': 3, 'line': 'enter rename odd fromage=/x from=/tmp/x/a to=/tmp/y/b'}"
         "," LEAVE "," HELD "," END "]",
         NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect(rename_doubt, rows[i][0], NULL, NULL, rows[i][1]);
}

static void as_many_lines_as_were_counted(void **state)
{
    (void)state;
    static const json_int_t counts[] = {5, 7, -6};
    CLEANUP_JSON json_t *root = parse(DOCUMENT);
    const struct document document = {.source = {.root = root}};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        CLEANUP_JSON json_t *cell = make_cell(PASS_LINES, NULL, NULL);
        json_t *journal = json_object_get(cell, "journal");
        assert_int_equal(json_object_set_new(journal, "lines", json_integer(counts[i])), 0);
        assert_string_equal(pass_doubt(&document, cell, PASS_WITH_RENAME),
                            "its journal does not have as many lines as were counted");
    }
}

/* No rename is asked of a shape that nobody knows; then one has to be missing. */
static void an_unknown_shape_is_never_believed(void **state)
{
    (void)state;
    expect(rename_doubt,
           "[{'ms': 1, 'line': 'begin no_such_shape build=b1 bits=32'}," FS "," ENTER "," LEAVE
           "," HELD "," END "]",
           "shape", "'no_such_shape'", "not in its journal");
}

static void the_control_that_passes_has_no_rename(void **state)
{
    (void)state;
    CLEANUP_JSON json_t *root = parse(DOCUMENT);
    const struct document document = {.source = {.root = root}};
    static const char *const rows[][3] = {
        {STILL_LINES, "null", NULL},
        {STILL_LINES, "1.5", "timed where there is none"},
        {"[{'ms': 1, 'line': 'begin control_pass build=b1 bits=32'}," FS "," ENTER "," LEAVE
         "," HELD "," END "]",
         "1", "timed where there is none"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_JSON json_t *cell = make_cell(rows[i][0], "shape", "'control_pass'");
        assert_int_equal(json_object_set_new(cell, "rename_ms", parse(rows[i][1])), 0);
        const char *found = pass_doubt(&document, cell, PASS_WITHOUT_RENAME);
        assert_doubt(found, rows[i][2]);
    }
}

/** A step or evidence with one more member, which replaces what is there. */
#define WITH(object, member) object "|" member

/** JSON with ' for ", of which the part behind a '|' replaces members of what is before it. */
static json_t *parse_with(const char *text)
{
    CLEANUP_FREE char *whole = strdup(text);
    assert_non_null(whole);
    char *rest = whole;
    json_t *value = parse(strsep(&rest, "|"));
    if (rest != NULL) {
        CLEANUP_JSON json_t *changed = parse(rest);
        assert_int_equal(json_object_update(value, changed), 0);
    }
    return value;
}

static void a_hang_is_doubted(void **state)
{
    (void)state;
    CLEANUP_JSON json_t *root = parse(DOCUMENT);
    const struct document document = {.source = {.root = root}};
    static const char *const rows[][4] = {
        {HANG_LINES, HANG_STEP, HANG_EVIDENCE, NULL},
        {HANG_LINES, "null", HANG_EVIDENCE, "does not name a rename"},
        {HANG_LINES, WITH(HANG_STEP, "{'call': 'open'}"), HANG_EVIDENCE, "does not name a rename"},
        {HANG_LINES, WITH(HANG_STEP, "{'returned': true}"), HANG_EVIDENCE,
         "does not name a rename"},
        {HANG_LINES, WITH(HANG_STEP, "{'sequence': 1}"), HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'arguments': {'from': '/tmp/a'}}"), HANG_EVIDENCE,
         "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'arguments': {'from': '/tmp/a', 'to': '/tmp/b%'}}"),
         HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, HANG_STEP, WITH(HANG_EVIDENCE, "{'early': {}}"), "waits could not"},
        {HANG_LINES, HANG_STEP, WITH(HANG_EVIDENCE, "{'threads': []}"), "has no thread"},
        {CALL_LINES, HANG_STEP, HANG_EVIDENCE, "does not end in a rename"},
        {"[]", HANG_STEP, HANG_EVIDENCE, "is empty"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_JSON json_t *cell = make_cell(rows[i][0], "shape", "'control_block'");
        assert_int_equal(json_object_set_new(cell, "step", parse_with(rows[i][1])), 0);
        assert_int_equal(json_object_set_new(cell, "evidence", parse_with(rows[i][2])), 0);
        assert_int_equal(json_object_set_new(cell, "rename_ms", json_null()), 0);
        const char *found = hang_doubt(&document, cell);
        if (found == NULL || rows[i][3] == NULL ? found != rows[i][3]
                                                : strstr(found, rows[i][3]) == NULL)
            fail_msg("row %zu: %s, and not %s", i, found, rows[i][3]);
    }
}

/* What the runner writes decoded is compared with what the journal has encoded. */
static void a_value_is_compared_decoded(void **state)
{
    (void)state;
    static const char line[] = "enter rename from=/a%20b to=/c%25 cut=/d%+ none=";
    assert_true(journal_line_field_is(line, "from", "/a b"));
    assert_true(journal_line_field_is(line, "to", "/c%"));
    assert_true(journal_line_field_is(line, "cut", "/d"));
    assert_true(journal_line_field_is(line, "none", ""));
    assert_true(journal_line_field_is(line, "nowhere", NULL));
    assert_false(journal_line_field_is(line, "nowhere", ""));
    assert_false(journal_line_field_is(line, "from", NULL));
    assert_false(journal_line_field_is(line, "from", "/a%20b"));
    assert_false(journal_line_field_is(line, "from", "/a bc"));
    assert_false(journal_line_field_is(line, "from", "/a"));
    assert_int_equal(journal_line_fields(line), 4);
    assert_int_equal(journal_line_fields("begin x"), 0);
}

/* The rule that the run, the gate and the report share. */
static void a_control_is_right_with_its_verdict_and_its_evidence(void **state)
{
    (void)state;
    static const char *const rows[][4] = {
        {"control_pass", "pass", "null", NULL},
        {"control_pass", "fail", "null", "did not get its verdict"},
        {"control_fail", "fail", "null", NULL},
        {"control_fail", "error", "null", "did not get its verdict"},
        {"control_block", "hang", "{'state': 'blocked'}", NULL},
        {"control_block", "hang", "{'state': 'spinning'}", "not of what it does"},
        {"control_block", "hang", "null", "not of what it does"},
        {"control_block", "stall", "{'state': 'blocked'}", "did not get its verdict"},
        {"control_spin", "hang", "{'state': 'spinning'}", NULL},
        {"control_spin", "hang", "{'state': 'starved'}", "not of what it does"},
        {"subdir_sibling", "pass", "null", "is no control"},
        {"control_pas", "pass", "null", "is no control"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_JSON json_t *cell = json_pack("{s:s,s:s,s:o}", "shape", rows[i][0], "verdict",
                                              rows[i][1], "evidence", parse(rows[i][2]));
        assert_doubt(control_fault(cell), rows[i][3]);
    }
}

static void a_fail_is_doubted(void **state)
{
    (void)state;
    expect(fail_doubt, FAIL_LINES, NULL, NULL, NULL);
    expect(fail_doubt, PASS_LINES, NULL, NULL, "does not end in a failed check");
    expect(fail_doubt, "[" BEGIN "," FS "," ENTER "," LEAVE "," HELD "," END_FAIL "]", NULL, NULL,
           "does not end in a failed check");
    expect(fail_doubt, FAIL_LINES, "shape", "'no_such_shape'", "of another shape");
}

int test_cell_doubt(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_doubted_for_its_keys),
        cmocka_unit_test(a_pass_is_doubted_for_its_journal),
        cmocka_unit_test(as_many_lines_as_were_counted),
        cmocka_unit_test(an_unknown_shape_is_never_believed),
        cmocka_unit_test(the_control_that_passes_has_no_rename),
        cmocka_unit_test(a_hang_is_doubted),
        cmocka_unit_test(a_value_is_compared_decoded),
        cmocka_unit_test(a_fail_is_doubted),
        cmocka_unit_test(a_control_is_right_with_its_verdict_and_its_evidence),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
