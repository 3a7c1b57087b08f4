/* SPDX-License-Identifier: MIT */
#ifndef RO_METER_H
#define RO_METER_H

#include "base/clock.h"
#include "process/sample.h"

#include <stdbool.h>
#include <stdint.h>

/** What was seen of the tree; taken_ns is 0 where there is no sample. */
struct meter_samples {
    struct tree_sample newest;
    struct tree_sample recent; /* at most a second or so old */
    struct tree_sample anchor; /* where evidence starts: the call's first sample, and once the call
                                  is out for long, one of one to two seconds ago */
    struct tree_sample fresh;  /* room for the next one */
};

/**
 * How much of the time that went by is charged against a probe. Not charged is time in which the
 * runner itself was not scheduled or was stopped, and time in which the tree wanted a CPU and had
 * none or was stopped (see sample_compare). Times in nanoseconds of CLOCK_MONOTONIC.
 */
struct meter {
    uint64_t last_ns;    /* up to here time has been judged */
    uint64_t charged_ns; /* since the last event */
    uint64_t excused_ns; /* not charged, since the last event: the runner was not there */
    uint64_t starved_ns; /* not charged, since the last event: the tree could not run */
    uint64_t quiet_ns;   /* how long nothing has moved, for --early */
    uint64_t absent_ns;  /* all the time that the runner was not there, since the launch */
    bool count_io;       /* samples hold what each process moved, without which nothing is quiet */
    bool stopped;        /* the tree was last seen stopped by a signal */
    bool ran;            /* the last look saw that the tree had run since the one before */
    struct meter_samples *samples; /* made when the tree is first looked at; NULL before */
};

/** How often a silent tree is looked at, and how late the runner may wake without it counting. */
#define METER_TICK_NS (100 * NS_PER_MS)

/** The time between two looks within a wait of `budget_ns`: a short one is looked at five times. */
static inline uint64_t meter_tick_ns(uint64_t budget_ns)
{
    return budget_ns / 5 < METER_TICK_NS ? budget_ns / 5 : METER_TICK_NS;
}

/** Starts at `now_ns` with nothing charged. `count_io` is what `quiet_ns` needs. */
void meter_start(struct meter *meter, uint64_t now_ns, bool count_io);

/** Frees what a meter owns; a zeroed one is allowed. */
void meter_release(struct meter *meter);

/** An event came in: what has been charged is forgotten. */
void meter_reset(struct meter *meter, uint64_t now_ns);

/**
 * Charges the time up to `now_ns`. `expected_ns` is when the runner had meant to wake at the
 * latest; what it overslept is excused. With `tree` the tree (which must be up to date) is sampled
 * and what it was kept from running is not charged.
 */
void meter_charge(struct meter *meter, uint64_t now_ns, uint64_t expected_ns,
                  const struct tree *tree);

/** What the tree was last seen to do, in the window that evidence has. */
enum activity_state meter_sees(const struct meter *meter);

/**
 * Whether what was last seen of the tree, in the window that evidence has, says that it is starved.
 * Then nothing can be said of it yet, however much was charged before.
 */
bool meter_sees_starved(const struct meter *meter);

#endif
