/* SPDX-License-Identifier: MIT */
/* Nothing in a guest's text may hide: what a reader would not see is spelt out. */
#include "report/text/text_buffer.h"
#include "report/text/visible.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_shown(const char *text, const char *wanted)
{
    struct error error = ERROR_INIT;
    CLEANUP_TEXT_BUFFER struct text_buffer shown = {0};
    assert_int_equal(text_buffer_open(&shown, &error), 0);
    visible_write(shown.out, text);
    assert_int_equal(text_buffer_close(&shown, &error), 0);
    assert_string_equal(shown.text, wanted);
}

static void plain_text_stays(void **state)
{
    (void)state;
    assert_shown("", "");
    assert_shown(NULL, "");
    assert_shown("a \t~ Grüße 漢字 🎉", "a \t~ Grüße 漢字 🎉");
}

static void controls_are_spelt_out(void **state)
{
    (void)state;
    assert_shown("a\nb\rc", "a\\nb\\rc");
    assert_shown("\x01\x1b[31m\x7f", "\\x01\\x1b[31m\\x7f");
    assert_shown("\xc2\x85\xc2\x9b", "\\x85\\x9b"); /* C1: next line, CSI */
}

static void bidirectional_controls_are_spelt_out(void **state)
{
    (void)state;
    assert_shown("\u202e\u202c\u2066\u2069\u200f\u061c",
                 "\\u{202e}\\u{202c}\\u{2066}\\u{2069}\\u{200f}\\u{61c}");
}

static void invisible_characters_are_spelt_out(void **state)
{
    (void)state;
    assert_shown("\u200b\u2028\ufeff\u00ad\u2060", "\\u{200b}\\u{2028}\\u{feff}\\xad\\u{2060}");
    assert_shown("\U000e0041\U000e0100", "\\u{e0041}\\u{e0100}"); /* a tag, a variation selector */
    assert_shown("\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\xbf\xbe", "\\u{fffe}\\u{ffff}\\u{1fffe}");
}

static void bytes_that_are_no_utf8_are_spelt_out(void **state)
{
    (void)state;
    assert_shown("a\xff\xfe", "a\\xff\\xfe");
    assert_shown("\xc3", "\\xc3");                            /* cut short by the end */
    assert_shown("\xe2\x82g", "\\xe2\\x82g");                 /* cut short by another character */
    assert_shown("\xc0\xaf", "\\xc0\\xaf");                   /* an overlong slash */
    assert_shown("\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    assert_shown("\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    assert_shown("\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
}

int test_visible(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(controls_are_spelt_out),
        cmocka_unit_test(bidirectional_controls_are_spelt_out),
        cmocka_unit_test(invisible_characters_are_spelt_out),
        cmocka_unit_test(bytes_that_are_no_utf8_are_spelt_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
