/* SPDX-License-Identifier: MIT */
#ifndef RO_CLEAN_PRINT_H
#define RO_CLEAN_PRINT_H

#include <stdio.h>

/**
 * Writes a text that somebody else made, so that it can neither drive a terminal nor pass for
 * another line (base/text.h), and cut where it is very long. NULL writes nothing.
 */
void clean_print(FILE *stream, const char *text);

#endif
