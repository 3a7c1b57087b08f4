/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_ESCAPE_H
#define RO_REPORT_ESCAPE_H

#include <stdio.h>

/**
 * Texts of strangers in the languages of the reports. Whatever a text holds, what is written is
 * UTF-8, stays on its line, and is text and nothing else to whoever reads the language. What a
 * reader would not see, or what would act on the text around it (see text_sanitize in base/text.h),
 * is spelt out: "\n", "\x1b", "\u{202e}". NULL counts as empty.
 */

/** Any of these. */
typedef void escape_writer(FILE *out, const char *text);

/** For a terminal, or a text that is escaped once more. A tab stays. */
void plain_write(FILE *out, const char *text);

/**
 * The content of an HTML element (never of script or style). What is spelt out stands in an element
 * of class `x`, so that a spelling cannot be mistaken for text that was really there.
 */
void html_write(FILE *out, const char *text);

/** The same with a place to break the line after each '-', '_', '/' and '.': for long names. */
void html_write_name(FILE *out, const char *text);

/** XML 1.0 character data: an element's content, or an attribute in either kind of quotes. */
void xml_write(FILE *out, const char *text);

/** The same for a text of our own making that holds several lines, whose line feeds are kept. */
void xml_write_lines(FILE *out, const char *text);

/**
 * Inline text of GitHub Flavored Markdown, table cells included. Every ASCII punctuation character
 * that could mean something (emphasis, links, HTML, a table's bar, @names, #numbers, :emoji:,
 * $math$, URLs) becomes a character reference, which CommonMark never takes for structure.
 */
void markdown_write(FILE *out, const char *text);

/** The same as code: `<code>` around it, so that GitHub's own filters for names keep off, too. */
void markdown_write_code(FILE *out, const char *text);

/**
 * A block of several lines of our own making as `<pre>`, whose line feeds are kept and whose
 * markup is escaped; ends with a blank line.
 */
void markdown_write_block(FILE *out, const char *text);

/** A part of a TAP 14 description, or of a directive's reason; none can become a directive. */
void tap_write(FILE *out, const char *text);

/** A double-quoted YAML 1.2 scalar without a line feed. */
void yaml_write(FILE *out, const char *text);

/** A part of such a scalar, without the quotes. */
void yaml_write_part(FILE *out, const char *text);

#endif
