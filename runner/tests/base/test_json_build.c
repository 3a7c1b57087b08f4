/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/json_build.h"
#include "base/text.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void any_byte_becomes_text(void **state)
{
    (void)state;
    struct builder builder = {0};
    CLEANUP_JSON json_t *object = build_object(&builder);
    for (int byte = 1; byte < 256; byte++) {
        const char text[] = {'a', (char)byte, 'b', '\0'};
        build_text(&builder, object, "key", text);
        const char *stored = json_string_value(json_object_get(object, "key"));
        assert_non_null(stored);
        assert_true(stored[0] == 'a' && stored[strlen(stored) - 1] == 'b');
    }
    assert_false(builder.failed);
    build_text(&builder, object, "key", "caf\xc3\xa9 \xff\x1b");
    assert_string_equal(json_string_value(json_object_get(object, "key")),
                        "caf\xc3\xa9 \\xFF\\x1B");
}

static void a_text_is_never_cut(void **state)
{
    (void)state;
    char bytes[5000];
    struct builder builder = {0};
    CLEANUP_JSON json_t *array = build_array(&builder);
    memset(bytes, 0xff, sizeof bytes - 1);
    bytes[sizeof bytes - 1] = '\0';
    build_next_text(&builder, array, bytes);
    assert_false(builder.failed);
    assert_int_equal(json_string_length(json_array_get(array, 0)),
                     (sizeof bytes - 1) * TEXT_GROWTH);
}

static void a_failure_is_remembered_to_the_end(void **state)
{
    (void)state;
    struct builder builder = {0};
    json_t *root = build_object(&builder);
    build_text(&builder, NULL, "key", "of nothing");
    build_number(&builder, root, "number", 1);
    assert_true(builder.failed);
    assert_null(build_finish(&builder, root));
}

static void only_well_formed_text_is_utf8(void **state)
{
    (void)state;
    assert_true(text_is_utf8("", 0));
    assert_true(text_is_utf8("/tmp/caf\xc3\xa9", 10));
    assert_false(text_is_utf8("/tmp/caf\xc3", 9));
    assert_false(text_is_utf8("\xff/tmp", 5));
}

int test_json_build(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_byte_becomes_text),
        cmocka_unit_test(a_text_is_never_cut),
        cmocka_unit_test(a_failure_is_remembered_to_the_end),
        cmocka_unit_test(only_well_formed_text_is_utf8),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
