/* SPDX-License-Identifier: MIT */
#ifndef RO_SHIPPED_TARGETS_H
#define RO_SHIPPED_TARGETS_H

/** What a descriptor of runner/targets/ says; CMake makes the table of the files. */
struct shipped_target {
    const char *name;
    const char *mode;
    const char *subject;
    const char *view; /* the kind of its host view, or "" */
    const char
        *launcher_line; /* what its launcher says of itself in its mode, with <version>, or "" */
    const char *digest;
};

/** Ends with an entry whose name is NULL. */
extern const struct shipped_target shipped_targets[];

/** The descriptor that this tool ships under that name (may be NULL), or NULL. */
const struct shipped_target *shipped_target_find(const char *name);

#endif
