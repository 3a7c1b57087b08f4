/* SPDX-License-Identifier: MIT */
/* Which of two releases is newer, and which can't be compared: no guess may let a fix count. */
#include "gate/evidence/release.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static enum release_order reversed(enum release_order order)
{
    if (order == RELEASE_OLDER)
        return RELEASE_NEWER;
    return order == RELEASE_NEWER ? RELEASE_OLDER : order;
}

static void every_pair_has_its_order(void **state)
{
    (void)state;
    static const struct {
        const char *left;
        const char *right;
        enum release_order order;
    } rows[] = {
        {"v1.2", "v1.2", RELEASE_SAME},
        {"v1.2", "1.2.0", RELEASE_SAME},
        {"v1.2-rc1", "1.2.0-rc1", RELEASE_SAME},
        {"nightly", "nightly", RELEASE_SAME},
        {"v0.9", "v0.10", RELEASE_OLDER},
        {"v1.2", "v1.2.1", RELEASE_OLDER},
        {"v1.2-rc1", "v1.3", RELEASE_OLDER},
        {"v1.2-rc1", "v1.2", RELEASE_INCOMPARABLE},
        {"v1.2+a", "v1.2~a", RELEASE_INCOMPARABLE},
        {"v1.2", "nightly", RELEASE_INCOMPARABLE},
        {"v1.2", "", RELEASE_INCOMPARABLE},
        {"v1.2", "v1", RELEASE_INCOMPARABLE},
        {"v1.2", "v1.", RELEASE_INCOMPARABLE},
        {"v1.2", "v1.3x", RELEASE_INCOMPARABLE},
        {"v1.2", "v1.1000000000", RELEASE_INCOMPARABLE},
        {"v1.2", "v1.999999999", RELEASE_OLDER},
        {"v1.2.3.4.5.6.7", "v1.2.3.4.5.6.7.8", RELEASE_OLDER},
        {"v1.2", "v1.2.3.4.5.6.7.8.9", RELEASE_INCOMPARABLE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_int_equal(release_order(rows[i].left, rows[i].right), rows[i].order);
        assert_int_equal(release_order(rows[i].right, rows[i].left), reversed(rows[i].order));
    }
}

int test_release(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_has_its_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
