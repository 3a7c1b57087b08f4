/* SPDX-License-Identifier: MIT */
#include "gate/evidence/result_files.h"

#include <ctype.h>
#include <errno.h>
#include <fts.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/** A list that grows, and what it is for. */
struct listing {
    char **paths;
    size_t count;
    const char *path; /* as given */
    struct error *error;
};

void result_files_release(char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free((void *)paths);
}

static int take(struct listing *listing, const char *path)
{
    char **grown = reallocarray(listing->paths, listing->count + 1, sizeof *grown);
    if (grown != NULL) {
        listing->paths = grown;
        grown[listing->count] = strdup(path);
        if (grown[listing->count++] != NULL)
            return 0;
    }
    return error_set(listing->error, ERROR_MEMORY, listing->path, "out of memory for its files");
}

/** What `name` has from its last ".json" on, in small letters or capitals; NULL where it has none.
 */
static const char *json_ending(const char *name)
{
    const char *ending = NULL;
    for (const char *at = strcasestr(name, ".json"); at != NULL; at = strcasestr(at + 1, ".json"))
        ending = at;
    return ending;
}

/** What is no document goes to the list too where it is called like one, and is refused there. */
static int visit(struct listing *listing, const FTSENT *entry)
{
    switch (entry->fts_info) {
    case FTS_DNR:
    case FTS_ERR:
    case FTS_NS:
        return error_set_errno(listing->error, entry->fts_errno, entry->fts_path, "cannot be read");
    case FTS_DC:
        return error_set(listing->error, ERROR_INPUT, entry->fts_path,
                         "is a link to a directory that it is in");
    case FTS_D:
    case FTS_DP:
        return 0;
    default:
        break;
    }
    const char *ending = json_ending(entry->fts_name);
    if (ending == NULL || strcmp(ending, ".json.sig") == 0 || isalnum((unsigned char)ending[5]))
        return 0;
    if (ending[5] != '\0')
        return error_set(listing->error, ERROR_INPUT, entry->fts_path,
                         "is called like a document that was packed or put aside: unpack it, call "
                         "it *.json, or take it away");
    return take(listing, entry->fts_path);
}

static int compare_names(const FTSENT **left, const FTSENT **right)
{
    return strcmp((*left)->fts_name, (*right)->fts_name);
}

static int walk(struct listing *listing, FTS *tree)
{
    for (;;) {
        errno = 0;
        const FTSENT *entry = fts_read(tree);
        if (entry != NULL && visit(listing, entry) != 0)
            return -1;
        if (entry != NULL)
            continue;
        if (errno != 0)
            return error_set_errno(listing->error, errno, listing->path, "cannot be read");
        if (listing->count == 0)
            return error_set(listing->error, ERROR_INPUT, listing->path,
                             "no *.json in this directory");
        return 0;
    }
}

static int take_directory(struct listing *listing)
{
    char *given = strdup(listing->path);
    char *const roots[] = {given, NULL};
    FTS *tree = given == NULL ? NULL : fts_open(roots, FTS_LOGICAL | FTS_NOCHDIR, compare_names);
    int failed = tree == NULL
                     ? error_set_errno(listing->error, errno, listing->path, "cannot be read")
                     : walk(listing, tree);
    if (tree != NULL)
        (void)fts_close(tree);
    free(given);
    return failed;
}

int result_files_list(const char *path, char ***paths, size_t *count, struct error *error)
{
    struct listing listing = {.path = path, .error = error};
    struct stat status;
    bool directory = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    /* What is no directory may be no file either; whoever reads it says why. */
    int failed = directory ? take_directory(&listing) : take(&listing, path);
    *paths = listing.paths;
    *count = listing.count;
    return failed;
}
