/* SPDX-License-Identifier: MIT */
#include "gate/result_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_json_name(const struct dirent *entry)
{
    size_t length = strlen(entry->d_name);
    return length > 5 && entry->d_name[0] != '.' &&
           strcmp(entry->d_name + length - 5, ".json") == 0;
}

static int compare_names(const struct dirent **left, const struct dirent **right)
{
    return strcmp((*left)->d_name, (*right)->d_name);
}

void result_files_release(char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(paths[i]);
    free((void *)paths);
}

static int out_of_memory(const char *path, struct error *error)
{
    return error_set(error, ERROR_MEMORY, path, "out of memory for a list of files");
}

static int take_names(const char *path, struct dirent **entries, int found, char **paths,
                      size_t *count, struct error *error)
{
    for (int i = 0; i < found; i++) {
        if (asprintf(&paths[*count], "%s/%s", path, entries[i]->d_name) < 0)
            return out_of_memory(path, error);
        ++*count;
    }
    return 0;
}

static int take_directory(const char *path, struct dirent **entries, int found, char ***paths,
                          size_t *count, struct error *error)
{
    if (found == 0)
        return error_set(error, ERROR_INPUT, path, "no *.json in this directory");
    *paths = calloc((size_t)found, sizeof(char *));
    if (*paths == NULL)
        return out_of_memory(path, error);
    return take_names(path, entries, found, *paths, count, error);
}

static int take_file(const char *path, char ***paths, size_t *count, struct error *error)
{
    *paths = calloc(1, sizeof(char *));
    if (*paths == NULL)
        return out_of_memory(path, error);
    (*paths)[0] = strdup(path);
    if ((*paths)[0] == NULL)
        return out_of_memory(path, error);
    *count = 1;
    return 0;
}

int result_files_list(const char *path, char ***paths, size_t *count, struct error *error)
{
    *paths = NULL;
    *count = 0;
    struct dirent **entries = NULL;
    int found = scandir(path, &entries, is_json_name, compare_names);
    /* A directory that can't be read can't be read as a file, which then says why. */
    if (found < 0)
        return take_file(path, paths, count, error);
    int failed = take_directory(path, entries, found, paths, count, error);
    for (int i = 0; i < found; i++)
        free(entries[i]);
    free((void *)entries);
    return failed;
}
