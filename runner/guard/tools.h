/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_TOOLS_H
#define RO_GUARD_TOOLS_H

#include <stdbool.h>

/** What a program of a Nanvix sysroot is for, by its name. */
enum tool_kind {
    TOOL_UNKNOWN,     /* none of a sysroot, or one that starts no guest of itself */
    TOOL_BOOTS,       /* nanvixd, uservm, linuxd */
    TOOL_MAKES_IMAGE, /* mkimage */
    TOOL_MAKES_RAMFS, /* mkramfs */
    TOOL_INTERPRETER, /* python3.12 and its like */
};

/** Which programs a scratch sysroot holds. */
enum tool_set {
    TOOLS_ALL,        /* everything that any release had */
    TOOLS_STANDALONE, /* what a standalone release has: no linuxd, no uservm */
    TOOLS_HOSTED,  /* what a hosted release, or a standalone one before 0.14.3, has: no mkimage */
    TOOLS_WINDOWS, /* .exe only */
};

/** One file of a sysroot's bin directory. */
struct tool {
    const char *name;
    enum tool_kind kind;
    unsigned sets; /* bit 1 << tool_set for each set that has it */
};

/** The table; it ends with a NULL name. */
extern const struct tool guard_tools[];

/** The kind of a program called `name` (no directory), with or without .elf or .exe. */
enum tool_kind tool_kind(const char *name);

/** Whether `name` is, apart from its suffix, a program that only Nanvix has (no interpreter). */
bool tool_is_nanvix(const char *name);

#endif
