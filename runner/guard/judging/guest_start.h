/* SPDX-License-Identifier: MIT */
#ifndef RO_GUEST_START_H
#define RO_GUEST_START_H

#include "guard/judging/guest_command.h"
#include "guard/recording/recording.h"

/** A program that a harness had started, or packed so that it could be. */
struct guest_start {
    struct guest_command command;
    char *launcher;   /* the tool that was called: "nanvixd.elf", "mkimage.elf", ... */
    bool interpreter; /* it is a Python interpreter */
    bool booted;      /* a guest was started with it; false for an image that nobody booted and for
                         an interpreter that was started on the host, where it cannot run */
    bool host;        /* called directly, so `command.environment` is the whole of its caller's */
    bool ramfs;       /* nanvixd was given -ramfs with it */
    bool image;       /* it came out of an image that was made here */
    bool opaque;      /* an image that was not made here: nobody knows what is in it */
};

struct guest_start_list {
    struct guest_start *starts;
    size_t count;
};

/**
 * Lists what every record of a recording started: the elements behind nanvixd's "--" (or from the
 * first interpreter on, when there is no "--"), each entry of an image, and interpreters that were
 * called directly. `python_bin` is the value of NANVIX_PYTHON_BIN, or NULL: what has that path or
 * its last component is an interpreter too. The result is the caller's, to be freed with
 * guest_start_list_free. Returns 0, or -1 with ERROR_MEMORY.
 */
int guest_starts_collect(const struct recording *recording, const char *python_bin,
                         struct guest_start_list *out, struct error *error);

/** Frees what the list holds and clears it. */
void guest_start_list_free(struct guest_start_list *list);

#endif
