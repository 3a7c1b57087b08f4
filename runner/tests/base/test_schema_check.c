/* SPDX-License-Identifier: MIT */
/*
 * Every keyword of a schema is enforced, the first violation is told with its place, and a schema
 * with a keyword that nobody implemented is refused rather than half obeyed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/schema_check.h"
#include "base/schemas.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static int check(const char *schema, const char *text, struct error *error)
{
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    *error = (struct error)ERROR_INIT;
    assert_int_equal(json_source_parse(&source, "t", text, strlen(text), error), 0);
    return json_source_check(&source, schema, error);
}

static void test_each_keyword(void **state)
{
    (void)state;
    /* The schema stands for the items of an array: good ones, then bad ones. */
    static const struct {
        const char *schema, *good, *bad;
    } cases[] = {
        {"{\"type\":\"integer\"}", "1 -5", "1.0 \"1\" null true [] {}"},
        {"{\"type\":\"number\"}", "1 2.5", "\"1\" null"},
        {"{\"type\":[\"string\",\"null\"]}", "\"\" null", "1 false [] {}"},
        {"{\"type\":\"boolean\"}", "true false", "null 0"},
        {"{\"const\":\"x\"}", "\"x\"", "\"y\" 1 null"},
        {"{\"const\":{\"a\":[1]}}", "{\"a\":[1]}", "{\"a\":[2]} {}"},
        {"{\"enum\":[1,\"b\",null]}", "1 \"b\" null", "2 \"\" 1.0"},
        {"{\"pattern\":\"^[a-c]{2,3}$\"}", "\"ab\" \"abc\" 5", "\"a\" \"abca\" \"ab\\n\""},
        {"{\"pattern\":\"b|c\"}", "\"abd\" \"c\"", "\"a\" \"\""},
        {"{\"minLength\":2,\"maxLength\":3}", "\"ab\" \"\xc3\xa9\xc3\xa9\xc3\xa9\" 1",
         "\"\xc3\xa9\" \"\" \"abcd\""},
        {"{\"minimum\":2,\"maximum\":3}", "2 3 2.5 \"x\"", "1 1.999 3.001 -7"},
        {"{\"minItems\":1,\"maxItems\":2}", "[1] [1,2] {}", "[] [1,2,3]"},
        {"{\"uniqueItems\":true,\"maxItems\":9}", "[] [1,2] [1,\"1\"]", "[1,1] [{},{}] [1,2,1]"},
        {"{\"items\":{\"type\":\"null\"}}", "[] [null] 3", "[1] [null,1]"},
        {"{\"properties\":{\"a\":{\"type\":\"null\"},\"b\":{}},\"required\":[\"b\"]}",
         "{\"b\":1} {\"a\":null,\"b\":1,\"c\":1} 7", "{} {\"a\":null} {\"a\":1,\"b\":1}"},
        {"{\"additionalProperties\":false,\"properties\":{\"a\":{}}}", "{} {\"a\":1}",
         "{\"b\":1} {\"a\":1,\"A\":1}"},
        {"{\"additionalProperties\":{\"type\":\"null\"},\"properties\":{\"a\":{}}}",
         "{\"a\":1,\"b\":null}", "{\"a\":1,\"b\":1}"},
        {"{\"additionalProperties\":true}", "{\"a\":1}", ""},
        {"{\"propertyNames\":{\"pattern\":\"^a\"}}", "{} {\"ab\":1}", "{\"b\":1}"},
        {"{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"integer\"},{\"type\":\"number\",\"minimum\":"
         "5}]}",
         "null 4 5.5", "5"},
        {"{\"oneOf\":[{\"type\":\"null\"},{\"type\":\"integer\"}]}", "null 4", "\"x\" 1.5"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        for (int bad = 0; bad < 2; bad++) {
            CLEANUP_FREE char *list = strdup(bad ? cases[i].bad : cases[i].good);
            char *rest = NULL;
            for (char *word = strtok_r(list, " ", &rest); word != NULL;
                 word = strtok_r(NULL, " ", &rest)) {
                CLEANUP_FREE char *schema = NULL;
                CLEANUP_FREE char *text = NULL;
                assert_true(asprintf(&schema, "{\"items\":%s}", cases[i].schema) > 0);
                assert_true(asprintf(&text, "[%s]", word) > 0);
                struct error error;
                if (check(schema, text, &error) != (bad ? -1 : 0))
                    fail_msg("%s against %s: %s", text, schema, error.what);
                assert_int_equal(error.code, bad ? ERROR_INPUT : ERROR_NONE);
            }
        }
    }
}

