/* SPDX-License-Identifier: MIT */
#include "run/limits.h"

#include "base/clock.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
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

/*
 * Per job: the deputy's socket, the cgroup, three pipes, a report and what names processes. For the
 * run: its cgroup, the spawner and what is open for a moment (the child's ends of the pipes, the
 * other end of a socket, a directory and a file of /proc). The deputy that writes the output has
 * other files, and no more of them: what is kept of three streams per job, and two spools per
 * target.
 */
enum { FILES_PER_JOB = 9, FILES_OF_RUN = 11, FILES_PER_TARGET = 2 };

/* MemAvailable of /proc/meminfo in MiB. False: it is not known. */
static bool available_memory_mib(unsigned long *out)
{
    char text[4096];
    if (proc_read("/proc/meminfo", text, sizeof text) <= 0)
        return false;
    const char *line = strstr(text, "MemAvailable:");
    if (line == NULL)
        return false;
    *out = strtoul(line + strlen("MemAvailable:"), NULL, 10) / 1024;
    return true;
}

static unsigned limit_by_memory(const struct run *run, unsigned jobs)
{
    unsigned largest = 1;
    for (size_t i = 0; i < run->target_count; i++)
        if (run->targets[i].setup.target.memory_mib > largest)
            largest = run->targets[i].setup.target.memory_mib;
    unsigned long available = 0;
    if (!available_memory_mib(&available))
        return jobs;
    /* Where there is not enough for one, one is still tried: what a target may need at most, it
     * seldom needs. */
    unsigned long fit = available * 4 / 5 / largest;
    fit = fit == 0 ? 1 : fit;
    if (jobs <= fit)
        return jobs;
    progress_note(run->progress, "%lu job%s instead of %u: one may need %u MiB of memory", fit,
                  fit == 1 ? "" : "s", jobs, largest);
    return (unsigned)fit;
}

/* How many files are open now, those that somebody left us included. */
static rlim_t count_open_files(void)
{
    rlim_t count = 0;
    CLEANUP_DIRECTORY DIR *directory = opendir("/proc/self/fd");
    for (const struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;)
        count += entry->d_name[0] == '.' ? 0 : 1;
    return count;
}

static unsigned limit_by_files(const struct run *run, unsigned jobs, struct error *error)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return jobs;
    rlim_t fixed = count_open_files() + FILES_OF_RUN + FILES_PER_TARGET * (rlim_t)run->target_count;
    rlim_t needed = fixed + FILES_PER_JOB * (rlim_t)jobs;
    if (limit.rlim_cur >= needed)
        return jobs;
    const struct rlimit raised = {
        .rlim_cur = needed < limit.rlim_max ? needed : limit.rlim_max,
        .rlim_max = limit.rlim_max,
    };
    if (setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit.rlim_cur = raised.rlim_cur;
    if (limit.rlim_cur >= needed)
        return jobs;
    unsigned fit =
        limit.rlim_cur < fixed ? 0 : (unsigned)((limit.rlim_cur - fixed) / FILES_PER_JOB);
    if (fit == 0)
        (void)error_set(error, ERROR_ENVIRONMENT, NULL,
                        "only %lu files may be open at a time, and one cell needs %lu; raise the "
                        "limit (ulimit -n)",
                        (unsigned long)limit.rlim_cur, (unsigned long)(fixed + FILES_PER_JOB));
    else
        progress_note(run->progress,
                      "%u job%s instead of %u: only %lu files may be open at a time "
                      "(ulimit -n)",
                      fit, fit == 1 ? "" : "s", jobs, (unsigned long)limit.rlim_cur);
    return fit;
}

unsigned job_count_choose(const struct run *run, struct error *error)
{
    long cpus = sysconf(_SC_NPROCESSORS_ONLN);
    unsigned jobs = run->options->jobs != 0 ? run->options->jobs : (unsigned)(cpus < 1 ? 1 : cpus);
    unsigned planned = run_count_planned(run);
    jobs = planned > 0 && jobs > planned ? planned : jobs;
    jobs = jobs > RUN_JOBS_MAX ? RUN_JOBS_MAX : jobs;
    return limit_by_files(run, limit_by_memory(run, jobs), error);
}
