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
struct guard_mode {
    const char *name;
    const char *deployment; /* "standalone", "hosted-single-process", "hosted-multi-process",
                               "hosted" for either */
    const char *summary;
    const char *const *environment; /* "K=V", NULL at the end; {sysroot} and {tools} in values */
    const char *manifest;           /* content of manifest.json, or NULL for no such file */
};

/** The table; it ends with a NULL name. */
extern const struct guard_mode guard_modes[];

/**
 * One run of the harness in a mode. What a required one must show, an optional one may: it is there
 * to catch a command that only turns up when something goes wrong or is missing.
 */
struct guard_scenario {
    const char *name;
    const char *summary;
    const char *behaviour; /* words of guard/recording_format.h */
    size_t module_count;
    enum tool_set tools;
    bool required;
};

/** The table; it ends with a NULL name. */
extern const struct guard_scenario guard_scenarios[];

/** Whether `word` selects the mode: its name, its deployment, or "standalone" and the like. */
bool guard_mode_matches(const struct guard_mode *mode, const char *word);

/** The number of modules that guard_module_name knows. */
size_t guard_module_limit(void);

/** The name of test module `number`, from 0: modules that every CPython has. */
const char *guard_module_name(size_t number);

#endif
