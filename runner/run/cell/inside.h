/* SPDX-License-Identifier: MIT */
#ifndef RO_INSIDE_H
#define RO_INSIDE_H

#include "base/json_build.h"

#include <stddef.h>
#include <stdint.h>

/**
 * What a guest tells of itself while a call is out: lines "RIN1 NONCE COMMAND STATE FUNCTION..."
 * (guest/inside.h), heard among whatever else is on its console. They are no lines of the journal,
 * and no verdict follows from them. Zeroed, it has heard nothing.
 */
struct inside {
    struct inside_lines *lines; /* the last ones; NULL until there is one; owned */
    char line[1024];            /* that is being read */
    size_t length;
};

/** Such a line begins so. */
#define INSIDE_PREFIX "RIN1 "

/** Takes `length` more bytes, cut anywhere, that arrived by `now_ns`. Without memory less is kept.
 */
void inside_feed(struct inside *inside, const char *nonce, const void *bytes, size_t length,
                 uint64_t now_ns);

/** What was told since `since_ns`, as evidence has it: [{comm, state, stack}], the newest last, of
 * lines that are the same the first. A new reference. */
json_t *inside_tell(const struct inside *inside, uint64_t since_ns, struct builder *builder);

/** Frees what it owns. */
void inside_release(struct inside *inside);

#endif
