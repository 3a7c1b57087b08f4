/* SPDX-License-Identifier: MIT */
/* Runs a fuzz target over the files of its corpus, for builds without libFuzzer. */
#include "fuzz.h"

#include <dirent.h>
#include <string.h>

#define INPUT_MAX ((size_t)1 << 20)

static int replay_file(const char *path, uint8_t *input)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return -1;
    }
    size_t size = fread(input, 1, INPUT_MAX, file);
    int failed = ferror(file);
    (void)fclose(file);
    if (failed) {
        perror(path);
        return -1;
    }
    /* A copy of exactly this size, so that a checker of memory sees a read past its end. */
    uint8_t *exact = malloc(size == 0 ? 1 : size);
    if (exact == NULL)
        return -1;
    memcpy(exact, input, size);
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    return 0;
}

static int replay_directory(const char *path, uint8_t *input, size_t *count)
{
    DIR *directory = opendir(path);
    if (directory == NULL) {
        perror(path);
        return -1;
    }
    int result = 0;
    for (struct dirent *entry; result == 0 && (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        char name[4096];
        (void)snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        result = replay_file(name, input);
        (*count)++;
    }
    (void)closedir(directory);
    return result;
}

int main(int argc, char **argv)
{
    uint8_t *input = malloc(INPUT_MAX);
    size_t count = 0;
    int result = input == NULL || argc < 2 ? -1 : 0;
    for (int i = 1; i < argc && result == 0; i++)
        result = replay_directory(argv[i], input, &count);
    free(input);
    (void)printf("%zu inputs\n", count);
    return result == 0 && count > 0 ? 0 : 1;
}
