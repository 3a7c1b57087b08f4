/* SPDX-License-Identifier: MIT */
/*
 * python_command_parse against a table of command lines. What CPython really does with each was
 * looked up in the interpreter: `python3 ARGUMENTS` with sys.dont_write_bytecode printed.
 */
#include "guard/judging/python_command.h"
#include "guard/string_list.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

struct row {
    const char *arguments; /* separated by '|' */
    const char *environment;
    enum python_deed deed;
    bool option;
    bool variable;
};

#define ON "PYTHONDONTWRITEBYTECODE=1"
#define IS(value) "PYTHONDONTWRITEBYTECODE=" value

static const struct row rows[] = {
    {"", "", PYTHON_RUNS, false, false},
    {"-B", "", PYTHON_RUNS, true, false},
    {"-B|-m|test", "", PYTHON_RUNS, true, false},
    {"-m|test|-B", "", PYTHON_RUNS, false, false},
    {"-m|-B", "", PYTHON_RUNS, false, false},
    {"-mtest|-B", "", PYTHON_RUNS, false, false},
    {"-mB", "", PYTHON_RUNS, false, false},
    {"-Bm|test", "", PYTHON_RUNS, true, false},
    {"-Bmtest", "", PYTHON_RUNS, true, false},
    {"-smB", "", PYTHON_RUNS, false, false},
    {"-c|pass|-B", "", PYTHON_RUNS, false, false},
    {"-cpass|-B", "", PYTHON_RUNS, false, false},
    {"-cB", "", PYTHON_RUNS, false, false},
    {"-Bc|pass", "", PYTHON_RUNS, true, false},
    {"script.py|-B", "", PYTHON_RUNS, false, false},
    {"-B|script.py", "", PYTHON_RUNS, true, false},
    {"-|-B", "", PYTHON_RUNS, false, false},
    {"-B|-", "", PYTHON_RUNS, true, false},
    {"--|-B", "", PYTHON_RUNS, false, false},
    {"-B|--|script.py", "", PYTHON_RUNS, true, false},
    {"-sB", "", PYTHON_RUNS, true, false},
    {"-Bs", "", PYTHON_RUNS, true, false},
    {"-bBdEiIOPqRsSuvx", "", PYTHON_RUNS, true, false},
    {"-b", "", PYTHON_RUNS, false, false},
    {"-WB", "", PYTHON_RUNS, false, false},
    {"-W|B", "", PYTHON_RUNS, false, false},
    {"-W|-B", "", PYTHON_RUNS, false, false},
    {"-W|-B|-B", "", PYTHON_RUNS, true, false},
    {"-sW|-B", "", PYTHON_RUNS, false, false},
    {"-BW|error", "", PYTHON_RUNS, true, false},
    {"-XB", "", PYTHON_RUNS, false, false},
    {"-X|-B|-m|test", "", PYTHON_RUNS, false, false},
    {"-X|utf8|-B|-m|test", "", PYTHON_RUNS, true, false},
    {"--check-hash-based-pycs|-B", "", PYTHON_RUNS, false, false},
    {"--check-hash-based-pycs|never|-B", "", PYTHON_RUNS, true, false},
    {"-s-check-hash-based-pycs|-B|-B", "", PYTHON_RUNS, true, false},
    {"--check-hash-based-pycs=never|-B", "", PYTHON_REFUSES, false, false},
    {"--check-hash-based-pycs", "", PYTHON_REFUSES, false, false},
    {"--unheard-of|-B", "", PYTHON_REFUSES, false, false},
    {"-Z|-B", "", PYTHON_REFUSES, false, false},
    {"-J|-B", "", PYTHON_REFUSES, false, false},
    {"-:|-B", "", PYTHON_REFUSES, false, false},
    {"-B|-Z", "", PYTHON_REFUSES, true, false},
    {"-m", "", PYTHON_REFUSES, false, false},
    {"-W", "", PYTHON_REFUSES, false, false},
    {"-h", "", PYTHON_PRINTS, false, false},
    {"-?", "", PYTHON_PRINTS, false, false},
    {"-V", "", PYTHON_PRINTS, false, false},
    {"-VV", "", PYTHON_PRINTS, false, false},
    {"--version", "", PYTHON_PRINTS, false, false},
    {"--help", "", PYTHON_PRINTS, false, false},
    {"--help-all", "", PYTHON_PRINTS, false, false},
    {"-m|test|--version", "", PYTHON_RUNS, false, false},
    {"-m|test|-V", "", PYTHON_RUNS, false, false},
    {"script.py|--help", "", PYTHON_RUNS, false, false},
    {"-m|test", ON, PYTHON_RUNS, false, true},
    {"-B|-m|test", ON, PYTHON_RUNS, true, true},
    {"-E|-m|test", ON, PYTHON_RUNS, false, false},
    {"-I|-m|test", ON, PYTHON_RUNS, false, false},
    {"-sE|-m|test", ON, PYTHON_RUNS, false, false},
    {"-m|test|-E", ON, PYTHON_RUNS, false, true},
    {"-WE|-m|test", ON, PYTHON_RUNS, false, true},
    {"-B|-E|-m|test", ON, PYTHON_RUNS, true, false},
    {"-m|test", IS(""), PYTHON_RUNS, false, false},
    {"-m|test", IS("0"), PYTHON_RUNS, false, false},
    {"-m|test", IS("00"), PYTHON_RUNS, false, false},
    {"-m|test", IS("-0"), PYTHON_RUNS, false, false},
    {"-m|test", IS("+0"), PYTHON_RUNS, false, false},
    {"-m|test", IS("2"), PYTHON_RUNS, false, true},
    {"-m|test", IS("-2"), PYTHON_RUNS, false, true},
    {"-m|test", IS("x"), PYTHON_RUNS, false, true},
    {"-m|test", IS("0x"), PYTHON_RUNS, false, true},
    {"-m|test", IS("99999999999999999999"), PYTHON_RUNS, false, true},
    {"-m|test", "PYTHONDONTWRITEBYTECODE", PYTHON_RUNS, false, false},
    {"-m|test", "pythondontwritebytecode=1", PYTHON_RUNS, false, false},
    {"-m|test", "XPYTHONDONTWRITEBYTECODE=1", PYTHON_RUNS, false, false},
    {"-m|test", "PYTHONDONTWRITEBYTECODEX=1", PYTHON_RUNS, false, false},
    {"-m|test", "PYTHONPYCACHEPREFIX=/tmp", PYTHON_RUNS, false, false},
    {"-m|test", ON "|" IS(""), PYTHON_RUNS, false, false},
    {"-m|test", IS("") "|" ON, PYTHON_RUNS, false, false},
    {"-m|test", "A=1|" ON "|B=2", PYTHON_RUNS, false, true},
};

