/* SPDX-License-Identifier: MIT */
/*
 * A cell whose verdict and whose journal do not say the same is never believed. Each row changes
 * one thing in a cell about which there is no doubt, and names the doubt that has to come.
 */
#include "gate/evidence/cell_doubt.h"

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

#define BUILD "0123456789abcdef"
#define BEGIN "{'ms': 1, 'line': 'begin cross_directory build=" BUILD " bits=32'}"
#define FS "{'ms': 2, 'line': 'fs fat dev=7'}"
#define ENTER "{'ms': 3, 'line': 'enter rename from=/tmp/x/a to=/tmp/y/b'}"
#define LEAVE "{'ms': 4, 'line': 'leave rename ret=0'}"
#define HELD "{'ms': 5, 'line': 'check bytes result=held'}"
#define BROKEN "{'ms': 5, 'line': 'check bytes result=broken want=a got=b'}"
#define END "{'ms': 6, 'line': 'end pass checks=1 broken=0'}"
#define END_FAIL "{'ms': 6, 'line': 'end fail checks=1 broken=1'}"

#define PASS_LINES "[" BEGIN "," FS "," ENTER "," LEAVE "," HELD "," END "]"
#define RENAMES(fields)                                                                            \
    "[" BEGIN "," FS ",{'ms': 3, 'line': 'enter rename " fields "'}," LEAVE "," HELD "," END "]"
#define FAIL_LINES "[" BEGIN "," FS "," ENTER "," LEAVE "," BROKEN "," END_FAIL "]"
#define HANG_BEGIN "{'ms': 1, 'line': 'begin control_block build=" BUILD " bits=32'}"
#define HANG_LINES "[" HANG_BEGIN "," FS ",{'ms': 3, 'line': 'enter rename from=/tmp/a to=/tmp/b'}]"
#define CALL_LINES "[" HANG_BEGIN "," FS ",{'ms': 3, 'line': 'enter open path=/tmp/a'}]"
#define STILL_LINES                                                                                \
    "[{'ms': 1, 'line': 'begin control_pass build=" BUILD " bits=32'}," FS "," HELD "," END "]"

#define DOCUMENT                                                                                   \
    "{'budgets': {'boot_ms': 5, 'step_ms': 10, 'control_step_ms': 1000, 'total_ms': 100,"          \
    " 'exit_ms': 100, 'grace_ms': 5, 'early': false},"                                             \
    " 'probes': {'build_id': '" BUILD "', 'abi': 'nanvix-i686'}}"
#define CELL                                                                                       \
    "{'shape': 'cross_directory', 'step': null, 'evidence': null, 'errno': null,"                  \
    " 'host_view': null, 'filesystem': {'type': 'fat', 'device': '7'}, 'rename_ms': 1,"            \
    " 'duration_ms': 50, 'reason': '', 'anomalies': [], 'artifacts': {}}"
#define HANG_STEP                                                                                  \
    "{'call': 'rename', 'returned': false, 'sequence': 2,"                                         \
    " 'arguments': {'from': '/tmp/a', 'to': '/tmp/b'}}"
#define FAIL_STEP                                                                                  \
    "{'call': 'rename', 'returned': true, 'sequence': 2,"                                          \
    " 'arguments': {'from': '/tmp/x/a', 'to': '/tmp/y/b'}}"
