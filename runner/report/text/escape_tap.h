/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_ESCAPE_TAP_H
#define RO_REPORT_ESCAPE_TAP_H

#include <stdio.h>

/**
 * Writes foreign text as a part of a TAP 14 description or of a directive's reason. Always one
 * line; '#' and '\' are escaped with a backslash, as TAP 14 asks, so that no text can become a
 * directive. NULL counts as empty.
 */
void tap_write(FILE *out, const char *text);

/** Writes foreign text as a double-quoted YAML 1.2 scalar without a line feed. */
void tap_write_yaml(FILE *out, const char *text);

#endif
