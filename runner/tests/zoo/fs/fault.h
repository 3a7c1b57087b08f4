/* SPDX-License-Identifier: MIT */
#ifndef ZOO_FAULT_H
#define ZOO_FAULT_H

#include "behaviour.h"

#include <jansson.h>

/** The six gating shapes, in the order of the table's columns. */
enum shape {
    SHAPE_TMP_ROOT_SIBLING,
    SHAPE_SUBDIR_SIBLING,
    SHAPE_REPLACE_EXISTING,
    SHAPE_PYCACHE_REPLACE,
    SHAPE_CROSS_DIRECTORY,
    SHAPE_SUBDIR_TO_ROOT,
    SHAPE_COUNT,
};

/** What the oracle must say of one shape under one fault. */
struct expectation {
    const char *verdict;
    const char *call;  /* the call that the verdict is about; NULL where it is about none */
    const char *error; /* the errno's name that rename gave, else NULL */
    bool loss;         /* with `fail`: data was lost */
    int attempt;       /* only this attempt, the others pass; 0: every one */
};

/** One animal of the zoo. */
struct fault {
    const char *name;
    const char *what;      /* one line */
    const char *operation; /* where it bites */
    const char *parameter; /* the default; NULL when it takes none */
    int attempts;          /* how many the test must make, one after the other; 0: one */
    bool isolated;         /* touches more than its own probe: a mount for every shape */
    bool silent_death;     /* another process keeps the connection open when the daemon ends */
    bool judged_outside;   /* the probe itself says pass, the runner must not */
    struct expectation expected[SHAPE_COUNT];
    rename_behaviour *rename;
    enter_behaviour *enter;
    hide_behaviour *hide;
    ghost_behaviour *ghost;
    refuse_behaviour *refuse;
    pretend_behaviour *pretend;
    blind_behaviour *blind;
};

/** The fault of that name, or NULL. The table lives as long as the program. */
const struct fault *fault_find(const char *name, size_t length);

/** The whole table as JSON: {"shapes": [...], "faults": [...]}. NULL when memory ran out. */
json_t *fault_table_json(void);

#endif
