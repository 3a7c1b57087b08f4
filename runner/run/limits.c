/* SPDX-License-Identifier: MIT */
#include "run/limits.h"

#include "base/clock.h"

#include <sys/resource.h>

int limits_allow(uint64_t longest_cell_ns, struct error *error)
{
    struct rlimit limit;
    uint64_t needed_s = (longest_cell_ns + NS_PER_S - 1) / NS_PER_S;
    if (getrlimit(RLIMIT_CPU, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY ||
        limit.rlim_cur >= needed_s)
        return 0;
    return error_set(error, ERROR_ENVIRONMENT, NULL,
                     "the limit on CPU time (ulimit -t) is %llu s, and a cell may take %llu s; a "
                     "guest that spins would be killed by it; raise it, or lower --total-budget",
                     (unsigned long long)limit.rlim_cur, (unsigned long long)needed_s);
}
