/* SPDX-License-Identifier: MIT */
/* Whom a tree waits for: a false answer either calls a neighbour's hang its own, or hides its own.
 */
#include "run/cell/behind.h"

#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

enum {
    OTHER = 1 << KERNEL_WAIT_OTHER,
    LOCK = 1 << KERNEL_WAIT_NAME_LOCK,
    ASKS = 1 << KERNEL_WAIT_FILE_SYSTEM,
    UNSEEN = 1 << KERNEL_WAIT_UNSEEN,
};

struct row {
    const char *name;
    int expected; /* the number of the bystander, from 1; 0: nobody */
    unsigned own;
    bool unseen_sleep;
    const char *device;
    struct bystander others[3];
};

static const struct row rows[] = {
    {"behind one that asks", 1, LOCK, false, "0:1", {{.device = "0:1", .waits = ASKS}}},
    {"a VM of which one thread waits",
     1,
     LOCK | OTHER,
     false,
     "0:1",
     {{.device = "0:1", .waits = ASKS | OTHER}}},
    {"its own thread asks", 0, LOCK | ASKS, false, "0:1", {{.device = "0:1", .waits = ASKS}}},
    {"it asks, and so does another", 0, ASKS, false, "0:1", {{.device = "0:1", .waits = ASKS}}},
    {"nobody is there", 0, LOCK, false, "0:1", {{0}}},
    {"another file system's", 0, LOCK, false, "0:1", {{.device = "0:2", .waits = ASKS}}},
    {"of a file system that is not known", 0, LOCK, false, "", {{.device = "", .waits = ASKS}}},
    {"others only wait as well: nobody is known to hold the lock",
     0,
     LOCK,
     false,
     "0:1",
     {{.device = "0:1", .waits = LOCK}, {.device = "0:1", .waits = OTHER}}},
    {"behind the one that asks",
     2,
     LOCK,
     false,
     "0:1",
     {{.device = "0:1", .waits = LOCK}, {.device = "0:1", .waits = ASKS}}},
    {"rather one that asks than one that can't be seen",
     2,
     LOCK,
     false,
     "0:1",
     {{.device = "0:1", .waits = UNSEEN}, {.device = "0:1", .waits = ASKS}}},
    {"one that can't be seen", 1, LOCK, false, "0:1", {{.device = "0:1", .waits = UNSEEN}}},
    {"nothing can be seen", 1, UNSEEN, true, "0:1", {{.device = "0:1", .waits = UNSEEN}}},
    {"nothing can be seen, and nobody is there", 0, UNSEEN, true, "0:1", {{0}}},
    {"nothing can be seen, but no lock is waited for like this",
     0,
     UNSEEN,
     false,
     "0:1",
     {{.device = "0:1", .waits = UNSEEN}}},
    {"it waits for something else", 0, OTHER, false, "0:1", {{.device = "0:1", .waits = ASKS}}},
};

static void everybody_waits_for_the_right_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const struct row *row = &rows[i];
        const struct bystander *found =
            behind_decide(row->own, row->unseen_sleep, row->device, row->others, 3);
        int number = found == NULL ? 0 : (int)(found - row->others) + 1;
        if (number != row->expected)
            fail_msg("%s: %d instead of %d", row->name, number, row->expected);
    }
}

int test_behind(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_waits_for_the_right_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
