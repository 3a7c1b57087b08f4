/* SPDX-License-Identifier: MIT */
#ifndef RO_CHECKS_H
#define RO_CHECKS_H

#include "probe.h"

#include <sys/stat.h>

/**
 * What a probe looks at afterwards: the bytes of files and the entries of directories. Names are
 * relative to the work directory D; "." is D itself.
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

enum {
    LISTED_NAMES = 4,    /* names that a listing may ask for */
    LISTED_BYTES = 64,   /* one of them, its NUL included */
    CONTENT_BYTES = 8192 /* that content_bytes can give; a file may be larger */
};

/** What a directory lists. */
struct census {
    unsigned long named[LISTED_NAMES]; /* how often each wanted name was listed */
    unsigned long others;              /* entries with another name; "." and ".." do not count */
    struct text first_other;
    struct text error; /* the call that failed and its errno; empty when none did */
};

/** D and the name, or the name itself if it is absolute; valid until the second call after this. */
const char *full_path(const char *name);

/** The length of the next of the space-separated names, 0 at the end; moves `names` behind it. */
size_t next_name(const char **names, const char **start);

/**
 * One `check` line. `got` NULL: it held. A name that begins with `setup_` is of something that has
 * to be right before a rename: broken, it says nothing about rename.
 */
void report_check(const char *name, const char *want, const char *got);

/** The broken check of a call that must not fail: "want=0 got=ENOSPC:28". */
void report_failed_call(const char *check, int error);

unsigned long checks_made(void);
unsigned long checks_broken(void);

/** Whether the check that broke first was one of the set-up: what broke later may follow from it.
 */
int setup_broke(void);

/** Writes all `content.size` bytes to `out`. */
void write_content(struct content content, char *out);

/** The first `content.size` bytes, at most CONTENT_BYTES; valid until the next call. */
const char *content_bytes(struct content content);

/** What one look at the file system found, zeroed before it. */
struct finding {
    int right;
    int lost; /* bytes are nowhere; what can't be looked at has not been seen to be lost */
    struct text want;
    struct text got; /* where it is not right */
};

/** Makes the calls of one look; may be asked for another one. */
typedef void look(const void *subject, struct finding *finding);

/**
 * One check by looking. Where it is not right, and the guest can wait, it looks again for up to
 * three seconds, which all checks after one rename share. What comes right then is broken all the
 * same, but `late=MS` says how much waiting it took, and nothing was lost.
 */
void check_by_looking(const char *check, look *look_at, const void *subject);

/** From now on there are three seconds again: something is about to change. */
void renew_patience(void);

/**
 * Reads the whole file. Returns HOLDS when it holds the content; else `got` says what it holds:
 * HOLDS_NOT when that is something else or there is no such file, CANT_LOOK when it could not be
 * looked at.
 */
enum { CANT_LOOK = -1, HOLDS_NOT = 0, HOLDS = 1 };
int file_holds(const char *name, struct content content, struct text *got);

/** A file to look at. */
struct file {
    const char *name;
    const char *other; /* where its bytes may be instead; NULL or "" for nowhere */
    struct content content;
};

/** The looks: a struct file's size; its bytes, lost when they are under neither name; or both. */
look look_at_size, look_at_bytes, look_at_file;

/** The looks: that the name in D (a text) is not there, or is a directory. */
look look_for_absence, look_for_directory;

/** The look: that a directory lists what a struct listing says. D may hold foreign entries. */
look look_at_listing;

/** What the last stat of those looks that answered found. */
const struct stat *last_status(void);

/** Checks that the file has exactly this size and these bytes: `new_size` and `new_bytes`. */
void check_file(const char *name, struct content content);

/** Lists the directory and counts the names in it. */
void take_census(const char *name, const char *names, struct census *census);

/** How many foreign entries D must list from now on. */
void expect_foreign(unsigned long entries);
unsigned long foreign_entries(void);

/** Checks that the directory lists exactly its names: `listing`, `listing_root` for D. */
void check_listing(const struct listing *listing);

#endif
