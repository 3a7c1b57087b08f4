/* SPDX-License-Identifier: MIT */
#ifndef RO_CLEAN_TEXT_H
#define RO_CLEAN_TEXT_H

#include "guard/sysroot.h"

/**
 * A copy of a recorded text that can be shown: the paths of the room (NULL for none) become
 * {sysroot}, {tools} and {room}; what is no printable ASCII becomes \xNN; what is longer than 1000
 * bytes is cut and ends in "...". To be freed by the caller; NULL when memory ran out.
 */
char *clean_text(const char *text, const struct sysroot *sysroot);

#endif
