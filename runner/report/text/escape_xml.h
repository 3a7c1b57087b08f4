/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_ESCAPE_XML_H
#define RO_REPORT_ESCAPE_XML_H

#include <stdio.h>

/**
 * Writes foreign text as XML 1.0 character data, good for an element's content and for an attribute
 * in either kind of quotes. Always one line: what is hidden (see visible.h), line feeds included,
 * is spelt out; XML 1.0 forbids most control characters even as references. NULL counts as empty.
 */
void xml_write(FILE *out, const char *text);

/** The same for a text of our own making that holds several lines, whose line feeds are kept. */
void xml_write_lines(FILE *out, const char *text);

#endif
