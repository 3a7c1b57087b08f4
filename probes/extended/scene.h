/* SPDX-License-Identifier: MIT */
#ifndef RO_SCENE_H
#define RO_SCENE_H

#include "story.h"

/**
 * What the extended shapes need beyond story.h: renames that may be refused, and looking for bytes
 * that may have gone astray.
 *
 * Every shape keeps to one pattern: set up; `if (!story_goes_on()) return end_story();`; attempt;
 * check that nothing is lost. A check is broken where POSIX is, unless FAT can't do it and says so;
 * `loss=1` stands with it where bytes are gone.
 */

/**
 * Calls rename(2) and checks `answer`: that its errno is one of the `allowed` names, "0" for
 * success. From then on the clean-up takes nothing for granted. Returns 0 or the errno.
 */
int attempt_unremembered(const char *from, const char *to, const char *allowed);

/**
 * The same, and both names are cleaned up if they are there; `is_directory` says how. They must be
 * string constants, without a slash at the end.
 */
int attempt(const char *from, const char *to, const char *allowed, int is_directory);

/** The check `answer` for a call that is not rename. */
void check_answer(int error, const char *allowed);

/**
 * Checks that the file holds the content. Where it does not, and `other` (the name that it may have
 * gone astray to, "" for none) does not either: `loss=1`.
 */
void check_survives(const char *check, const char *name, struct content content, const char *other);

/**
 * Opens a file or directory for a handle that a rename must not disturb; with O_CREAT the clean-up
 * knows it. Returns -1 where that fails, which breaks the set-up, or where the story has ended.
 */
int open_handle(const char *name, int flags);

/** Closes it, if there is one; a failure is a broken check `close`. */
void close_handle(int fd);

/**
 * Two files with `source` in them, one open and half read, the other open and half written; and,
 * after a rename, that both handles go on and are closed. Breaks the set-up, or `handle_after`,
 * `write` and `close`.
 */
struct handles {
    int read;
    int written;
};
struct handles open_half_used(const char *read, const char *written, struct content source);
void use_other_half(struct handles handles, struct content source);

/** Checks that an open file goes on with `size` bytes of the content from `offset`. */
void check_rest(const char *check, int fd, struct content content, size_t offset, size_t size);

/**
 * Writes `size` bytes of the content from `offset`. Where that fails the check is broken, or
 * `setup_room`: that there is no space for them says nothing about rename.
 */
void write_part(const char *check, int fd, struct content content, size_t offset, size_t size);

/** Checks that stat answers ENOENT, or that it is a directory. */
void check_absent(const char *check, const char *name);
void check_directory(const char *check, const char *name);

/** Checks how many entries D or a directory in it lists, "." and ".." not counted. */
void check_entry_count(const char *directory, unsigned long entries);

/** Whether a call refuses a name for its length, or for its depth: errors for this differ. */
int says_too_long(int error);

/** Numbered names and labels: writes "<head><number, 4 digits><tail>" into `out`. */
enum { NUMBERED_BYTES = 320 };
const char *numbered(char out[NUMBERED_BYTES], const char *head, unsigned number, const char *tail);

/**
 * A file of a sweep, whose name need not be constant: created with O_EXCL, written and closed.
 * Nothing remembers it: the shape removes it with `remove_swept`. Returns 0, or the errno; the
 * broken check is the caller's, and to read one of them back, which stands for all.
 */
int write_swept(const char *name, struct content content);

/**
 * Renames a file of a sweep. Success is not worth a line, as a sweep has many; otherwise the check
 * `answer` is broken, and `source_kept` says whether the content is still there.
 */
void rename_swept(const char *from, const char *to, struct content content);

/** Removes a file of a sweep, if it is there; a failure is a broken check `cleanup`. */
void remove_swept(const char *name);

/** One `check sweep`: held when `failures` is 0. `first` names the first failure. */
void report_sweep(unsigned long failures, const char *first);

/**
 * How many bytes the longest name has that D can hold, at most LONGEST_NAME; found by creating such
 * files and removing them, and noted in the journal. To be asked before anything is made. 0 when
 * the story does not go on.
 */
enum { LONGEST_NAME = 255, LEAST_NAME = 8 };
unsigned find_longest_name(void);

#endif
