/* SPDX-License-Identifier: MIT */
#ifndef RO_STORY_H
#define RO_STORY_H

#include "checks.h"

/**
 * What a shape is told with. Names are as in checks.h and must be string constants. Errors are
 * sticky: once something broke, the steps that follow do nothing, so that a shape reads from top to
 * bottom without an `if`.
 */

enum { LISTINGS = 2 };

struct move {
    const char *from;
    const char *to;
    struct content source;          /* what `from` holds */
    struct content replaced;        /* what `to` holds before; no label: it does not exist */
    struct listing after[LISTINGS]; /* the directories involved, afterwards */
};

/**
 * Reads the settings, writes `begin`, mounts hostfs where the program is made for it, writes `fs`,
 * and sees that D can be listed and holds none of the `names` (top-level, separated by spaces).
 * Returns 0 or PROBE_USAGE.
 */
int begin_story(int argc, char **argv, const char *shape, const char *names);

/** mkdir with mode 0755. */
void make_directory(const char *name);

/**
 * Creates the file as CPython's pyc writer does: O_WRONLY|O_CREAT|O_EXCL, 0644, one write, close.
 * The path is asked for nothing in between: some file systems keep the size that it had then.
 * (CPython calls fstat after open, which a guest may not have.)
 */
void write_file(const char *name, struct content content);

/** The same with bytes of the caller's, of which there may be more than CONTENT_BYTES. */
void write_file_bytes(const char *name, const char *bytes, size_t size);

/** Checks that the file is there, in its directory and with its content, before anything is
 * renamed. `setup_file`, `setup_entry`. */
void read_back(const char *name, struct content content);

/** The two together; where nothing may stand between close and rename, only the first. */
void make_file(const char *name, struct content content);

/** Python's module m: the directory D/m with m.py, read back, and an empty __pycache__. */
void make_module(void);

/** Renames, notes the inode numbers, and checks everything that must hold. */
void rename_and_check(const struct move *move);

/** Removes what was made, unless told to keep it, and writes `end`. Returns the exit code. */
int end_story(void);

/* ---- For the controls and the extended shapes. ---- */

/** A rename is about to be tried: a broken check now means `fail`, unless one of the set-up is the
 * first. */
void tell_about_rename(void);

/**
 * The clean-up removes this too, if it is there; what was remembered later goes first. Of a name
 * that is remembered already it is known what it is, and `is_directory` does not count.
 */
void may_leave(const char *name, int is_directory);

/** The same for all that was made so far, because a directory that moves takes things along. */
void may_leave_all(void);

/** Whether nothing broke so far. */
int story_goes_on(void);

#endif
