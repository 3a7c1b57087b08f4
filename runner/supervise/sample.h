/* SPDX-License-Identifier: MIT */
#ifndef RO_SAMPLE_H
#define RO_SAMPLE_H

#include "supervise/tree.h"

/** More threads than this are not sampled; the sample then says that it was cut. */
#define SAMPLE_THREADS_MAX 256

/** One thread at one moment. */
struct thread_sample {
    pid_t pid;
    pid_t tid;
    char state;
    char comm[32];
    uint64_t ran_ns;    /* CPU time since the thread's start */
    uint64_t waited_ns; /* time it was runnable and got no CPU, as far as the kernel has booked it:
                           a wait that still lasts is booked when it ends */
};

/** All threads of a tree at one moment, sorted by tid. */
struct tree_sample {
    uint64_t taken_ns; /* CLOCK_MONOTONIC; 0 means that there is no sample */
    size_t count;
    bool cut;
    struct thread_sample threads[SAMPLE_THREADS_MAX];
};

/** Samples every thread of every living member. Reads /proc only. */
void sample_take(struct tree_sample *sample, const struct tree *tree, uint64_t now_ns);

/** Copies a sample, as many threads as it has. */
void sample_copy(struct tree_sample *to, const struct tree_sample *from);

/** The sample of a thread, or NULL. */
const struct thread_sample *sample_find(const struct tree_sample *sample, pid_t tid);

/** What a tree did between two samples. */
struct activity {
    uint64_t elapsed_ns;
    uint64_t ran_ns;     /* CPU time of all threads together */
    uint64_t starved_ns; /* the longest that any one thread wanted a CPU and had none, or was
                            stopped by a signal; never more than elapsed_ns */
    bool stopped;        /* a thread is stopped by a signal (state T; a tracer's stop is not one) */
    const struct thread_sample *busiest; /* in `after`; NULL when nothing ran */
    uint64_t busiest_ran_ns;
    bool all_asleep; /* no thread was runnable in the second sample */
};

/**
 * Compares two samples of one tree. The tree counts as starved for as long as any one of its
 * threads was: too much starvation only makes a wait longer, too little would call a slow host a
 * hang.
 */
struct activity sample_compare(const struct tree_sample *before, const struct tree_sample *after);

/** The word for an activity, as documents have it. */
enum activity_state { ACTIVITY_UNKNOWN, ACTIVITY_BLOCKED, ACTIVITY_SPINNING, ACTIVITY_STARVED };

/**
 * Sums an activity up. `starved`: some thread went without a CPU for half of the window or more
 * and nothing spun. `spinning`: one thread used at least half of the CPU time that it could have
 * had. `blocked`: the whole tree used less than 5 % of one CPU. Else `unknown`.
 */
enum activity_state activity_judge(const struct activity *activity);

/** "blocked", "spinning", "starved" or "unknown". */
const char *activity_state_name(enum activity_state state);

#endif
