/* SPDX-License-Identifier: MIT */
#include "base/files.h"
#include "target/sysroot.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static bool has_word(const json_t *words, const char *wanted)
{
    size_t index;
    const json_t *word;
    json_array_foreach(words, index, word)
        if (strcmp(json_string_value(word), wanted) == 0)
            return true;
    return false;
}

static bool has_file(const struct sysroot *sysroot, const char *name)
{
    char path[PATH_MAX];
    return path_format(path, sizeof path, NULL, "%s/%s", sysroot->path, name) == 0 &&
           access(path, F_OK) == 0;
}

static bool release_fits(const struct sysroot *sysroot, const json_t *wants, char *why, size_t size)
{
    const char *from = json_string_value(json_object_get(wants, "from_release"));
    const char *before = json_string_value(json_object_get(wants, "before_release"));
    const char *successor = json_string_value(json_object_get(wants, "successor"));
    bool ok;
    bool release_is_known;
    (void)release_compare(sysroot->release, "0.0.0", &release_is_known);
    if (from != NULL && release_compare(sysroot->release, from, &ok) < 0)
        (void)snprintf(why, size, "mode not in this release: it came with %s, this is %s", from,
                       sysroot->release);
    else if (before != NULL && release_compare(sysroot->release, before, &ok) >= 0 && ok)
        (void)snprintf(why, size, "mode not in this release: it went with %s, this is %s", before,
                       sysroot->release);
    else if (successor != NULL && !release_is_known && has_file(sysroot, successor))
        (void)snprintf(why, size,
                       "mode not in this release: the release is %s, and %s came with %s; give "
                       "--release if it is older",
                       sysroot->release, successor, before);
    else
        return true;
    return false;
}

static bool has_files(const struct sysroot *sysroot, const json_t *files, char *why, size_t size)
{
    size_t index;
    const json_t *file;
    json_array_foreach(files, index, file) {
        char path[PATH_MAX];
        const char *name = json_string_value(file);
        if (path_format(path, sizeof path, NULL, "%s/%s", sysroot->path, name) != 0)
            return false;
        if (access(path, F_OK) != 0) {
            (void)snprintf(why, size, "mode not in this release: %s is not in the sysroot", name);
            return false;
        }
        if (access(path, X_OK) != 0 && strstr(name, "kernel") == NULL) {
            (void)snprintf(why, size, "%s can't be executed; chmod +x it", path);
            return false;
        }
    }
    return true;
}

bool sysroot_serves(const struct sysroot *sysroot, const struct target *target, char *why,
                    size_t size)
{
    const json_t *wants = json_object_get(target->source.root, "sysroot");
    const char *device = json_string_value(json_object_get(wants, "device"));
    if (wants == NULL) {
        (void)snprintf(why, size, "does not use a sysroot");
        return false;
    }
    if (sysroot->deployment_mode[0] != '\0' &&
        !has_word(json_object_get(wants, "deployment_modes"), sysroot->deployment_mode)) {
        (void)snprintf(why, size, "mode not in this release: %s was built for %s (%s tells it)",
                       strcmp(sysroot->release, "unknown") == 0 ? "it" : sysroot->release,
                       sysroot->deployment_mode, sysroot->mode_from);
        return false;
    }
    if (!release_fits(sysroot, wants, why, size) ||
        !has_files(sysroot, json_object_get(wants, "files"), why, size))
        return false;
    if (device != NULL && !sysroot->is_double && access(device, R_OK | W_OK) != 0) {
        (void)snprintf(why, size,
                       "needs read-write access to %s: %s; run on a machine with KVM, as "
                       "a member of the group kvm",
                       device, strerror(errno));
        return false;
    }
    return true;
}

size_t sysroot_argument_bytes(const struct sysroot *sysroot, const struct target *target)
{
    size_t bytes = 0;
    size_t index;
    const json_t *limit;
    json_array_foreach(
        json_object_get(json_object_get(target->source.root, "sysroot"), "argument_bytes"), index,
        limit) {
        bool comparable = true;
        const char *from = json_string_value(json_object_get(limit, "from_release"));
        if (from == NULL ||
            (release_compare(sysroot->release, from, &comparable) >= 0 && comparable))
            bytes = (size_t)json_integer_value(json_object_get(limit, "bytes"));
    }
    return bytes;
}
