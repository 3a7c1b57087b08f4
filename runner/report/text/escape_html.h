/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_ESCAPE_HTML_H
#define RO_REPORT_ESCAPE_HTML_H

#include <stdio.h>

/**
 * Writes foreign text as the content of an HTML element (never of script or style). Always one
 * line; what is hidden (see visible.h) is spelt out in an element of class `x`, so that a spelling
 * cannot be mistaken for text that was really there. NULL counts as empty.
 */
void html_write(FILE *out, const char *text);

/** The same without any element: for an attribute's value in either kind of quotes. */
void html_write_attribute(FILE *out, const char *text);

/**
 * html_write with a place to break the line after each '-', '_', '/' and '.' and no break elsewhere
 * needed: for long names in narrow columns.
 */
void html_write_name(FILE *out, const char *text);

#endif
