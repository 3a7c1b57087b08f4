/* SPDX-License-Identifier: MIT */
#ifndef RO_SAMPLE_H
#define RO_SAMPLE_H

#include "process/tree.h"

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

/** What one process has moved since its start, from /proc/PID/io (proc(5)). */
struct process_io {
    pid_t pid;
    bool known;             /* the file could be read */
    uint64_t calls;         /* reads and writes, also those that failed or moved nothing */
    uint64_t bytes;         /* through such calls, to and from anything */
    uint64_t storage_bytes; /* from and to storage, which counts page faults too */
};

/** All threads of a tree at one moment, sorted by tid. */
struct tree_sample {
    uint64_t taken_ns; /* CLOCK_MONOTONIC; 0 means that there is no sample */
    size_t count;
    bool cut;
    size_t io_count; /* 0 unless sample_take_io() was called */
    struct thread_sample threads[SAMPLE_THREADS_MAX];
    struct process_io io[SAMPLE_THREADS_MAX]; /* in the order of the tree's members */
};

/** Samples every thread of every living member. Reads /proc only. */
void sample_take(struct tree_sample *sample, const struct tree *tree, uint64_t now_ns);

/**
 * Adds to a sample what every living member has moved. A file of its own for each process is read,
 * so this is not done where nobody asks for it.
 */
void sample_take_io(struct tree_sample *sample, const struct tree *tree);

/** Copies a sample, as many threads and processes as it has. */
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

/** What a tree moved between two samples that both have I/O. */
struct io_activity {
    bool counted; /* false: of some process it is not known, so nothing can be said */
    bool moved;   /* some counter changed, or a process came or went */
    uint64_t calls;
    uint64_t bytes;
    uint64_t storage_bytes;
};

/** Compares the I/O of two samples of one tree. Samples without any are not `counted`. */
struct io_activity sample_compare_io(const struct tree_sample *before,
                                     const struct tree_sample *after);

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
