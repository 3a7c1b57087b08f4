/* SPDX-License-Identifier: MIT */
#ifndef RO_SILENCE_H
#define RO_SILENCE_H

#include "process/mount_table.h"

#include <stdbool.h>
#include <stddef.h>

/*
 * File systems that have fallen silent. A helper that waits for one may never end again, so no
 * other is sent where two did not come back, or may not. Those that were out already when it fell
 * silent, at most one a job, can't be helped.
 */

/** What a helper is sent for. */
enum helper_work { WORK_PREPARE, WORK_LOOK, WORK_CLEAN, WORK_COUNT };

enum { SILENCE_ENOUGH = 2, SILENCES_MAX = 32, SILENCE_NAME_SIZE = 96 };

/** What is known of one file system. */
struct silence {
    char device[MOUNT_DEVICE_SIZE];
    unsigned out;     /* helpers that are at work there now */
    bool doubted;     /* a cell has waited in vain there, and no helper has answered since */
    unsigned waiting; /* of them, those that have been silent for a while */
    unsigned lost[WORK_COUNT];
    char cells[SILENCE_ENOUGH][SILENCE_NAME_SIZE]; /* whose the first ones were */
};

/** Of all file systems of a run; zeroed, nothing is known. */
struct silences {
    struct silence all[SILENCES_MAX];
    size_t count;
};

/** The entry of a device, a new one if there is none. With too many devices the last is shared. */
struct silence *silence_of(struct silences *silences, const char *device);

/** A helper did not come back; `cell` names the cell that had sent it. */
void silence_note(struct silence *silence, enum helper_work work, const char *cell);

/**
 * Whether no other helper is to be sent for this work: two are lost, and one of them was sent for
 * the same. Then `why` names the two cells.
 */
bool silence_refuses(const struct silence *silence, enum helper_work work, char *why, size_t size);

/** Whether to wait before another helper is sent: the file system may be silent, and with those
 * that are out two would be lost. */
bool silence_holds(const struct silence *silence);

#endif
