/* SPDX-License-Identifier: MIT */
#include "target/sysroot.h"

#include "base/path.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MANIFEST_LIMIT = 1024 * 1024, LOCK_LIMIT = 1024 * 1024 };

static const char default_abi[] = "nanvix-i686";

/* Reads "v1.2.3" or "1.2.3"; what follows is left alone. */
static bool parse_release(const char *text, unsigned parts[3])
{
    const char *here = text[0] == 'v' ? text + 1 : text;
    for (int i = 0; i < 3; i++) {
        char *end = NULL;
        if (!isdigit((unsigned char)here[0]))
            return false;
        unsigned long number = strtoul(here, &end, 10);
        if (number > 1000000 || (i < 2 && *end != '.'))
            return false;
        parts[i] = (unsigned)number;
        here = end + 1;
    }
    return true;
}

int release_compare(const char *left, const char *right, bool *ok)
{
    unsigned a[3];
    unsigned b[3];
    *ok = parse_release(left, a) && parse_release(right, b);
    for (int i = 0; *ok && i < 3; i++)
        if (a[i] != b[i])
            return a[i] < b[i] ? -1 : 1;
    return 0;
}

bool sysroot_is_release(const char *text)
{
    unsigned parts[3];
    size_t length = strlen(text);
    if (length >= 64 ||
        strspn(text, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                     ".+-") != length)
        return false;
    return parse_release(text, parts) ||
           (length >= 7 && length <= 40 && strspn(text, "0123456789abcdef") == length);
}

static void take_text(const json_t *manifest, const char *key, char *out, size_t size)
{
    const char *text = json_string_value(json_object_get(manifest, key));
    if (text != NULL)
        (void)snprintf(out, size, "%s", text);
}

static int read_manifest(struct sysroot *sysroot, struct error *error)
{
    char path[PATH_MAX];
    CLEANUP_JSON_SOURCE struct json_source source = {0};
    if (path_format(path, sizeof path, error, "%s/manifest.json", sysroot->path) != 0)
        return -1;
    if (access(path, F_OK) != 0)
        return 0;
    if (json_source_load(&source, path, MANIFEST_LIMIT, error) != 0)
        return -1;
    char release[64] = "";
    take_text(source.root, "deployment_mode", sysroot->deployment_mode,
              sizeof sysroot->deployment_mode);
    take_text(source.root, "guest_abi", sysroot->guest_abi, sizeof sysroot->guest_abi);
    take_text(source.root, "release", release, sizeof release);
    if (sysroot_is_release(release))
        (void)snprintf(sysroot->release, sizeof sysroot->release, "%s", release);
    sysroot->is_double = json_is_true(json_object_get(source.root, "double"));
    if (strspn(sysroot->guest_abi, "abcdefghijklmnopqrstuvwxyz0123456789_-") !=
        strlen(sysroot->guest_abi))
        return json_source_fail(&source, "/guest_abi", error,
                                "an ABI is lower-case letters, digits, '-' and '_'");
    if (!sysroot->is_double && strcmp(sysroot->guest_abi, default_abi) != 0)
        return json_source_fail(&source, "/guest_abi", error,
                                "only the tests' double may run other guests than %s", default_abi);
    return 0;
}

/* The lock's format is not ours to know: the first word that is a version, on a line that speaks
 * of nanvix or of a release. */
static void read_lock(struct sysroot *sysroot)
{
    char path[PATH_MAX];
    char line[1024];
    if (path_format(path, sizeof path, NULL, "%s/nanvix.lock", sysroot->path) != 0)
        return;
    CLEANUP_FILE FILE *lock = fopen(path, "re");
    while (lock != NULL && fgets(line, sizeof line, lock) != NULL) {
        char *rest = NULL;
        if (strstr(line, "nanvix") == NULL && strstr(line, "release") == NULL)
            continue;
        for (char *word = strtok_r(line, " \t\r\n\"'=:,", &rest); word != NULL;
             word = strtok_r(NULL, " \t\r\n\"'=:,", &rest)) {
            unsigned parts[3];
            if (parse_release(word, parts) && sysroot_is_release(word)) {
                (void)snprintf(sysroot->release, sizeof sysroot->release, "%s", word);
                return;
            }
        }
    }
}

/* "nanvix-x86-microvm-standalone-release-128mb-<commit>" names its mode. */
static void guess_mode_from_name(struct sysroot *sysroot)
{
    static const char *const modes[] = {"hosted-single-process", "hosted-multi-process",
                                        "single-process", "multi-process", "standalone"};
    static const char *const names[] = {"hosted-single-process", "hosted-multi-process",
                                        "hosted-single-process", "hosted-multi-process",
                                        "standalone"};
    const char *name = strrchr(sysroot->path, '/');
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (sysroot->deployment_mode[0] == '\0' && name != NULL && strstr(name, modes[i]) != NULL)
            (void)snprintf(sysroot->deployment_mode, sizeof sysroot->deployment_mode, "%s",
                           names[i]);
}

