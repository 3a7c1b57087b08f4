/* SPDX-License-Identifier: MIT */
#ifndef RO_ARTIFACT_H
#define RO_ARTIFACT_H

#include "run/document/output.h"

/** What one stream of bytes becomes on disk. Zeroed but for its name it is ready. Few streams are
 * longer than what is kept here, and so each of them takes one message. */
struct artifact {
    char name[256];
    char *kept; /* bytes on their way; owned */
    size_t length;
    size_t room;
    bool captured; /* there is an artifact */
};

/** Takes more bytes. `output` may be NULL, and then they go nowhere. Sets `error` with ERROR_MEMORY
 * or ERROR_ENVIRONMENT when they are lost. */
void artifact_add(struct artifact *artifact, struct output *output, const char *bytes,
                  size_t length, struct error *error);

/** Writes what is left; whether it had to be shortened is added to `*cut`. The same errors. */
void artifact_end(struct artifact *artifact, struct output *output, bool *cut, struct error *error);

/** Frees what is kept. */
void artifact_release(struct artifact *artifact);

#endif
