/* SPDX-License-Identifier: MIT */
#ifndef RO_STORY_H
#define RO_STORY_H

#include "probe.h"

#include <sys/types.h>

/**
 * What a shape is told with. Names are relative to the work directory D ("." is D itself) and must
 * be string constants. Errors are sticky: once something broke, the steps that follow do nothing,
 * so that a shape reads from top to bottom without an `if`.
 */

/** `size` bytes of the text "<nonce> <shape> <label>\n", repeated and cut. */
struct content {
    const char *label;
    size_t size;
};

/** Exactly these names (separated by spaces) must be in the directory. D may hold foreign ones. */
struct listing {
    const char *directory;
    const char *names;
};

enum { LISTINGS = 2 };

struct move {
    const char *from;
    const char *to;
    struct content source;          /* what `from` holds */
    struct content replaced;        /* what `to` holds before; no label: it does not exist */
    struct listing after[LISTINGS]; /* the directories involved, afterwards */
};

/**
 * Reads the settings, writes `begin` and `fs`, and sees that D can be listed and holds none of the
 * `names` (top-level, separated by spaces). Returns 0 or PROBE_USAGE.
 */
int begin_story(int argc, char **argv, const char *shape, const char *names);

/** mkdir with mode 0755. */
void make_directory(const char *name);

/** Creates the file as CPython's pyc writer does: O_WRONLY|O_CREAT|O_EXCL, 0644, one write. */
void make_file(const char *name, struct content content);

/** Renames, notes the inode numbers before and after, and checks everything that must hold. */
void rename_and_check(const struct move *move);

/** Removes what was made, unless told to keep it, and writes `end`. Returns the exit code. */
int end_story(void);

/* ---- For the controls and the extended shapes. ---- */

/** From here on a broken check means `fail`, no longer `unfit`. */
void tell_about_rename(void);

/** Whether nothing broke so far. */
int story_goes_on(void);

/** D and the name; the text stays valid until the second call after this one. */
const char *full_path(const char *name);

/** One `check` line. `got` NULL: it held. `loss`: a broken check means that data was lost. */
void report_check(const char *name, const char *want, const char *got, int loss);

/** Checks that the file has exactly these bytes, and that the directory lists exactly its names. */
void check_file(const char *name, struct content content);
void check_listing(const struct listing *listing);

#endif
