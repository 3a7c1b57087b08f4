/* SPDX-License-Identifier: MIT */
/*
 * Digests are SHA-256 (the standard's own examples), and a document's digest depends on what it
 * says, not on how it is laid out.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/digest.h"
#include "unit.h"

#include <stdlib.h>
#include <string.h>

static const char abc[] = "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

static void test_bytes(void **state)
{
    (void)state;
    char out[DIGEST_SIZE];
    digest_bytes("abc", 3, out);
    assert_string_equal(out, abc);
    digest_bytes("", 0, out);
    assert_string_equal(out,
                        "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void test_file(void **state)
{
    (void)state;
    char path[] = "/tmp/ro-digest-XXXXXX";
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "abc", 3), 3);
    assert_int_equal(close(fd), 0);
    struct error error = ERROR_INIT;
    char out[DIGEST_SIZE];
    assert_int_equal(digest_file(path, out, &error), 0);
    assert_string_equal(out, abc);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(digest_file(path, out, &error), -1);
    assert_string_equal(error.where, path);
    error = (struct error)ERROR_INIT;
    assert_int_equal(digest_file("/tmp", out, &error), -1);
    assert_int_equal(error.code, ERROR_INPUT);
}

static void test_canonical_text(void **state)
{
    (void)state;
    CLEANUP_JSON json_t *value = json_loads(
        "{ \"b\" : [1, 2.50, 12.345, -0.0, 1e20, 1e-7], \"a\": \"\\u00e9\\n\\u001f/\" }", 0, NULL);
    CLEANUP_FREE char *text = json_canonical_dump(value);
    assert_string_equal(text, "{\"a\":\"\\u00E9\\n\\u001F/\",\"b\":[1,2.5,12.345,-0.0,1e20,1e-7]}");
}

static void document_digest_of(const char *text, char out[DIGEST_SIZE])
{
    struct error error = ERROR_INIT;
    CLEANUP_JSON json_t *document = json_loads(text, 0, NULL);
    assert_int_equal(document_digest(document, out, &error), 0);
}

static void test_document_digest_covers_all_but_itself(void **state)
{
    (void)state;
    char plain[DIGEST_SIZE];
    char other[DIGEST_SIZE];
    document_digest_of("{\"a\": 1, \"b\": {\"digest\": 2}}", plain);
    digest_bytes("{\"a\":1,\"b\":{\"digest\":2}}", 24, other);
    assert_string_equal(plain, other);
    document_digest_of("{\"digest\": \"x\", \"b\":{\"digest\":2},\"a\":1}", other);
    assert_string_equal(plain, other);
    document_digest_of("{\"a\": 1, \"b\": {\"digest\": 3}}", other);
    assert_string_not_equal(plain, other);
    document_digest_of("{\"a\": 1.0, \"b\": {\"digest\": 2}}", other);
    assert_string_not_equal(plain, other);
}

static void test_sealing_does_not_depend_on_an_old_seal(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    CLEANUP_JSON json_t *document = json_loads("{\"a\": 1, \"digest\": \"old\"}", 0, NULL);
    char digest[DIGEST_SIZE];
    assert_int_equal(document_seal(document, &error), 0);
    assert_int_equal(document_digest(document, digest, &error), 0);
    assert_string_equal(json_string_value(json_object_get(document, "digest")), digest);
    CLEANUP_JSON json_t *array = json_array();
    assert_int_equal(document_seal(array, &error), -1);
    assert_int_equal(error.code, ERROR_INTERNAL);
}

int test_digest(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_file),
        cmocka_unit_test(test_canonical_text),
        cmocka_unit_test(test_document_digest_covers_all_but_itself),
        cmocka_unit_test(test_sealing_does_not_depend_on_an_old_seal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
