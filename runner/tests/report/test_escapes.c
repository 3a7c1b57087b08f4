/* SPDX-License-Identifier: MIT */
/* A text from a guest must not become markup, in any of the four languages. */
#include "report/text/escape_html.h"
#include "report/text/escape_markdown.h"
#include "report/text/escape_tap.h"
#include "report/text/escape_xml.h"
#include "report/text/text_buffer.h"
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
    assert_written(html_write_attribute, "\" onload='x\u202e\u202c",
                   "&quot; onload=&#39;x\\u{202e}\\u{202c}");
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
    assert_written(tap_write_yaml, "a: \"b\" \\ # c", "\"a: \\\"b\\\" \\\\ # c\"");
    assert_written(tap_write_yaml, "...\n---\t\x1b", "\"...\\\\n---\\t\\\\x1b\"");
    assert_written(tap_write_yaml, NULL, "\"\"");
}

int test_escapes(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xml_text_is_data),
        cmocka_unit_test(html_text_is_text),
        cmocka_unit_test(markdown_text_is_text),
        cmocka_unit_test(tap_text_is_no_directive),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
