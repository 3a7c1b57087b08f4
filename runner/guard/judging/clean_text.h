/* SPDX-License-Identifier: MIT */
#ifndef RO_CLEAN_TEXT_H
#define RO_CLEAN_TEXT_H

#include "guard/sysroot.h"

/**
 * A copy of a recorded text that can be shown (see text_sanitize), of at most 1023 bytes; the paths
 * of the room (NULL for none) become {sysroot}, {tools} and {room}, and a temporary file, which has
 * a random name, {tmp}/..., so that two runs say the same.
 * To be freed by the caller; NULL when memory ran out.
 */
char *clean_text(const char *text, const struct sysroot *sysroot);

#endif