int sysroot_check_path(const char *path, const char *remedy, struct error *error)
{
    if (strpbrk(path, " ;\t\n") == NULL)
        return 0;
    return error_set(error, ERROR_INPUT, path,
                     "holds a space or a ';', which Nanvix's command lines can't carry; %s",
                     remedy);
}

static int check_place(const struct sysroot *sysroot, struct error *error)
{
    char nanvixd[PATH_MAX];
    struct stat status;
    if (stat(sysroot->path, &status) != 0)
        return error_set_errno(error, errno, sysroot->path, "cannot be used as a sysroot");
    if (!S_ISDIR(status.st_mode))
        return error_set(error, ERROR_ENVIRONMENT, sysroot->path,
                         "is no directory; --nanvix takes an unpacked release");
    if (sysroot_check_path(sysroot->path, "move the sysroot", error) != 0)
        return -1;
    if (path_format(nanvixd, sizeof nanvixd, error, "%s/bin/nanvixd.elf", sysroot->path) != 0)
        return -1;
    if (access(nanvixd, F_OK) != 0)
        return error_set(error, ERROR_ENVIRONMENT, sysroot->path,
                         "is no Nanvix sysroot: bin/nanvixd.elf is missing; unpack a release and "
                         "give the directory that holds its bin/");
    return 0;
}

int sysroot_inspect(struct sysroot *sysroot, const char *path, const char *release,
                    struct error *error)
{
    *sysroot = (struct sysroot){.release = "unknown"};
    (void)snprintf(sysroot->guest_abi, sizeof sysroot->guest_abi, "%s", default_abi);
    if (realpath(path, sysroot->path) == NULL)
        return error_set_errno(error, errno, path, "cannot be used as a sysroot");
    if (release != NULL && !sysroot_is_release(release))
        return error_set(error, ERROR_USAGE, release,
                         "is no release; give a version such as 0.20.8 or a commit's hash");
    if (check_place(sysroot, error) != 0)
        return -1;
    read_lock(sysroot);
    if (read_manifest(sysroot, error) != 0)
        return -1;
    guess_mode_from_name(sysroot);
    if (release != NULL)
        (void)snprintf(sysroot->release, sizeof sysroot->release, "%s", release);
    return 0;
}

static bool has_word(const json_t *words, const char *wanted)
{
    size_t index;
    const json_t *word;
    json_array_foreach(words, index, word)
        if (strcmp(json_string_value(word), wanted) == 0)
            return true;
    return false;
}

/* Where the release is not told, what came with the change tells it. */
static bool has_new_tools(const struct sysroot *sysroot)
{
    char path[PATH_MAX];
    return path_format(path, sizeof path, NULL, "%s/bin/mkimage.elf", sysroot->path) == 0 &&
           access(path, F_OK) == 0;
}

static bool release_fits(const struct sysroot *sysroot, const json_t *wants, char *why, size_t size)
{
    const char *from = json_string_value(json_object_get(wants, "from_release"));
    const char *before = json_string_value(json_object_get(wants, "before_release"));
    bool ok;
    bool release_is_known;
    (void)release_compare(sysroot->release, "0.0.0", &release_is_known);
    if (from != NULL && release_compare(sysroot->release, from, &ok) < 0)
        (void)snprintf(why, size, "mode not in this release: it came with %s, this is %s", from,
                       sysroot->release);
    else if (before != NULL && release_compare(sysroot->release, before, &ok) >= 0 && ok)
        (void)snprintf(why, size, "mode not in this release: it went with %s, this is %s", before,
                       sysroot->release);
    else if (before != NULL && !release_is_known && has_new_tools(sysroot))
        (void)snprintf(why, size,
                       "mode not in this release: the release is %s, and bin/mkimage.elf came with "
                       "%s; give --release if it is older",
                       sysroot->release, before);
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
        (void)snprintf(why, size, "mode not in this release: it was built for %s",
                       sysroot->deployment_mode);
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

int sysroot_digest(const struct sysroot *sysroot, const struct target *target, json_t *digests,
                   struct error *error)
{
    size_t index;
    const json_t *file;
    json_array_foreach(json_object_get(json_object_get(target->source.root, "sysroot"), "files"),
                       index, file) {
        char path[PATH_MAX];
        char digest[DIGEST_SIZE];
        const char *name = json_string_value(file);
        if (path_format(path, sizeof path, error, "%s/%s", sysroot->path, name) != 0 ||
            digest_file(path, digest, error) != 0)
            return -1;
        if (json_object_set_new(digests, name, json_string(digest)) != 0)
            return error_set(error, ERROR_MEMORY, path, "out of memory for its digest");
    }
    return 0;
}