#define HANG_EVIDENCE                                                                              \
    "{'state': 'blocked', 'out_ms': 1000, 'charged_ms': 1000, 'window_ms': 500, 'early': null,"    \
    " 'threads': [{'pid': 1, 'tid': 1, 'state': 'S', 'cpu_ms': 0}]}"

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
static json_t *make_cell(const char *verdict, const char *lines, const char *key, const char *value)
{
    json_t *cell = parse(CELL);
    assert_int_equal(json_object_set_new(cell, "verdict", json_string(verdict)), 0);
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

/** `wanted` NULL: there must be no doubt. */
static void assert_doubt(const json_t *cell, const char *wanted)
{
    struct error error = ERROR_INIT;
    struct doubt doubt;
    CLEANUP_JSON json_t *root = parse(DOCUMENT);
    const struct document document = {.source = {.root = root}};
    assert_int_equal(cell_doubt(&document, cell, &doubt, &error), 0);
    if (doubt.what == NULL || wanted == NULL ? doubt.what != wanted
                                             : strstr(doubt.what, wanted) == NULL) {
        CLEANUP_FREE char *text = json_dumps(cell, JSON_COMPACT);
        fail_msg("%s: %s, and not %s", text, doubt.what, wanted);
    }
}

/** The same for a cell with the lines and one key changed, as make_cell does. */
static void expect(const char *verdict, const char *lines, const char *key, const char *value,
                   const char *wanted)
{
    CLEANUP_JSON json_t *cell = make_cell(verdict, lines, key, value);
    assert_doubt(cell, wanted);
}

static void a_pass_is_doubted_for_its_keys(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {NULL, NULL, NULL},
        {"data_loss", "false", NULL},
        {"gating", "true", NULL},
        {"host_view", "{'result': 'agrees', 'findings': []}", NULL},
        {"rename_ms", "7", "its rename_ms is not"},
        {"filesystem", "{'type': 'fat', 'device': '8'}", "its filesystem is not"},
        {"reason", "'odd'", "says why it is none"},
        {"console_tail", "[]", "says why it is none"},
        {"anomalies", "[{'kind': 'damaged_lines'}]", "not those of its journal"},
        {"anomalies", "[{'kind': 'no_exit'}]", NULL},
        {"artifacts", "{'kept': '/tmp/x'}", NULL},
        {"artifacts", "{'stdout': 'x'}", "of another cell"},
        {"step", "{'call': 'rename'}", "its step is not"},
        {"evidence", HANG_EVIDENCE, "did not come back"},
        {"errno", "{'name': 'EIO'}", "its errno is not"},
        {"data_loss", "true", "its data_loss is not"},
        {"gating", "false", "not gating"},
        {"host_view", NULL, "does not agree"},
        {"host_view", "{'result': 'contradicts'}", "does not agree"},
        {"host_view", "{'result': 'agrees', 'findings': ['x']}", "has findings"},
        {"filesystem", "null", "not known"},
        {"filesystem", "{'type': 'ext4'}", "its filesystem is not"},
        {"rename_ms", NULL, "its rename_ms is not"},
        {"rename_ms", "null", "its rename_ms is not"},
        {"rename_ms", "20", "longer than its budget"},
        {"duration_ms", "101", "the attempt took longer"},
        {"shape", "'subdir_to_root'", "it calls itself cross_directory"},
        {"shape", "'no_such_shape'", "no shape that this tool knows"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect("pass", PASS_LINES, rows[i][0], rows[i][1], rows[i][2]);
}

static void a_pass_is_doubted_for_its_journal(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"[]", "comes to no_start"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE "," HELD "]", "comes to"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE "," BROKEN "," END "]",
         "and the journal holds 1 and 1"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE ",{'ms': 6, 'line': 'end pass checks=0 broken=0'}]",
         "has checked nothing"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE "," HELD
         ",{'ms': 6, 'line': 'end pass checks=1 broken=1'}]",
         "pass with broken checks"},
        {"[" BEGIN "," FS "," ENTER
         ",{'ms': 4, 'line': 'leave rename ret=-1 errno=5 error=EIO'}," HELD "," END "]",
         "its journal says 'EIO'"},
        {"[" BEGIN "," FS "," ENTER ",{'ms': 4, 'line': 'leave rename ret=-1'}," HELD "," END "]",
         "0 of 1 renames"},
        {"[" BEGIN "," FS "," ENTER ",{'ms': 4, 'line': 'leave rename err=5'}," HELD "," END "]",
         "line 3 is no event: leave has no ret="},
        {"[" BEGIN "," FS "," ENTER
         ",{'ms': 4, 'line': 'leave rename ret=0 errno=5 error=EIO'}," HELD "," END "]",
         "errno= and succeeded"},
        {"[" BEGIN "," FS "," HELD "," END "]", "0 of 1 renames"},
        {"[" BEGIN "," FS "," ENTER "," LEAVE ",{'ms': 4, 'line': 'enter rename from=/x/a to=/y/b'}"
         "," LEAVE "," HELD "," END "]",
         "renamed something else"},
        {"[" BEGIN "," ENTER "," LEAVE "," HELD "," END "]", "its filesystem is not"},
        {"[{'ms': 1, 'line': 'begin cross_directory build=0123456789abcdee bits=32'}," FS "," ENTER
         "," LEAVE "," HELD "," END "]",
         "another probe build"},
        {"[{'ms': 1, 'line': 'begin cross_directory build=" BUILD " bits=64'}," FS "," ENTER
         "," LEAVE "," HELD "," END "]",
         "not of the probes' ABI"},
        {"[{'ms': 1, 'line': 'begin cross_directory building=1'}]", "begin has no build="},
        {"[" BEGIN "," BEGIN "]", "begins a second time"},
        {"[" ENTER "]", "the first line is not begin"},
        {"[" BEGIN "," LEAVE "]", "no call was entered"},
        {"[" BEGIN "," ENTER "," ENTER "]", "came while rename was out"},
        {"[" BEGIN "," ENTER ",{'ms': 4, 'line': 'leave renam ret=0'}]", "rename was entered"},
        {"[" BEGIN "," ENTER ",{'ms': 4, 'line': 'leave unlink ret=0'}]", "rename was entered"},
        {"[" BEGIN "," HELD "," LEAVE "]", "back in time"},
        {"[{'ms': -1, 'line': 'begin cross_directory build=" BUILD " bits=32'}]", "back in time"},
        {"[{'ms': 1e300, 'line': 'begin cross_directory build=" BUILD " bits=32'}]",
         "back in time"},
        {"[" BEGIN "," HELD "," END "," END "]", "after the end"},
        {"[" BEGIN ",{'ms': 2}]", "is no event"},
        {"[" BEGIN ",{'ms': 2, 'line': 'shout loud'}]", "the event is unknown"},
        {"[" BEGIN ",{'ms': 2, 'line': 'shout'}]", "is no event"},
        {"[" BEGIN ",{'ms': 2, 'line': ' leading blank'}]", "is no event"},
        {"[" BEGIN ",{'ms': 2, 'line': 'note  two blanks'}]", "is no event"},
        {"[" BEGIN ",{'ms': 2, 'line': '2 note it'}]", "gap: line 2"},
        {"[" BEGIN ",{'ms': 2, 'line': '1note it'}]", "is no event"},
        {"[" BEGIN ",{'ms': 2, 'line': '0000000001 note it'}]", "is no event"},
        {"[" BEGIN ",{'ms': 2, 'line': 'enter rename from=/tmp/x/a'}]", "no from= and to="},
        {RENAMES("from=x/a to=/y/b"), "renamed something else"},
        {RENAMES("from=/tmp_x/a to=/y/b"), "renamed something else"},
        {RENAMES("from=/x/b to=/y/b"), "renamed something else"},
        {RENAMES("from=/x/a to=/y/c"), "renamed something else"},
        {RENAMES("from=/tmp/x/a to=/tmp2/y/b"), "renamed something else"},
        {RENAMES("from=/x/a to=/y/b"), NULL},
        {"[" BEGIN ",{'ms': 2, 'line': '1 note it'}," FS "," ENTER "," LEAVE "," HELD "," END "]",
         NULL},
        {RENAMES("fromage=/x from=/tmp/x/a to=/tmp/y/b"), NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        expect("pass", rows[i][0], NULL, NULL, rows[i][1]);
}

/* A target that promises no numbers has the anomaly, where another has an error. */
static void an_odd_inode_is_doubted_where_nobody_tells_of_it(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {"before=7 after=7", "[]", NULL},
        {"before=7 after=8", "[]", "was replaced, not renamed"},
        {"before=7 after=8", "[{'kind': 'inode_changed'}]", NULL},
        {"before=7 after=7 replaced=7", "[]", "was replaced, not renamed"},
        {"before=7 after=7 replaced=7", "[{'kind': 'inode_changed'}]", NULL},
        {"before=7 after=7 replaced=6", "[]", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        char lines[1024];
        (void)snprintf(lines, sizeof lines,
                       "[" BEGIN "," FS "," ENTER "," LEAVE
                       ",{'ms': 4, 'line': 'note inode %s'}," HELD "," END "]",
                       rows[i][0]);
        expect("pass", lines, "anomalies", rows[i][1], rows[i][2]);
    }
}

static void as_many_lines_as_were_counted(void **state)
{
    (void)state;
    static const json_int_t counts[] = {5, 7, -6};
    for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
        CLEANUP_JSON json_t *cell = make_cell("pass", PASS_LINES, NULL, NULL);
        json_t *journal = json_object_get(cell, "journal");
        assert_int_equal(json_object_set_new(journal, "lines", json_integer(counts[i])), 0);
        assert_doubt(cell, "lines were counted, not 6");
    }
}

static void an_unknown_shape_is_never_believed(void **state)
{
    (void)state;
    expect("pass",
           "[{'ms': 1, 'line': 'begin no_such_shape build=" BUILD " bits=32'}," FS "," ENTER
           "," LEAVE "," HELD "," END "]",
           "shape", "'no_such_shape'", "no shape that this tool knows");
}

static void the_control_that_passes_has_no_rename(void **state)
{
    (void)state;
    static const char *const rows[][3] = {
        {STILL_LINES, "null", NULL},
        {STILL_LINES, "1.5", "its rename_ms is not"},
        {"[{'ms': 1, 'line': 'begin control_pass build=" BUILD " bits=32'}," FS "," ENTER "," LEAVE
         "," HELD "," END "]",
         "1", "1 of 0 renames"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_JSON json_t *cell = make_cell("pass", rows[i][0], "shape", "'control_pass'");
        assert_int_equal(json_object_set_new(cell, "rename_ms", parse(rows[i][1])), 0);
        assert_doubt(cell, rows[i][2]);
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
    static const char *const rows[][4] = {
        {HANG_LINES, HANG_STEP, HANG_EVIDENCE, NULL},
        {HANG_LINES, "null", HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'call': 'open'}"), HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'returned': true}"), HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'sequence': 1}"), HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'arguments': {'from': '/tmp/a'}}"), HANG_EVIDENCE,
         "its step is not"},
        {HANG_LINES, WITH(HANG_STEP, "{'arguments': {'from': '/tmp/a', 'to': '/tmp/b%'}}"),
         HANG_EVIDENCE, "its step is not"},
        {HANG_LINES, HANG_STEP, WITH(HANG_EVIDENCE, "{'early': {}}"), "waits could not"},
        {HANG_LINES, HANG_STEP, WITH(HANG_EVIDENCE, "{'threads': []}"), "has no thread"},
        {CALL_LINES, HANG_STEP, HANG_EVIDENCE, "comes to stall"},
        {"[]", HANG_STEP, HANG_EVIDENCE, "comes to no_start"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_JSON json_t *cell = make_cell("hang", rows[i][0], "shape", "'control_block'");
        assert_int_equal(json_object_set_new(cell, "step", parse_with(rows[i][1])), 0);
        assert_int_equal(json_object_set_new(cell, "evidence", parse_with(rows[i][2])), 0);
        assert_int_equal(json_object_set_new(cell, "rename_ms", json_null()), 0);
        assert_int_equal(json_object_set_new(cell, "duration_ms", json_integer(1100)), 0);
        assert_doubt(cell, rows[i][3]);
    }
}