static void split(const char *text, struct string_list *out)
{
    while (*text != '\0') {
        int length = (int)strcspn(text, "|");
        assert_int_equal(string_list_add_format(out, "%.*s", length, text), 0);
        text += length + (text[length] == '|' ? 1 : 0);
    }
}

static struct python_command parse(const char *arguments, const char *environment)
{
    struct string_list argv = {0};
    struct string_list env = {0};
    split(arguments, &argv);
    split(environment, &env);
    struct python_command command = python_command_parse(argv.count, string_list_view(&argv),
                                                         env.count, string_list_view(&env));
    string_list_free(&argv);
    string_list_free(&env);
    return command;
}

static void every_row_is_read_as_cpython_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct python_command command = parse(rows[i].arguments, rows[i].environment);
        if (command.deed != rows[i].deed || command.option != rows[i].option ||
            command.environment != rows[i].variable)
            fail_msg("'%s' with '%s': deed %d, option %d, variable %d", rows[i].arguments,
                     rows[i].environment, (int)command.deed, command.option, command.environment);
        assert_int_equal(python_command_is_protected(&command), rows[i].option || rows[i].variable);
    }
}

static void what_looks_like_protection_gets_a_hint(void **state)
{
    (void)state;
    assert_non_null(strstr(parse("-m|test|-B", "").hint, "stands behind"));
    assert_non_null(strstr(parse("-WB|-m|test", "").hint, "argument of another option"));
    assert_non_null(strstr(parse("-E", ON).hint, "-E or -I"));
    assert_non_null(strstr(parse("", IS("0")).hint, "empty or 0"));
    assert_non_null(strstr(parse("", "PYTHONPYCACHEPREFIX=x").hint, "only moves"));
    assert_null(parse("-m|test", "").hint);
    assert_null(parse("-B|-m|test|-B", "").hint);
}

static void interpreters_are_known_by_their_names(void **state)
{
    (void)state;
    static const char *const yes[] = {"python",      "./bin/python3.12", "/bin/python3.12.elf",
                                      "python3.exe", "PYTHON.EXE",       "./bin/nanvix-python3",
                                      "micropython"};
    static const char *const no[] = {"",           "./bin/hello.elf", "python/hello.elf",
                                     "python.img", "run-python.py",   "pytho"};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(python_is_interpreter_path(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(python_is_interpreter_path(no[i]));
}

int test_python_command(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_is_read_as_cpython_does),
        cmocka_unit_test(what_looks_like_protection_gets_a_hint),
        cmocka_unit_test(interpreters_are_known_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
