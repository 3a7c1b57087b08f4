/* SPDX-License-Identifier: MIT */
#ifndef ZOO_BEHAVIOUR_H
#define ZOO_BEHAVIOUR_H

#include "zoo.h"

#include <sys/stat.h>

/**
 * What the faults do. A fault is any mix of the kinds below; fault_table.c puts them together.
 */

/** Takes the place of rename. Returns 0 or a negative errno; may never return. */
typedef int rename_behaviour(struct zoo *zoo, const char *from, const char *to);

/** Is called at the start of every request but rename. Does nothing or never returns. */
typedef void enter_behaviour(struct zoo *zoo, const struct request *request);

/** Says whether a name is to be denied to the caller of a getattr, or of the listing it is in. */
typedef bool hide_behaviour(struct zoo *zoo, const struct request *request);

/** Refuses a getattr, create, mkdir or rename (of the new name). Returns 0 or a negative errno. */
typedef int refuse_behaviour(struct zoo *zoo, const struct request *request);

/** Changes what a getattr by name says. */
typedef void pretend_behaviour(struct zoo *zoo, const char *path, struct stat *status);

/** Says whether nothing is to be read from an open file of the backing directory. */
typedef bool blind_behaviour(const struct zoo *zoo, int fd);

/** Gives a name that a listing of `directory` shows although it is not there; false for none. */
typedef bool ghost_behaviour(struct zoo *zoo, const char *directory, char *name, size_t size);

/** rename as the backing directory does it. */
rename_behaviour rename_rightly;

/* Renames that are never answered: the daemon's thread sleeps for ever. */
rename_behaviour rename_never;
rename_behaviour rename_never_in_subdirectory;
rename_behaviour rename_never_for_pycache;
rename_behaviour rename_never_into_y;
rename_behaviour rename_never_onto_existing;
rename_behaviour rename_never_second_time;
/** The parameter is how many renames of the whole file system one in which is the stuck one. */
rename_behaviour rename_never_one_in;
/** The rename is done, only its answer never comes. */
rename_behaviour rename_done_never_answered;

/** The parameter is how many milliseconds the right answer takes. */
rename_behaviour rename_late;
/** The parameter is the errno's number. */
rename_behaviour rename_refused;

/* Renames that answer 0 and are wrong. */
rename_behaviour rename_not_at_all;
rename_behaviour rename_copying;
rename_behaviour rename_copying_and_removing;
rename_behaviour rename_removing_both;
rename_behaviour rename_keeping_old_content;
rename_behaviour rename_truncating;
rename_behaviour rename_corrupting;
rename_behaviour rename_swapping;
rename_behaviour rename_into_wrong_directory;

/** The daemon aborts before it answers. */
rename_behaviour rename_and_die;

enter_behaviour hang_create_excl;
enter_behaviour hang_write;
/** The parameter is the content, in hexadecimal, that a write must hold to be stuck. */
enter_behaviour hang_write_of_bytes;
enter_behaviour hang_flush;
enter_behaviour hang_stat_after_rename;
enter_behaviour hang_read_after_rename;
enter_behaviour hang_readdir_after_rename;
enter_behaviour hang_all_after_rename;
/** The parameter is how many renames of the whole file system are answered before nothing is. */
rename_behaviour rename_until_silent;
enter_behaviour hang_once_silent;
/** The parameter is how many milliseconds each unlink takes. */
enter_behaviour late_unlink;

/** The new name of a rename exists for the process that renamed, for nobody else. */
hide_behaviour hide_new_name_from_others;

/** The parameter is for how many milliseconds the new name of a rename is denied to all. */
hide_behaviour hide_new_name_for_a_time;
/** The parameter is for how many milliseconds a listing lacks what was made or changed. */
hide_behaviour list_late;

/** The old name of the last rename. */
ghost_behaviour list_old_name;

/** The parameter is how many bytes a name can have. */
refuse_behaviour refuse_long_names;
/** No file can be made any more in a work directory in which a rename was done. */
refuse_behaviour refuse_create_after_rename;

/** The parameter is for how many milliseconds a file is empty after it was written. */
pretend_behaviour pretend_not_written;
blind_behaviour read_nothing_yet;
/** A size is kept for so many milliseconds (the parameter), also one that was asked for before the
 * file was closed: nothing was stored then. */
pretend_behaviour pretend_old_size;
/** The inode's number comes from the name. */
pretend_behaviour pretend_number_of_name;

#endif
