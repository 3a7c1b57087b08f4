/* SPDX-License-Identifier: MIT */
#ifndef RO_GUARD_MODES_H
#define RO_GUARD_MODES_H

#include "guard/string_list.h"
#include "guard/tools.h"

#include <stdbool.h>
#include <stddef.h>

/**
 * One way in which a harness is told what to run on. The three generations in the field ask
 * different things (a flag, a variable, the sysroot's manifest.json, a tool directory), so each
 * question is a mode of its own; a harness that does not ask it still has to come out protected.
 */
enum guard_kind {
    KIND_HOSTED, /* a guest without a file system image of its own */
    KIND_RAMFS,  /* nanvixd is given -ramfs */
    KIND_IMAGE,  /* nanvixd is given an image that was made here */
};

struct guard_mode {
    const char *name;
    const char *deployment; /* "standalone", "hosted-single-process", "hosted-multi-process",
                               "hosted" for either */
    const char *summary;
    const char *const *environment; /* "K=V", NULL at the end; {sysroot} and {tools} in values */
    const char *manifest;           /* content of manifest.json, or NULL for no such file */
    enum guard_kind kind;           /* what must be seen for the mode to count as exercised */
};

/** The table; it ends with a NULL name. */
extern const struct guard_mode guard_modes[];

/** What a scenario needs to be run at all. */
enum scenario_need {
    NEEDS_NOTHING,
    NEEDS_NAMED_MODULES, /* the harness's text names modules that we do not know */
    NEEDS_LIMIT,         /* its time limit can be set, or is timeout(1)'s */
};

/**
 * One run of the harness in a mode. What a required one must show, an optional one may: it is there
 * to catch a command that only turns up when something goes wrong or is missing.
 */
struct guard_scenario {
    const char *name;
    const char *summary;
    unsigned behaviour; /* of the tools, see guard/recording_format.h */
    size_t module_count;
    enum tool_set tools;
    bool required;
    const char *const *environment; /* "K=V", NULL at the end; or NULL for none */
    enum scenario_need need;
};

/** The table; it ends with a NULL name. */
extern const struct guard_scenario guard_scenarios[];

/** Whether `word` selects the mode: its name, its deployment, or "standalone" and the like. */
bool guard_mode_matches(const struct guard_mode *mode, const char *word);

/**
 * Test modules that every CPython has, NULL at the end: first what is about renaming and writing
 * bytecode, as that is what the issues are about, then some that are not.
 */
extern const char *const guard_module_names[];

#endif
