/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_ESCAPE_MARKDOWN_H
#define RO_REPORT_ESCAPE_MARKDOWN_H

#include <stdio.h>

/**
 * Writes foreign text for GitHub Flavored Markdown, wherever inline text may stand, table cells
 * included. Always one line. Every ASCII punctuation character that could mean something (emphasis,
 * links, HTML, a table's bar, @names, #numbers, :emoji:, $math$, URLs) becomes a numeric character
 * reference, which CommonMark never takes for structure. NULL counts as empty.
 */
void markdown_write(FILE *out, const char *text);

/** The same as code: `<code>` around it, so that GitHub's own filters for names keep off, too. */
void markdown_write_code(FILE *out, const char *text);

/**
 * A block of several lines of our own making as `<pre>`, whose line feeds are kept and whose
 * markup is escaped; ends with a blank line.
 */
void markdown_write_block(FILE *out, const char *text);

#endif
