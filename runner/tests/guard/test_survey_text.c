/* SPDX-License-Identifier: MIT */
/* survey_text and its like: what the text of a harness says that it reads. */
#include "guard/survey/text.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct row {
    enum source_language language;
    const char *text;
    const char *variables; /* in order, each followed by a space */
    bool built;
};

static const struct row rows[] = {
    {SOURCE_PYTHON, "os.environ.get('A_B', '')", "A_B ", false},
    {SOURCE_PYTHON, "os.environ.get(\n    \"A\",\n)", "A ", false},
    {SOURCE_PYTHON, "os.environ[\"A\"]", "A ", false},
    {SOURCE_PYTHON, "os.environ['A'] == '1'", "A ", false},
    {SOURCE_PYTHON, "os.environ['A'] = '1'", "", false},
    {SOURCE_PYTHON, "os.environ.pop('A', None)", "A ", false},
    {SOURCE_PYTHON, "if 'A' in os.environ: pass", "A ", false},
    {SOURCE_PYTHON, "if \"A\" not in  environ: pass", "A ", false},
    {SOURCE_PYTHON, "os.getenv('A') or getenv(\"B\")", "A B ", false},
    {SOURCE_PYTHON, "x = 'lower'; os.environ.get('lower')", "lower ", false},
    {SOURCE_PYTHON, "'A_B'", "", false},
    {SOURCE_PYTHON, "env = os.environ\nenv.get('A_B')\nenv['C'] = 'DD'", "A_B DD ", true},
    {SOURCE_PYTHON, "N = 'A_B'\nos.environ.get(N)", "A_B ", true},
    {SOURCE_PYTHON, "os.environ.get(f'A_{x}')", "", true},
    {SOURCE_PYTHON, "dict(os.environ, A='1')", "", true},
    {SOURCE_PYTHON, "os.path.expandvars('$A/x')", "A ", false},
    {SOURCE_SHELL, "echo $A ${B:-1} \"${C}\" ${#D}", "A B C D ", false},
    {SOURCE_SHELL, "echo $1 ${2:-} $? $# $$ $@ $PWD", "", false},
    {SOURCE_SHELL, "# $A\n  # ${B}\n", "", false},
    {SOURCE_SHELL, "A=1\necho $A", "", false},
    {SOURCE_SHELL, "A=${A:-1}\necho $A", "A ", false},
    {SOURCE_SHELL, "[ -z \"$X\" ] || A=1\necho $A", "X A ", false},
    {SOURCE_SHELL, "if true; then a=1; fi\necho $a", "", false},
    {SOURCE_SHELL, "for item in 1 2; do\necho $item\ndone", "", false},
    {SOURCE_SHELL, "echo ${!A}", "A ", true},
    {SOURCE_SHELL, "printenv A", "A ", false},
    {SOURCE_SHELL, "printenv -0 A_B \"C\" | x", "A_B C ", false},
    {SOURCE_SHELL, "printenv >x", "", true},
    {SOURCE_SHELL, "x=$(env | grep '^CI_X=')\ny", "CI_X ", true},
    {SOURCE_SHELL, "case $(env) in *CI=1*) x;; esac", "CI ", true},
    {SOURCE_SHELL, "env A=1 program; set -eu; export B=1", "", false},
    {SOURCE_SHELL, "set | grep -q ^CI", "CI ", true},
    {SOURCE_SHELL, "export -p | grep CI", "CI ", true},
    {SOURCE_SHELL, "test -v ci_x && [ -v B ] || [[ -v C ]]", "ci_x B C ", false},
    {SOURCE_SHELL, "grep -v A file", "", false},
    {SOURCE_SHELL, "declare -p a_b C 2>/dev/null", "a_b C ", false},
    {SOURCE_SHELL, "declare -p | grep CI", "CI ", true},
    {SOURCE_SHELL, "declare -a list; typeset x", "", false},
    {SOURCE_SHELL, "awk 'BEGIN { print ENVIRON[\"CI\"] }'", "CI ", true},
    {SOURCE_SHELL, "grep -z ^CI= /proc/self/environ", "", true},
    {SOURCE_SHELL, "python3 -c 'import os; os.environ[\"CI\"]'", "CI ", false},
    {SOURCE_MAKE, "ifdef CI\nendif\nifeq ($(origin A),x)", "CI A ", false},
    {SOURCE_PYTHON, "os.system('test \"$CI\"'); run('printenv A', shell=True)", "CI A ", false},
    {SOURCE_PYTHON, "run(x, env=env, shell=False); set(a)", "", false},
    {SOURCE_PYTHON, "open('/proc/self/environ').read()", "", true},
    {SOURCE_PYTHON, "from os import environ as e\ne.get('ab_c')", "ab_c ", true},
    {SOURCE_PYTHON, "e = os.environ\nif 'ab_c' in e: pass", "ab_c ", true},
    {SOURCE_PYTHON, "get = os.environ.get\nget('ab_c')", "ab_c ", true},
    {SOURCE_PYTHON, "from os import getenv as g\ng('ab_c')", "ab_c ", true},
    {SOURCE_PYTHON, "import os as o\no.environ.get('ab_c')", "ab_c ", false},
    {SOURCE_PYTHON, "r = run(x, env=os.environ)\nr['ab_c']", "", true},
    {SOURCE_MAKE, "x:\n\techo $(A) ${B} $$c $@ $(call f,x)", "A B ", false},
};

