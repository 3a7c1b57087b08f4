/* SPDX-License-Identifier: MIT */
/*
 * A text from a guest must not become markup in any language, and nothing in it may hide: what a
 * reader would not see is spelt out.
 */
#include "base/text.h"
#include "report/text/escape.h"
#include "report/text/memory.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void assert_written(void (*write_text)(FILE *, const char *), const char *text,
                           const char *wanted)
{
    struct error error = ERROR_INIT;
    CLEANUP_TEXT_BUFFER struct text_buffer written = {0};
    assert_int_equal(text_buffer_open(&written, &error), 0);
    write_text(written.out, text);
    assert_int_equal(text_buffer_close(&written, &error), 0);
    assert_string_equal(written.text, wanted);
}

static void xml_text_is_data(void **state)
{
    (void)state;
    assert_written(xml_write, "<a b=\"c\" d='e'>&amp;",
                   "&lt;a b=&quot;c&quot; d=&#39;e&#39;&gt;&amp;amp;");
    assert_written(xml_write, "]]>", "]]&gt;");
    assert_written(xml_write, "a\tb\nc", "a&#9;b\\nc");
    assert_written(xml_write, "\x1b\x08\xef\xbf\xbe",
                   "\\x1b\\x08\\u{fffe}"); /* forbidden in XML 1.0 */
    assert_written(xml_write_lines, "a\n<b>\r\n", "a\n&lt;b&gt;\\r\n");
    assert_written(xml_write, NULL, "");
}

static void html_text_is_text(void **state)
{
    (void)state;
    assert_written(html_write, "<script>\"&'", "&lt;script&gt;&quot;&amp;&#39;");
    assert_written(html_write, "a\x1b\x07z\u202e\u202c",
                   "a<i class=x>\\x1b\\x07</i>z<i class=x>\\u{202e}\\u{202c}</i>");
    assert_written(html_write, "</pre>\n", "&lt;/pre&gt;<i class=x>\\n</i>");
    assert_written(html_write_name, "a_b-c<", "a_<wbr>b-<wbr>c&lt;");
    assert_written(html_write_name, "\x1b", "<i class=x>\\x1b</i>");
}

static void markdown_text_is_text(void **state)
{
    (void)state;
    assert_written(markdown_write, "a|b", "a&#124;b");
    assert_written(markdown_write, "\\|", "&#92;&#124;");
    assert_written(markdown_write, "`*_~[]<>&#!",
                   "&#96;&#42;&#95;&#126;&#91;&#93;&#60;&#62;&#38;&#35;&#33;");
    assert_written(markdown_write, "@x :y: $z$ http://w www.v",
                   "&#64;x &#58;y&#58; &#36;z&#36; "
                   "http&#58;//w www&#46;v");
    assert_written(markdown_write, "a\nb\tc", "a&#92;nb c");
    assert_written(markdown_write_code, "a`b", "<code>a&#96;b</code>");
    assert_written(markdown_write_block, "a\n</pre>\n", "<pre>a\n&lt;/pre&gt;\n</pre>\n\n");
}

static void tap_text_is_no_directive(void **state)
{
    (void)state;
    assert_written(tap_write, "a # SKIP b", "a \\# SKIP b");
    assert_written(tap_write, "a \\# TODO", "a \\\\\\# TODO");
    assert_written(tap_write, "a\nnot ok 2\r\x1b", "a\\\\nnot ok 2\\\\r\\\\x1b");
    assert_written(yaml_write, "a: \"b\" \\ # c", "\"a: \\\"b\\\" \\\\ # c\"");
    assert_written(yaml_write, "...\n---\t\x1b", "\"...\\\\n---\\t\\\\x1b\"");
    assert_written(yaml_write, NULL, "\"\"");
}

static void plain_text_stays(void **state)
{
    (void)state;
    assert_written(plain_write, "", "");
    assert_written(plain_write, NULL, "");
    assert_written(plain_write, "a \t~ Grüße 漢字 🎉", "a \t~ Grüße 漢字 🎉");
}

static void controls_are_spelt_out(void **state)
{
    (void)state;
    assert_written(plain_write, "a\nb\rc", "a\\nb\\rc");
    assert_written(plain_write, "\x01\x1b[31m\x7f", "\\x01\\x1b[31m\\x7f");
    assert_written(plain_write, "\xc2\x85\xc2\x9b", "\\x85\\x9b"); /* C1: next line, CSI */
}

