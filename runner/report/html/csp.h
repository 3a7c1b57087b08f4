/* SPDX-License-Identifier: MIT */
#ifndef RO_REPORT_CSP_H
#define RO_REPORT_CSP_H

#include <stdio.h>

/**
 * Writes the hash source, 'sha256-BASE64' with its quotes, by which a Content Security Policy
 * (level 3) lets one inline script or style of exactly this text pass, and no other.
 */
void csp_write_hash(FILE *out, const char *text);

#endif