/* Writes the names one behind the other, each followed by a space. */
static void join(const struct string_list *names, char *out, size_t size)
{
    size_t used = 0;
    out[0] = '\0';
    for (size_t i = 0; i < names->count; i++)
        used += (size_t)snprintf(out + used, size - used, "%s ", names->items[i]);
}

static void names_are_found_in_every_form(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct text_names names = {.built = false};
        char found[256];
        assert_int_equal(survey_text(rows[i].text, rows[i].language, &names), 0);
        join(&names.variables, found, sizeof found);
        if (strcmp(found, rows[i].variables) != 0 || names.built != rows[i].built)
            fail_msg("%s: '%s', %d", rows[i].text, found, (int)names.built);
        text_names_free(&names);
    }
}

static void options_are_those_of_its_own_command_line(void **state)
{
    (void)state;
    static const struct row options[] = {
        {SOURCE_PYTHON, "p.add_argument('-f', \"--fast-way\", type=int)", "-f --fast-way ", false},
        {SOURCE_PYTHON, "p.add_argument(\n    '--fast',\n)", "--fast ", false},
        {SOURCE_PYTHON, "p.add_argument('module')", "", false},
        {SOURCE_PYTHON, "if '--fast' in sys.argv: pass", "--fast ", false},
        {SOURCE_PYTHON, "if argument == \"--fast\": pass", "--fast ", false},
        {SOURCE_PYTHON, "run(['nanvixd', '-ramfs', 'x', '--', '-B'])", "", false},
        {SOURCE_SHELL, "case $1 in\n-f|--fast) x;;\n --to=*) y;;\nesac", "-f --fast --to ", false},
        {SOURCE_SHELL, "[ \"$1\" = --fast ] || [ \"$2\" = \"--slow\" ]", "--fast --slow ", false},
        {SOURCE_SHELL, "./bin/nanvixd.elf -ramfs x -- y -B", "", false},
        {SOURCE_SHELL, "options=\"-B\"; [ -n \"$x\" ]", "", false},
        {SOURCE_SHELL, "while getopts \":ab:c\" o; do :; done", "-a -b -c ", false},
        {SOURCE_SHELL, "getopts fx option", "-f -x ", false},
        {SOURCE_SHELL, "x=$(getopt -o ab: --long one,two-x: -- \"$@\")", "-a -b --one --two-x ",
         false},
        {SOURCE_SHELL, "case $1 in\nfast|slow) x;;\n  help) y ;;\n*) z;;\nesac", "fast slow help ",
         false},
        {SOURCE_SHELL, "case \"${1:-}\" in (fast) x;; esac", "fast ", false},
        {SOURCE_SHELL, "for a in \"$@\"; do case $a in fast) x;; esac; done", "fast ", false},
        {SOURCE_SHELL, "mode=$1\ncase $mode in fast) x;; esac", "fast ", false},
        {SOURCE_SHELL, "case $mode in fast) x;; esac", "", false},
        {SOURCE_SHELL, "[ \"$1\" = fast ] || [[ $2 == \"slow\" ]]", "fast slow ", false},
        {SOURCE_PYTHON, "if sys.argv[1] == 'fast': pass", "fast ", false},
        {SOURCE_PYTHON, "if 'fast' in sys.argv[1:]: pass", "fast ", false},
        {SOURCE_PYTHON, "if \"fast\" not in argv: pass", "fast ", false},
        {SOURCE_PYTHON, "if sys.argv[1] in ('fast', \"slow\"): pass", "fast slow ", false},
        {SOURCE_PYTHON, "getopt.getopt(sys.argv[1:], 'ab:', ['one=', 'two'])", "-a -b --one --two ",
         false},
    };
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        struct text_names names = {.built = false};
        char found[256];
        assert_int_equal(survey_text(options[i].text, options[i].language, &names), 0);
        join(&names.options, found, sizeof found);
        if (strcmp(found, options[i].variables) != 0)
            fail_msg("%s: '%s'", options[i].text, found);
        text_names_free(&names);
    }
}

