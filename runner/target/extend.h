/* SPDX-License-Identifier: MIT */
#ifndef RO_TARGET_EXTEND_H
#define RO_TARGET_EXTEND_H

#include "base/json_file.h"

#include <stdbool.h>

/** More bytes are no descriptor, longer names no list's, and longer chains a mistake. */
enum { DESCRIPTOR_LIMIT = 256 * 1024, LIST_NAME_SIZE = 64, EXTENDS_MAX = 4 };

/**
 * Puts under a descriptor what it `extends`: the name of a base in `targets/base` or of a shipped
 * target, or a path beside the descriptor; and under that what that one extends. Its keys stand in
 * the place of the base's, objects member by member, but of `requires` and the steps (`setup`,
 * `prepare`, `cleanup`) the base's come first. An error about what only the base has names the
 * base's file. Nothing happens to a descriptor that extends none. Returns 0, or -1 with ERROR_INPUT
 * or ERROR_MEMORY.
 */
int descriptor_extend(struct json_source *descriptor, struct error *error);

/**
 * A copy of `words` in which each word "{...NAME}" has become the words of the list NAME, looked up
 * in `own` and then in `lists` (each may be NULL). A new reference; NULL when memory ran out. Every
 * such NAME must have been found to be there (placeholders_check).
 */
json_t *descriptor_splice(const json_t *words, const json_t *own, const json_t *lists);

/** Copies the name in "{...NAME}"; false when the word is no such one, or the name too long. */
bool descriptor_list_name(const char *word, char name[LIST_NAME_SIZE]);

#endif
