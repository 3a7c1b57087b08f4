/* SPDX-License-Identifier: MIT */
#ifndef RO_EXEC_POLICY_H
#define RO_EXEC_POLICY_H

#include "guard/sysroot.h"

#include <stdbool.h>

/** Which programs a harness may start. */
struct exec_policy {
    const struct scratch *scratch;
    const char *harness;               /* canonical path of the harness itself */
    const char *interpreter;           /* canonical path of argv[0] of the harness's command */
    const struct string_list *allowed; /* canonical paths of further programs or directories */
};

enum exec_class {
    EXEC_RECORDER, /* one of the sysroot's tools */
    EXEC_ALLOWED,  /* the harness, a script, a program of the host's system */
    EXEC_ABSENT,   /* there is no such file: what a search along PATH looks like */
    EXEC_UNKNOWN,  /* anything else: nobody can say what it would do */
};

/**
 * Says what a program is. `named` is the path as the harness gave it, `found` the canonical path
 * of the file or NULL when there is none.
 *
 * Allowed are: the harness, its interpreter, what the user allowed, programs below /bin, /sbin,
 * /usr, /lib and /lib64, and scripts ("#!") in the scratch directory and below the harness's own
 * directory. A name ending in .elf or .exe, or that of a Nanvix tool, is unknown wherever it is
 * unless it is a recorder; a missing tool that a release may lack is absent, not unknown.
 */
enum exec_class exec_policy_judge(const struct exec_policy *policy, const char *named,
                                  const char *found);

/** Appends the directories whose programs may be started. Returns 0, or -1 when memory ran out. */
int exec_policy_add_system(struct string_list *directories);

/** Whether the file is one of the two programs that play the tools, byte for byte. */
bool exec_policy_is_recorder(const struct exec_policy *policy, const char *file);

#endif