static size_t count_modules(const char *text, enum source_language language)
{
    struct text_names names = {.built = false};
    assert_int_equal(survey_text(text, language, &names), 0);
    size_t count = names.modules.count;
    text_names_free(&names);
    return count;
}

static void modules_are_told_from_other_words(void **state)
{
    (void)state;
    assert_int_equal(count_modules("['test_a', \"test_b\", 'test_a']", SOURCE_PYTHON), 2);
    assert_int_equal(count_modules("test_list = x.test_a('test_')", SOURCE_PYTHON), 0);
    assert_int_equal(count_modules("case \" $* \" in *\" test_a \"*)", SOURCE_SHELL), 1);
    assert_int_equal(count_modules("set -- test_a test_b; test_src=1", SOURCE_SHELL), 2);
    assert_int_equal(count_modules("# test_a\nrun $test_b ./test_c.py", SOURCE_SHELL), 0);
}

static void a_limit_is_timeouts_only_where_it_is_called(void **state)
{
    (void)state;
    static const char *const yes[] = {"timeout 600 ./x", "timeout -k 5 60 x",
                                      "timeout \"$limit\" x", "x = [\"timeout\", \"600\", y]",
                                      "timeout $T ./x"};
    static const char *const no[] = {"run(x, timeout=600)", "the timeout in seconds",
                                     "--timeout 120",       "# timeout 600 ./x",
                                     "timeouts 5",          ""};
    for (size_t i = 0; i < sizeof yes / sizeof yes[0]; i++)
        assert_true(text_uses_timeout_program(yes[i]));
    for (size_t i = 0; i < sizeof no / sizeof no[0]; i++)
        assert_false(text_uses_timeout_program(no[i]));
}

static void a_start_is_told_by_its_line(void **state)
{
    (void)state;
    assert_int_equal(text_line_of_start("a\n# nanvixd\n./bin/nanvixd.elf -- x\n"), 3);
    assert_int_equal(text_line_of_start("mkimage"), 1);
    assert_int_equal(text_line_of_start("a\n  # mkimage\n"), 0);
    assert_int_equal(text_line_of_start(""), 0);
}

int test_survey_text(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_found_in_every_form),
        cmocka_unit_test(options_are_those_of_its_own_command_line),
        cmocka_unit_test(modules_are_told_from_other_words),
        cmocka_unit_test(a_limit_is_timeouts_only_where_it_is_called),
        cmocka_unit_test(a_start_is_told_by_its_line),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