static void test_places_and_words(void **state)
{
    (void)state;
    static const char schema[] =
        "{\"type\":\"object\",\"additionalProperties\":false,\"required\":[\"a\"],\"properties\":{"
        "\"a\":{\"$ref\":\"#/$defs/n\"},\"o\":{\"oneOf\":[{\"type\":\"null\"},{\"$ref\":\"#/$defs/"
        "p\"}]}},\"$defs\":{\"n\":{\"type\":\"integer\",\"minimum\":0},\"p\":{\"type\":\"object\","
        "\"properties\":{\"x~/y\":{\"type\":\"string\",\"minLength\":1},\"e\":{\"enum\":[1,2]},"
        "\"k\":{\"const\":\"v\"}}}}}";
    static const struct {
        const char *text, *where, *what;
    } cases[] = {
        {"[]", "t:1:1", "the document: must be an object"},
        {"{}", "t:1:1", "the key \"a\" is missing"},
        {"{\"a\":-1}", "t:1:6", "/a: must be at least 0"},
        {"{\"a\":1,\n \"zz\":1}", "t:2:2", "/zz: unknown key"},
        {"{\"a\":1,\"o\":{\"x~/y\":\"\"}}", "t:1:20", "/o/x~0~1y: must not be empty"},
        {"{\"a\":1,\"o\":{\"e\":3}}", "t:1:17", "/o/e: must be one of [1, 2]"},
        {"{\"a\":1,\"o\":{\"k\":3}}", "t:1:17", "/o/k: must be \"v\""},
        {"{\"a\":1,\"o\":{\"k\":\"w\"}}", "t:1:17", "/o/k: must be \"v\", not \"w\""},
        {"{\"a\":1,\"o\":7}", "t:1:12", "/o: must match exactly one of the 2 forms"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct error error;
        assert_int_equal(check(schema, cases[i].text, &error), -1);
        assert_string_equal(error.where, cases[i].where);
        if (strstr(error.what, cases[i].what) == NULL)
            fail_msg("\"%s\" does not say \"%s\"", error.what, cases[i].what);
    }
}

static void test_wrong_schemas_are_refused(void **state)
{
    (void)state;
    static const char *const schemas[] = {
        "",
        "{",
        "[]",
        "{\"minimun\":1}",
        "{\"properties\":{\"unused\":{\"format\":\"date\"}}}",
        "{\"$defs\":{\"unused\":{\"not\":{}}}}",
        "{\"$ref\":\"#/$defs/none\"}",
        "{\"$ref\":\"http://x\"}",
        "{\"type\":\"text\"}",
        "{\"type\":[\"string\",5]}",
        "{\"type\":7}",
        "{\"enum\":[]}",
        "{\"pattern\":\"a(\"}",
        "{\"pattern\":\"\\\\d\"}",
        "{\"pattern\":\"(?=a)\"}",
        "{\"pattern\":\"[[:alpha:]]\"}",
        "{\"pattern\":5}",
        "{\"minLength\":-1}",
        "{\"maxItems\":\"5\"}",
        "{\"minimum\":\"0\"}",
        "{\"maximum\":null}",
        "{\"uniqueItems\":true}",
        "{\"uniqueItems\":1}",
        "{\"items\":[]}",
        "{\"items\":{\"odd\":1}}",
        "{\"additionalProperties\":{\"odd\":1}}",
        "{\"propertyNames\":5}",
        "{\"properties\":[]}",
        "{\"required\":[\"a\"]}",
        "{\"oneOf\":[]}",
        "{\"oneOf\":[{\"odd\":1}]}",
        "{\"$ref\":\"#/$defs/a\",\"$defs\":{\"a\":{\"$ref\":\"#/$defs/a\"}}}",
    };
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct error error;
        if (check(schemas[i], "{}", &error) != -1 || error.code != ERROR_INTERNAL)
            fail_msg("taken: %s", schemas[i]);
    }
}

static void test_long_strings_do_no_harm(void **state)
{
    (void)state;
    enum { length = 4 << 20 };
    static char text[length + 5];
    memset(text, 'a', length + 4);
    text[0] = '[';
    text[1] = '"';
    text[length + 2] = '"';
    text[length + 3] = ']';
    struct error error;
    assert_int_equal(check("{\"items\":{\"pattern\":\"^[a-z_]+$\"}}", text, &error), 0);
    text[length] = '!';
    assert_int_equal(check("{\"items\":{\"pattern\":\"^[a-z_]+$\"}}", text, &error), -1);
    assert_int_equal(error.code, ERROR_INPUT);
}

static void test_built_in_schemas_compile(void **state)
{
    (void)state;
    static const char *const schemas[] = {schema_verdict_1};
    for (size_t i = 0; i < sizeof schemas / sizeof schemas[0]; i++) {
        struct error error;
        assert_int_equal(check(schemas[i], "{}", &error), -1);
        assert_int_equal(error.code, ERROR_INPUT);
        assert_string_equal(error.where, "t:1:1");
    }
}

int test_schema_check(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_keyword),
        cmocka_unit_test(test_places_and_words),
        cmocka_unit_test(test_wrong_schemas_are_refused),
        cmocka_unit_test(test_long_strings_do_no_harm),
        cmocka_unit_test(test_built_in_schemas_compile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
