/* SPDX-License-Identifier: MIT */
#ifndef RO_COMMAND_DOCUMENTS_H
#define RO_COMMAND_DOCUMENTS_H

#include "base/error.h"

#include <stddef.h>

/** Where runs put their documents, and commands look for them, unless something else is said. */
#define DOCUMENTS_DEFAULT "results"

/** The files that the documents on a command line stand for. */
struct documents {
    char **paths;
    size_t count;
};

/** Adds what each word stands for: itself, or every *.json below a directory. Returns 0 or -1, and
 * `documents` is to be released in either case. */
int documents_add(struct documents *documents, char *const *words, size_t count,
                  struct error *error);

/** The documents of the newest run below DOCUMENTS_DEFAULT. */
int documents_of_last_run(struct documents *documents, struct error *error);

void documents_release(struct documents *documents);

#endif
