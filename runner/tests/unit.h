/* SPDX-License-Identifier: MIT */
#ifndef RO_UNIT_H
#define RO_UNIT_H

/* All unit tests are one program, so that one link follows a change and not sixty. A test file has
 * one function of its own name: it runs the file's group and returns how many of it failed. */

#define UNIT_TESTS(name) int name(void);
#include "unit_list.h"
#undef UNIT_TESTS

#endif
