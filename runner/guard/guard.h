/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_H
#define RO_GUARD_H

#include "base/digest.h"
#include "base/error.h"
#include "base/json_build.h"
#include "guard/modes.h"
#include "guard/string_list.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/**
 * Does a harness still keep every guest Python from writing bytecode? Found out by running it, in
 * every mode that it may be asked for, in a scratch sysroot whose tools write down how they are
 * called and do nothing else.
 */
struct guard_options {
    const char *harness;
    const char *const *modes; /* words for guard_mode_matches; none means all modes */
    size_t mode_count;
    const char *const *scenarios; /* names; none means all. With fewer nothing is protected */
    size_t scenario_count;
    const char *command; /* see guard/harness/harness_command.h; NULL for the usual one */
    const char *const *environment; /* "K=V", for every run, after the mode's own */
    size_t environment_count;
    const char *const *allowed; /* further programs, or directories of such */
    size_t allowed_count;
    const char *const *writable; /* further directories, or files, to write to */
    size_t writable_count;
    double timeout_s;     /* for each run of the harness; 0 for the usual 30 */
    const char *recorder; /* NULL: where the program's data are */
    bool keep;            /* leave the scratch directory behind */
    int interrupt_fd;     /* readable means: end now, clean up; -1 for none */
};

#define GUARD_OPTIONS_INIT                                                                         \
    {                                                                                              \
        .interrupt_fd = -1                                                                         \
    }

enum guard_verdict {
    GUARD_PROTECTED,     /* every guest Python that was started had one of the two protections */
    GUARD_UNPROTECTED,   /* at least one had none */
    GUARD_NOT_EXERCISED, /* no guest Python was started, or none of the mode's kind */
    GUARD_UNKNOWN,       /* it hung, crashed, or did something that nobody can judge */
};

/** One unprotected command; equal ones of a mode are counted together. Text is sanitized. */
struct guard_finding {
    char *scenario;   /* the first in which it was seen */
    char *launcher;   /* the tool that got it */
    char *command;    /* PROGRAM ARGUMENTS;ENVIRONMENT */
    const char *hint; /* what looks like protection and is none; NULL if nothing does */
    unsigned count;
};

/** One run of the harness. */
struct guard_run {
    const struct guard_scenario *scenario;
    char *ended;          /* "exited with 0", "stopped: hangs ..." */
    unsigned tools;       /* calls of sysroot tools */
    unsigned commands;    /* guest Python commands, booted or packed */
    unsigned booted;      /* the booted ones of them */
    unsigned unprotected; /* the unprotected ones of them */
    bool opaque;          /* an image was booted that nobody can look into */
    const char *idle;     /* why it did not show what it is for; NULL if it did */
    size_t modules;       /* modules that it was given */
    size_t modules_seen;  /* those of them that a guest's command line named */
    double duration_ms;
};

/** What was found out about a mode. */
struct guard_mode_report {
    const struct guard_mode *mode;
    enum guard_verdict verdict;
    char *reason;            /* one printable line */
    unsigned by_option;      /* commands that -B alone protects */
    unsigned by_environment; /* ... the variable alone */
    unsigned by_both;
    unsigned unprotected;
    const char *missing; /* what of the mode's kind was not seen; NULL if nothing */
    bool unstarted;      /* a run that has to start a guest Python did not */
    bool booted_hosted;  /* what was booted: without an image or a -ramfs, ... */
    bool booted_ramfs;   /* ... with a -ramfs, ... */
    bool booted_image;   /* ... out of an image that was made here */
    struct guard_finding *findings;
    size_t finding_count;
    struct string_list other_programs; /* what else was booted, printable */
    struct string_list notes;          /* printable lines that change no verdict */
    struct guard_run *runs;
    size_t run_count;
};

/** Something that nobody has seen, so that the verdicts say nothing about it. Text is sanitized. */
struct guard_gap {
    const char *kind;         /* "mode", "scenario", "variable", "option", "start", "machine",
                                 "text" */
    struct string_list names; /* at least one */
    char *why;                /* the same for all of them */
};

struct guard_report {
    char *harness;            /* as it was named */
    char digest[DIGEST_SIZE]; /* of the harness's own bytes */
    struct guard_mode_report *modes;
    size_t mode_count;
    struct guard_gap *gaps;
    size_t gap_count;
    bool confined;     /* the kernel kept the harness from writing elsewhere */
    char *confinement; /* what it was kept from, or why from nothing */
    char *kept;        /* the scratch directory, when it was kept; else NULL */
};

/**
 * For a command that is about to check a harness, before it has started anything: ties all that
 * will run to the command's own life (process/lifetime.h), the scratch directory as well unless
 * `keep`, and blocks the signals that ask a program to end. Returns a descriptor that is readable
 * when one has come, for `interrupt_fd`; or -1 with ERROR_ENVIRONMENT or ERROR_MEMORY.
 */
int guard_begin(bool keep, struct error *error);

/**
 * Runs the harness in every selected mode and scenario. Returns 0 with a report to be freed with
 * guard_report_free, whatever the verdicts are; or -1 with
 * - ERROR_INPUT: the harness can't be read;
 * - ERROR_USAGE: no such mode or scenario, a command or an environment setting that makes no sense,
 * a timeout out of range;
 * - ERROR_ENVIRONMENT: no scratch directory, no recorder, no seccomp;
 * - ERROR_INTERRUPTED, ERROR_MEMORY, ERROR_INTERNAL.
 * The scratch directory is gone in each case (unless `keep`), and so is every process. Several runs
 * go on at once.
 */
int guard_check(const struct guard_options *options, struct guard_report *report,
                struct error *error);

/** Frees what the report holds and clears it. */
void guard_report_free(struct guard_report *report);

/**
 * 1 when something unprotected was seen. Else 2 when nobody can tell: a mode is unknown, started no
 * guest Python at all, or none is protected. Else 0: protected in everything that was exercised.
 */
int guard_exit_code(const struct guard_report *report);

/** "protected", "unprotected", "not-exercised" or "unknown". */
const char *guard_verdict_name(enum guard_verdict verdict);

/** Whether the answer is open for one reason alone: something was not exercised. */
bool guard_is_unexercised(const struct guard_report *report);

/** Sets the keys `confined`, `confinement` and `not_exercised` of a document about the harness. */
void guard_report_put_gaps(struct builder *builder, json_t *object,
                           const struct guard_report *report);

/** The report as a document `rename-oracle/guard/1`; NULL when memory ran out. */
json_t *guard_report_json(const struct guard_report *report);

/** The report for people. */
void guard_report_print(const struct guard_report *report, FILE *stream);

#endif
