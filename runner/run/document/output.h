/* SPDX-License-Identifier: MIT */
#ifndef RO_OUTPUT_H
#define RO_OUTPUT_H

#include "run/document/document.h"
#include "run/helper/deputy.h"

/**
 * The output directory of a run, OUTPUT/ID: its documents, and the artifacts below it. It may be on
 * a file system that stops answering, so a deputy of its own makes every call on it, and the runner
 * waits for each answer, but not for ever. Once there was none, everything here fails with the same
 * error.
 */
struct output {
    struct deputy deputy;
    pid_t pid;         /* of that deputy, also once it was given up; 0 before there was one */
    struct error lost; /* why there is no deputy any more */
};

/**
 * Makes OUTPUT/ID and takes its lock (leftovers.h). Returns 0, or -1 with ERROR_ENVIRONMENT: it
 * can't be made or written to, or is reached through a symbolic link.
 */
int output_open(struct output *output, const char *path, const char *id, struct error *error);

/** Adds bytes to the artifact `name`, which is made with the first of them. Returns 0, or -1 with
 * ERROR_ENVIRONMENT (disk full). */
int output_capture(struct output *output, const char *name, const char *bytes, size_t length,
                   struct error *error);

/** The same, with the last bytes of it; `*cut` says whether it had to be shortened (capture.h). */
int output_end_capture(struct output *output, const char *name, const char *bytes, size_t length,
                       bool *cut, struct error *error);

/** What document.h has under these names, for the document TARGET.json. */
int output_start(struct output *output, const char *target, struct error *error);
int output_add(struct output *output, const char *target, enum document_list list,
               const json_t *cell, struct error *error);
int output_finish(struct output *output, const char *target, const json_t *head, const char *key,
                  struct error *error);

/** The run is over: gives up the lock and ends the deputy. What is not written never will be. */
void output_close(struct output *output);

/** How the deputy begins: makes and locks the place; `context` is a struct output_place. */
struct output_place {
    const char *path;
    const char *id;
};
json_t *output_make_place(void *context);

/** What the deputy does with a question of the functions above. A deputy_worker. */
json_t *output_do(const json_t *request, const struct payload *payload);

#endif