static void bidirectional_controls_are_spelt_out(void **state)
{
    (void)state;
    assert_written(plain_write, "\u202e\u202c\u2066\u2069\u200f\u061c",
                   "\\u{202e}\\u{202c}\\u{2066}\\u{2069}\\u{200f}\\u{61c}");
}

static void invisible_characters_are_spelt_out(void **state)
{
    (void)state;
    assert_written(plain_write, "\u200b\u2028\ufeff\u00ad\u2060",
                   "\\u{200b}\\u{2028}\\u{feff}\\xad\\u{2060}");
    assert_written(plain_write, "\U000e0041\U000e0100",
                   "\\u{e0041}\\u{e0100}"); /* a tag, a variation selector */
    assert_written(plain_write, "\xef\xbf\xbe\xef\xbf\xbf\xf0\x9f\xbf\xbe",
                   "\\u{fffe}\\u{ffff}\\u{1fffe}");
}

static void bytes_that_are_no_utf8_are_spelt_out(void **state)
{
    (void)state;
    assert_written(plain_write, "a\xff\xfe", "a\\xff\\xfe");
    assert_written(plain_write, "\xc3", "\\xc3");            /* cut short by the end */
    assert_written(plain_write, "\xe2\x82g", "\\xe2\\x82g"); /* cut short by another character */
    assert_written(plain_write, "\xc0\xaf", "\\xc0\\xaf");   /* an overlong slash */
    assert_written(plain_write, "\xed\xa0\x80", "\\xed\\xa0\\x80");          /* a surrogate */
    assert_written(plain_write, "\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"); /* beyond U+10FFFF */
    assert_written(plain_write, "\xf8\x88\x80\x80\x80", "\\xf8\\x88\\x80\\x80\\x80");
}

/*
 * Every byte, alone and as a part of something. What may not be there at all is what ends or starts
 * something in the language; a character reference, a backslash's pair and a <wbr> are let through.
 */
static void no_byte_acts_in_any_language(void **state)
{
    static const struct {
        void (*write)(FILE *, const char *);
        const char *without;
    } languages[] = {
        {plain_write, "\n\r\x1b"},
        {html_write, "\n\"'"},
        {html_write_name, "\n\"'"},
        {xml_write, "\n\t<>\"'"},
        {markdown_write, "\n\t<>\"'`*_[]|\\@:$!~{}.-+"},
        {markdown_write_code, "\n\t\"'`*"},
        {tap_write, "\n\t"},
        {yaml_write, "\n\t"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof languages / sizeof *languages; i++)
        for (int byte = 1; byte < 256; byte++) {
            char text[] = {(char)byte, 'a', (char)byte, '\xe2', (char)byte, '\x80', '\0'};
            struct error error = ERROR_INIT;
            CLEANUP_TEXT_BUFFER struct text_buffer written = {0};
            assert_int_equal(text_buffer_open(&written, &error), 0);
            languages[i].write(written.out, text);
            assert_int_equal(text_buffer_close(&written, &error), 0);
            assert_true(text_is_utf8(written.text, written.length));
            assert_null(strpbrk(written.text, languages[i].without));
            for (size_t at = 0; at < written.length; at++)
                assert_false((unsigned char)written.text[at] < 0x20 && written.text[at] != '\t');
        }
}

/* A '#' or a '\' of a text always has a '\' of its own before it; so has a '"' of YAML's. */
static void nothing_is_left_unescaped_by_its_neighbour(void **state)
{
    (void)state;
    assert_written(tap_write, "\\#\\\\##", "\\\\\\#\\\\\\\\\\#\\#");
    assert_written(yaml_write, "\\\"\\", "\"\\\\\\\"\\\\\"");
    assert_written(html_write, "a\xe2<b", "a<i class=x>\\xe2</i>&lt;b"); /* half a character */
    assert_written(xml_write, "\xf0\x9f&", "\\xf0\\x9f&amp;");
}

int test_escapes(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_text_is_data),
        cmocka_unit_test(html_text_is_text),
        cmocka_unit_test(markdown_text_is_text),
        cmocka_unit_test(tap_text_is_no_directive),
        cmocka_unit_test(plain_text_stays),
        cmocka_unit_test(controls_are_spelt_out),
        cmocka_unit_test(bidirectional_controls_are_spelt_out),
        cmocka_unit_test(invisible_characters_are_spelt_out),
        cmocka_unit_test(bytes_that_are_no_utf8_are_spelt_out),
        cmocka_unit_test(no_byte_acts_in_any_language),
        cmocka_unit_test(nothing_is_left_unescaped_by_its_neighbour),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
