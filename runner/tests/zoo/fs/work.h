/* SPDX-License-Identifier: MIT */
#ifndef ZOO_WORK_H
#define ZOO_WORK_H

#include "zoo.h"

#include <limits.h>
#include <time.h>

/**
 * What the zoo remembers of one work directory. Several probes share a mount, each in a directory
 * of its own, so that "the second rename" and "everything after the rename" mean those of one probe
 * and a verdict does not depend on which probe came first.
 */
struct work {
    struct work *next;
    char name[PATH_MAX];     /* the leading components that name it */
    unsigned renames;        /* how many were begun */
    bool renamed;            /* one was answered */
    char old_name[PATH_MAX]; /* of the last one that was answered */
    char new_name[PATH_MAX];
    pid_t renamer;
    struct timespec renamed_at; /* CLOCK_REALTIME, as the times of files */
    char open_name[PATH_MAX];   /* the file that was created and not closed yet; empty: none */
    ino_t looked_at;            /* one that was asked for by name while it was open */
    struct timespec looked_when;
};

/** Counts one more rename of the work directory that `path` is in; returns which one it is, from 1.
 */
unsigned work_count_rename(struct zoo *zoo, const char *path);

/** Remembers an answered rename for the work directory of its source. */
void work_note_rename(struct zoo *zoo, const char *from, const char *to, pid_t renamer);

/** Remembers the file that is open for being written, that none is, or that it was asked for. */
void work_note_open(struct zoo *zoo, const char *path);
void work_note_close(struct zoo *zoo, const char *path);
void work_note_early_look(struct zoo *zoo, const char *path, ino_t inode);

/** Copies what is known of the work directory that `path` is in; false when nothing is. */
bool work_find(struct zoo *zoo, const char *path, struct work *copy);

/** Releases everything that was remembered. */
void work_forget_all(struct zoo *zoo);

#endif
