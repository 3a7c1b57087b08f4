/* SPDX-License-Identifier: MIT */
#include "commands/documents.h"

#include "gate/evidence/result_files.h"
#include "run/last_run.h"

#include <stdlib.h>
#include <string.h>

int documents_add(struct documents *documents, char *const *words, size_t count,
                  struct error *error)
{
    for (size_t i = 0; i < count; i++) {
        char **found = NULL;
        size_t more = 0;
        int failed = result_files_list(words[i], &found, &more, error);
        char **grown = failed != 0 ? NULL
                                   : reallocarray(documents->paths, documents->count + more,
                                                  sizeof *documents->paths);
        if (grown == NULL) {
            result_files_release(found, more);
            return error_set(error, ERROR_MEMORY, words[i], "out of memory for its files");
        }
        memcpy((void *)(grown + documents->count), (const void *)found, more * sizeof *found);
        documents->paths = grown;
        documents->count += more;
        free((void *)found);
    }
    return 0;
}

int documents_of_last_run(struct documents *documents, struct error *error)
{
    char directory[PATH_MAX];
    char *const words[] = {directory};
    if (last_run_find(DOCUMENTS_DEFAULT, directory, error) != 0)
        return -1;
    return documents_add(documents, words, 1, error);
}

void documents_release(struct documents *documents)
{
    result_files_release(documents->paths, documents->count);
    *documents = (struct documents){0};
}