/* What the runner writes decoded is compared with what the journal has encoded. */
static void a_value_is_compared_decoded(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        {"{'from': '/a b', 'to': '/c%', 'cut': '/d', 'none': ''}", NULL},
        {"{'from': '/a b', 'to': '/c%', 'cut': '/d'}", "its step is not"},
        {"{'from': '/a b', 'to': '/c%', 'cut': '/d%+', 'none': ''}", "its step is not"},
        {"{'from': '/a%20b', 'to': '/c%', 'cut': '/d', 'none': ''}", "its step is not"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        CLEANUP_JSON json_t *cell =
            make_cell("hang",
                      "[" HANG_BEGIN "," FS
                      ",{'ms': 3, 'line': 'enter rename from=/a%20b to=/c%25 cut=/d%+ none='}]",
                      "shape", "'control_block'");
        json_t *step = parse(HANG_STEP);
        assert_int_equal(json_object_set_new(step, "arguments", parse(rows[i][0])), 0);
        assert_int_equal(json_object_set_new(cell, "step", step), 0);
        assert_int_equal(json_object_set_new(cell, "evidence", parse(HANG_EVIDENCE)), 0);
        assert_int_equal(json_object_set_new(cell, "rename_ms", json_null()), 0);
        assert_int_equal(json_object_set_new(cell, "duration_ms", json_integer(1100)), 0);
        assert_doubt(cell, rows[i][1]);
    }
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
        const char *fault = control_fault(cell);
        if (fault == NULL || rows[i][3] == NULL)
            assert_ptr_equal(fault, rows[i][3]);
        else
            assert_non_null(strstr(fault, rows[i][3]));
    }
}

static void a_fail_is_doubted(void **state)
{
    (void)state;
    expect("fail", FAIL_LINES, "step", FAIL_STEP, NULL);
    expect("fail", FAIL_LINES, NULL, NULL, "its step is not");
    expect("fail", PASS_LINES, NULL, NULL, "comes to pass");
    expect("fail", "[" BEGIN "," FS "," ENTER "," LEAVE "," HELD "," END_FAIL "]", NULL, NULL,
           "end counts 1 checks, 1 of them broken");
    expect("fail", FAIL_LINES, "shape", "'no_such_shape'", "no shape");
}

int test_cell_doubt(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_pass_is_doubted_for_its_keys),
        cmocka_unit_test(a_pass_is_doubted_for_its_journal),
        cmocka_unit_test(an_odd_inode_is_doubted_where_nobody_tells_of_it),
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
