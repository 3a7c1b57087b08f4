/* SPDX-License-Identifier: MIT */
/* Runs a program as if the kernel had no Landlock. usage: without_landlock PROGRAM ARGUMENT... */
#include <errno.h>
#include <seccomp.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    scmp_filter_ctx context = seccomp_init(SCMP_ACT_ALLOW);
    if (argc < 2 || context == NULL ||
        seccomp_rule_add(context, SCMP_ACT_ERRNO(EOPNOTSUPP), SCMP_SYS(landlock_create_ruleset),
                         0) != 0 ||
        seccomp_load(context) != 0)
        return 126;
    (void)execv(argv[1], argv + 1);
    return 127;
}
