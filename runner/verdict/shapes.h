/* SPDX-License-Identifier: MIT */
#ifndef RO_SHAPES_H
#define RO_SHAPES_H

#include "verdict/verdict.h"

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

/**
 * What the runner itself knows about each shape, independently of the probes: which renames its
 * journal must tell of and what the work directory must hold afterwards. A probe that lies, or
 * that renames something else, contradicts this table.
 */

enum shape_group {
    SHAPE_GATING,
    SHAPE_CONTROL,
    SHAPE_EXTENDED, /* informs, never gates */
};

/** A rename that the journal must show as entered and returned; paths below the work directory. */
struct shape_rename {
    const char *from;
    const char *to;
};

/** A file that must be there at the end, with exactly the content of its label. */
struct shape_file {
    const char *path;
    const char *label;
    size_t size;
};

/**
 * A directory and the whole of its listing, names separated by '/'; "" is the work directory. A
 * '*' stands for a part of one name that only the guest knows.
 */
struct shape_directory {
    const char *path;
    const char *entries;
};

/** Lists below end with an entry whose first pointer is NULL. */
struct shape {
    const char *name;
    enum shape_group group;
    const char *summary;
    enum verdict expected_verdict; /* of a control */
    const char *expected_evidence; /* hanging controls: "blocked", "spinning"; else NULL */
    const char *scenario;          /* NULL, or by which name --scenario asks for it */
    const char *python_flags;      /* of a scenario: what its interpreter is started with */
    unsigned scenario_renames;     /* of a scenario: how many renames must return */
    const char *needs;             /* NULL, or what a target must offer for it: a key of `offers` */
    bool exhausts; /* takes so much of a file system that others may find no room on it */
    struct shape_rename renames[3];
    struct shape_file files[3];
    struct shape_directory directories[5];
};

/** All shapes: the six gating ones first, then the controls, then the extended ones. */
extern const struct shape shapes[];
extern const size_t shape_count;

/**
 * A scenario's shape is a script that the guest's own interpreter runs, as the target's descriptor
 * says under `interpreter`; every other shape is a program.
 */
bool shape_is_script(const struct shape *shape);

/** Why a shape with needs is skipped where a target does not offer them: one line. */
const char *shape_missing_need(const struct shape *shape);

/** The shape of that name, or NULL. */
const struct shape *shape_find(const char *name);

/** The control of that name, or NULL. */
const struct shape *shape_find_control(const char *name);

/**
 * What is wrong with a control's cell: another verdict, or for one that has to hang another kind of
 * evidence, than the table has; NULL if it is right.
 */
const char *control_fault(const json_t *cell);

/** How many renames the table has for a shape. */
size_t shape_renames(const struct shape *shape);

/** Whether the table says what the work directory holds afterwards. */
bool shape_has_final_state(const struct shape *shape);

/**
 * Writes the content of a file of a shape: the text "NONCE SHAPE LABEL\n" repeated and cut to
 * `size` bytes. The probes make the same bytes by themselves.
 */
void shape_write_content(const char *nonce, const char *shape, const char *label, size_t size,
                         char *out);

#endif
