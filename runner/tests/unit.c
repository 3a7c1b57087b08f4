/* SPDX-License-Identifier: MIT */
/* The program of the unit tests: `unit` runs all of them, `unit NAME...` those of some files. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct group {
    const char *name;
    int (*run)(void);
};

static const struct group groups[] = {
#define UNIT_TESTS(name) {#name, name},
#include "unit_list.h"
#undef UNIT_TESTS
};
enum { GROUP_COUNT = sizeof groups / sizeof groups[0] };

static int run_all(void)
{
    int failed = 0;
    for (size_t i = 0; i < GROUP_COUNT; i++)
        failed += groups[i].run() != 0;
    return failed;
}

/* A name that is none must not look like tests that passed. */
static int run_named(const char *name)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (strcmp(groups[i].name, name) == 0)
            return groups[i].run() != 0;
    (void)fprintf(stderr, "unit: there is no '%s' among the %d groups\n", name, (int)GROUP_COUNT);
    return 1;
}

int main(int argc, char **argv)
{
    /* This program is not where the product is, so it is told where the data are (data_dir.h). */
    if (setenv("RENAME_ORACLE_DATA", RO_TEST_DATA, 0) != 0)
        return 1;
    int failed = argc == 1 ? run_all() : 0;
    for (int i = 1; i < argc; i++)
        failed += run_named(argv[i]);
    return failed == 0 ? 0 : 1;
}
