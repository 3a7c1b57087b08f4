/* SPDX-License-Identifier: MIT */
#include "target/sysroot_lock.h"

#include "base/cleanup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    ASSETS_MAX =
        sizeof((struct sysroot_lock *)0)->assets / sizeof((struct sysroot_lock *)0)->assets[0]
};

/* The package that is read: TOML does not say in which order its keys stand. */
struct package {
    char name[64];
    char tag[64];
    char assets[ASSETS_MAX][160];
    size_t asset_count;
};

/* Reads `KEY = "VALUE"`; false for any other line. */
static bool read_pair(char *line, const char **key, const char **value)
{
    char *equals = strchr(line, '=');
    if (equals == NULL)
        return false;
    *key = line + strspn(line, " \t");
    line[strcspn(line, " \t=")] = '\0';
    char *text = equals + 1 + strspn(equals + 1, " \t");
    char quote = text[0];
    if (quote != '"' && quote != '\'')
        return false;
    char *end = strchr(text + 1, quote);
    if (end == NULL)
        return false;
    *end = '\0';
    *value = text + 1;
    return true;
}

static void take(char *out, size_t size, const char *text)
{
    if (strlen(text) < size)
        (void)snprintf(out, size, "%s", text);
}

static void take_package(struct sysroot_lock *lock, const struct package *package)
{
    if (strcmp(package->name, "nanvix") != 0)
        return;
    memcpy(lock->release, package->tag, sizeof lock->release);
    memcpy(lock->assets, package->assets, sizeof lock->assets);
}

static void take_pair(struct sysroot_lock *lock, struct package *package, const char *section,
                      const char *key, const char *value)
{
    if (strcmp(section, "[metadata.sdk]") == 0 && strcmp(key, "nanvix-tag") == 0)
        take(lock->sdk_release, sizeof lock->sdk_release, value);
    else if (strcmp(section, "[[package]]") == 0 && strcmp(key, "name") == 0)
        take(package->name, sizeof package->name, value);
    else if (strcmp(section, "[[package]]") == 0 && strcmp(key, "resolved-tag") == 0)
        take(package->tag, sizeof package->tag, value);
    else if (strcmp(section, "[[package.assets]]") == 0 && strcmp(key, "name") == 0 &&
             package->asset_count < ASSETS_MAX)
        take(package->assets[package->asset_count++], sizeof package->assets[0], value);
}

/* The length of an archive's name without what says how it is packed. */
static size_t stem_of(const char *name)
{
    const char *end = strstr(name, ".tar");
    return end == NULL ? strlen(name) : (size_t)(end - name);
}

static bool is_named(const struct sysroot_lock *lock, const char *archive)
{
    size_t stem = stem_of(archive);
    for (size_t i = 0; i < ASSETS_MAX; i++)
        if (stem_of(lock->assets[i]) == stem && strncmp(lock->assets[i], archive, stem) == 0)
            return true;
    return false;
}

bool sysroot_lock_read(const char *path, const char *archive, struct sysroot_lock *lock)
{
    char line[1024];
    char section[64] = "";
    struct package package = {.name = ""};
    *lock = (struct sysroot_lock){.release = ""};
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC); /* it may be a FIFO */
    CLEANUP_FILE FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
    if (file == NULL) {
        if (fd >= 0)
            (void)close(fd);
        return false;
    }
    while (fgets(line, sizeof line, file) != NULL) {
        const char *key;
        const char *value;
        if (line[strspn(line, " \t")] == '[') {
            (void)sscanf(line, " %63s", section);
            if (strcmp(section, "[[package]]") == 0) {
                take_package(lock, &package);
                package = (struct package){.name = ""};
            }
        } else if (read_pair(line, &key, &value)) {
            take_pair(lock, &package, section, key, value);
        }
    }
    take_package(lock, &package);
    lock->names_other = archive != NULL && lock->assets[0][0] != '\0' && !is_named(lock, archive);
    return true;
}
