/* SPDX-License-Identifier: MIT */
/* What a guest prints can't steer a terminal, break JSON or reorder a report. */
#include "base/text.h"
#include "unit.h"

#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

struct example {
    const char *from;
    const char *to;
};

static const struct example examples[] = {
    {"", ""},
    {"plain text, 100% \\ \"quoted\"", "plain text, 100% \\ \"quoted\""},
    {"\x1b[2J\x1b]0;title\a", "\\x1B[2J\\x1B]0;title\\x07"},
    {"tab\tcr\rlf\n", "tab\\x09cr\\x0Dlf\\x0A"},
    {"\x7f", "\\x7F"},
    {"\x9b[31m", "\\x9B[31m"},          /* C1 as a byte */
    {"\xc2\x9b[31m", "\\xC2\\x9B[31m"}, /* C1 as UTF-8 */
    {"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\xa7"},
    {"\xd8\x9c", "\\xD8\\x9C"}, /* Arabic letter mark */
    {"a\xe2\x80\x8b"
     "b",
     "a\\xE2\\x80\\x8B"
     "b"},                                        /* zero width space */
    {"\xe2\x80\xa8", "\\xE2\\x80\\xA8"},          /* line separator */
    {"\xef\xbb\xbf", "\\xEF\\xBB\\xBF"},          /* byte order mark */
    {"\xf3\xa0\x81\x81", "\\xF3\\xA0\\x81\\x81"}, /* tag */
    {"\xef\xbf\xbf", "\\xEF\\xBF\\xBF"},          /* noncharacter */
    {"\xff\xfe", "\\xFF\\xFE"},
    {"\xc0\xaf", "\\xC0\\xAF"}, /* overlong */
    {"\xc1\xbf", "\\xC1\\xBF"},
    {"\xe0\x9f\xbf", "\\xE0\\x9F\\xBF"},
    {"\xf0\x8f\xbf\xbf", "\\xF0\\x8F\\xBF\\xBF"},
    {"\xed\xa0\x80", "\\xED\\xA0\\x80"},          /* surrogate */
    {"\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80"}, /* beyond Unicode */
    {"\xf5\x80\x80\x80", "\\xF5\\x80\\x80\\x80"},
    {"\xc3", "\\xC3"}, /* cut */
    {"\xe2\x82", "\\xE2\\x82"},
    {"\xc3(", "\\xC3("},
    {"\xe2\x82\xc3\xa9", "\\xE2\\x82\xc3\xa9"},
};

static void examples_become_what_is_shown(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof examples[0]; i++) {
        char out[200];
        size_t length = text_sanitize(examples[i].from, strlen(examples[i].from), out, sizeof out);
        assert_string_equal(out, examples[i].to);
        assert_int_equal(length, strlen(out));
    }
}

static void assert_fit_to_show(const char *text)
{
    for (const char *byte = text; *byte != '\0'; byte++)
        assert_true((unsigned char)*byte >= 0x20 && *byte != 0x7f);
    json_t *string = json_string(text); /* refuses what is not UTF-8 */
    assert_non_null(string);
    json_decref(string);
}

static void nul_is_a_byte_like_others(void **state)
{
    (void)state;
    char out[20];
    assert_int_equal(text_sanitize("a\0b", 3, out, sizeof out), 6);
    assert_string_equal(out, "a\\x00b");
}

/* Spelled as numbers, so that no tool takes them for a trick in this file. */
static void what_changes_direction_is_escaped(void **state)
{
    (void)state;
    static const unsigned char override[] = {'a', 0xe2, 0x80, 0xae, 'b'};
    static const unsigned char isolate[] = {'a', 0xe2, 0x81, 0xa6, 'b'};
    char out[20];
    (void)text_sanitize(override, sizeof override, out, sizeof out);
    assert_string_equal(out, "a\\xE2\\x80\\xAEb");
    (void)text_sanitize(isolate, sizeof isolate, out, sizeof out);
    assert_string_equal(out, "a\\xE2\\x81\\xA6b");
}

static void every_two_bytes_are_fit_to_show(void **state)
{
    (void)state;
    for (unsigned pair = 0; pair < 0x10000; pair++) {
        unsigned char bytes[2] = {(unsigned char)(pair >> 8), (unsigned char)pair};
        char out[16];
        (void)text_sanitize(bytes, sizeof bytes, out, sizeof out);
        assert_fit_to_show(out);
    }
}

/* Every code point, as UTF-8: shown as itself or escaped as a whole. */
static void every_character_is_shown_or_escaped(void **state)
{
    (void)state;
    size_t escaped = 0;
    for (uint32_t c = 0x10000; c < 0x110000; c++) {
        char bytes[5] = {(char)(0xf0 | c >> 18), (char)(0x80 | (c >> 12 & 0x3f)),
                         (char)(0x80 | (c >> 6 & 0x3f)), (char)(0x80 | (c & 0x3f)), '\0'};
        char out[32];
        size_t length = text_sanitize(bytes, 4, out, sizeof out);
        assert_true(length == 16 || strcmp(out, bytes) == 0);
        escaped += length == 16;
    }
    assert_int_equal(escaped, 4 + 8 + 0x1000 + 2 * 16);
}

static void a_text_is_cut_at_a_whole_character(void **state)
{
    (void)state;
    static const char text[] = "ab\xe2\x82\xac"
                               "c\x1b"
                               "defghij\xf0\x9f\x90\xa7klmno";
    char whole[200];
    size_t length = text_sanitize(text, strlen(text), whole, sizeof whole);
    for (size_t room = 1; room < 60; room++) {
        char out[60];
        memset(out, '!', sizeof out);
        size_t used = text_sanitize(text, strlen(text), out, room);
        assert_int_equal(used, strlen(out));
        assert_true(used < room);
        assert_fit_to_show(out);
        size_t mark = strlen(TEXT_CUT_MARK);
        if (length < room)
            assert_string_equal(out, whole);
        else if (room > mark)
            assert_string_equal(out + used - mark, TEXT_CUT_MARK);
        for (size_t i = room; i < sizeof out; i++)
            assert_int_equal(out[i], '!');
    }
    assert_int_equal(text_sanitize(text, strlen(text), NULL, 0), 0);
}

int test_text(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_become_what_is_shown),
        cmocka_unit_test(nul_is_a_byte_like_others),
        cmocka_unit_test(what_changes_direction_is_escaped),
        cmocka_unit_test(every_two_bytes_are_fit_to_show),
        cmocka_unit_test(every_character_is_shown_or_escaped),
        cmocka_unit_test(a_text_is_cut_at_a_whole_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
