/* SPDX-License-Identifier: MIT */
/* What a misspelt word is taken for, and when nothing is. */
#include "base/nearest.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const char *const names[] = {
    "run",       "report",           "native",         "uml-fat",
    "uml-fat12", "replace_existing", "subdir_sibling", "subdir_to_root"};

static const struct row {
    const char *word;
    const char *hint;
} rows[] = {
    {"rnu", "; did you mean run?"},
    {"ru", "; did you mean run?"},
    {"runn", "; did you mean run?"},
    {"natvie", "; did you mean native?"},
    {"nativ", "; did you mean native?"},
    {"uml-fat2", "; did you mean uml-fat?"},
    {"subdir-sibling", "; did you mean subdir_sibling?"},
    {"subdir_to_rot", "; did you mean subdir_to_root?"},
    {"replace", "; did you mean replace_existing?"},
    {"", ""},
    {"x", ""},
    {"gate", ""},
    {"rename_everything", ""},
    {"0123456789012345678901234567890123456789012345678901234567890123456789", ""},
};

static void test_hints(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct nearest nearest = {.word = rows[i].word};
        for (size_t j = 0; j < sizeof names / sizeof names[0]; j++)
            nearest_offer(&nearest, names[j]);
        assert_string_equal(nearest.hint, rows[i].hint);
    }
}

int test_nearest(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_hints)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
