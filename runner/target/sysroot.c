/* SPDX-License-Identifier: MIT */
#include "target/sysroot.h"

#include "base/files.h"
#include "target/sysroot_archive.h"
#include "target/sysroot_lock.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MANIFEST_LIMIT = 1024 * 1024 };

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

/* The first that tells the release counts; what contradicts it is told. */
static void take_release(struct sysroot *sysroot, const char *release, const char *source)
{
    bool comparable = false;
    if (!sysroot_is_release(release))
        return;
    if (sysroot->release_from[0] == '\0') {
        (void)snprintf(sysroot->release, sizeof sysroot->release, "%s", release);
        (void)snprintf(sysroot->release_from, sizeof sysroot->release_from, "%s", source);
    } else if (release_compare(sysroot->release, release, &comparable) != 0 && comparable) {
        size_t used = strlen(sysroot->doubt);
        (void)snprintf(sysroot->doubt + used, sizeof sysroot->doubt - used,
                       "%s%s says that it is release %s", used == 0 ? "" : "; ", source, release);
    }
}

static void take_mode(struct sysroot *sysroot, const char *text, const char *source)
{
    static const char *const modes[][2] = {{"single-process", "hosted-single-process"},
                                           {"multi-process", "hosted-multi-process"},
                                           {"standalone", "standalone"}};
    for (size_t i = 0; i < sizeof modes / sizeof modes[0]; i++)
        if (sysroot->deployment_mode[0] == '\0' && strstr(text, modes[i][0]) != NULL) {
            (void)snprintf(sysroot->deployment_mode, sizeof sysroot->deployment_mode, "%s",
                           modes[i][1]);
            (void)snprintf(sysroot->mode_from, sizeof sysroot->mode_from, "%s", source);
        }
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
    const char *abi = json_string_value(json_object_get(source.root, "guest_abi"));
    const char *mode = json_string_value(json_object_get(source.root, "deployment_mode"));
    const char *release = json_string_value(json_object_get(source.root, "release"));
    if (abi != NULL)
        (void)snprintf(sysroot->guest_abi, sizeof sysroot->guest_abi, "%s", abi);
    take_mode(sysroot, mode == NULL ? "" : mode, "manifest.json");
    take_release(sysroot, release == NULL ? "" : release, "manifest.json");
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

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

/* Releases are packed as "nanvix-x86-microvm-MODE-release-128mb-COMMIT.tar.bz2". */
static bool is_archive_name(const char *name)
{
    return strncmp(name, "nanvix-", 7) == 0 && strstr(name, "-release-") != NULL;
}

static void read_commit(struct sysroot *sysroot, const char *name)
{
    char commit[64];
    const char *last = strrchr(name, '-');
    if (!is_archive_name(name) || last == NULL)
        return;
    (void)snprintf(commit, sizeof commit, "%.*s", (int)strcspn(last + 1, "."), last + 1);
    take_release(sysroot, commit, "its name");
}

/* The lock lies beside what nanvix-zutil unpacked, or in .nanvix/ near it. It names the archive
 * that it is about. */
static void read_lock(struct sysroot *sysroot, const char *near, const char *name)
{
    static const char *const places[] = {".",          "..",    ".nanvix",
                                         "../.nanvix", "../..", "../../.nanvix"};
    struct sysroot_lock lock = {.release = ""};
    char path[PATH_MAX];
    bool found = false;
    for (size_t i = 0; !found && i < sizeof places / sizeof places[0]; i++)
        found = path_format(path, sizeof path, NULL, "%s/%s/nanvix.lock", near, places[i]) == 0 &&
                sysroot_lock_read(path, is_archive_name(name) ? name : NULL, &lock);
    if (lock.names_other) {
        (void)snprintf(sysroot->doubt, sizeof sysroot->doubt,
                       "nanvix.lock is of another archive, %s, and does not count", lock.assets[0]);
        return;
    }
    take_release(sysroot, lock.release, "nanvix.lock");
    take_release(sysroot, lock.sdk_release, "the SDK in nanvix.lock");
    take_mode(sysroot, lock.assets[0], "nanvix.lock");
}

/* Which daemons there are tells it where nothing else does. */
static void read_files(struct sysroot *sysroot)
{
    static const char *const tells[][2] = {{"bin/vfsd.elf", "standalone"},
                                           {"bin/linuxd.elf", "multi-process"}};
    char path[PATH_MAX];
    for (size_t i = 0; i < sizeof tells / sizeof tells[0]; i++)
        if (path_format(path, sizeof path, NULL, "%s/%s", sysroot->path, tells[i][0]) == 0 &&
            access(path, F_OK) == 0)
            take_mode(sysroot, tells[i][1], tells[i][0]);
}

int sysroot_check_path(const char *path, const char *remedy, struct error *error)
{
    if (strpbrk(path, " ;\t\n") == NULL)
        return 0;
    return error_set(error, ERROR_INPUT, path,
                     "holds a space or a ';', which Nanvix's command lines can't carry; %s",
                     remedy);
}

static bool has_launcher(const char *directory, const char *name)
{
    char path[PATH_MAX];
    return path_format(path, sizeof path, NULL, "%s/%s/bin/nanvixd.elf", directory, name) == 0 &&
           access(path, F_OK) == 0;
}

/* An archive that was unpacked as it is has one directory with all in it. */
static int find_bin(struct sysroot *sysroot, struct error *error)
{
    char inner[NAME_MAX + 1] = "";
    if (has_launcher(sysroot->path, "."))
        return 0;
    CLEANUP_DIRECTORY DIR *directory = opendir(sysroot->path);
    if (directory == NULL)
        return error_set_errno(error, errno, sysroot->path, "cannot be used as a sysroot");
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.' || !has_launcher(sysroot->path, entry->d_name))
            continue;
        if (inner[0] != '\0')
            return error_set(error, ERROR_ENVIRONMENT, sysroot->path,
                             "holds more than one sysroot, %s and %s; give one of them", inner,
                             entry->d_name);
        (void)snprintf(inner, sizeof inner, "%s", entry->d_name);
    }
    if (inner[0] == '\0')
        return error_set(error, ERROR_ENVIRONMENT, sysroot->path,
                         "is no Nanvix sysroot: bin/nanvixd.elf is missing; give the directory "
                         "that holds its bin/, such as nanvix-rt or .nanvix/sysroot, or the "
                         "release's archive");
    char given[PATH_MAX];
    (void)path_format(given, sizeof given, NULL, "%s", sysroot->path);
    if (path_format(sysroot->path, sizeof sysroot->path, error, "%s/%s", given, inner) != 0)
        return -1;
    return sysroot_check_path(sysroot->path, "move the sysroot", error);
}

/* Finds the sysroot in what was given, an archive or a directory. */
static int find_sysroot(struct sysroot *sysroot, const char *given, const char *scratch,
                        bool *is_archive, struct error *error)
{
    struct stat status;
    if (stat(given, &status) != 0)
        return error_set_errno(error, errno, given, "cannot be used as a sysroot");
    *is_archive = S_ISREG(status.st_mode);
    if (*is_archive) {
        if (path_format(sysroot->path, sizeof sysroot->path, error, "%s/sysroot", scratch) != 0 ||
            sysroot_unpack(given, sysroot->path, error) != 0)
            return -1;
    } else if (!S_ISDIR(status.st_mode)) {
        return error_set(error, ERROR_ENVIRONMENT, given,
                         "is no directory and no file; --nanvix takes a release, unpacked or not");
    } else {
        (void)path_format(sysroot->path, sizeof sysroot->path, error, "%s", given);
    }
    return sysroot_check_path(sysroot->path, "move the sysroot", error) != 0
               ? -1
               : find_bin(sysroot, error);
}

int sysroot_inspect(struct sysroot *sysroot, const char *path, const char *release,
                    const char *scratch, struct error *error)
{
    char given[PATH_MAX];
    *sysroot = (struct sysroot){.release = "unknown"};
    (void)snprintf(sysroot->guest_abi, sizeof sysroot->guest_abi, "%s", default_abi);
    if (realpath(path, given) == NULL)
        return error_set_errno(error, errno, path, "cannot be used as a sysroot");
    if (release != NULL && !sysroot_is_release(release))
        return error_set(error, ERROR_USAGE, release,
                         "is no release; give a version such as 0.20.8 or a commit's hash");
    bool is_archive = false;
    if (find_sysroot(sysroot, given, scratch, &is_archive, error) != 0)
        return -1;
    take_release(sysroot, release == NULL ? "" : release, "--release");
    if (read_manifest(sysroot, error) != 0)
        return -1;
    const char *name = last_component(given);
    take_mode(sysroot, name, "its name");
    take_mode(sysroot, last_component(sysroot->path), "its name");
    if (is_archive)
        given[name - given - 1] = '\0';
    read_lock(sysroot, is_archive ? given : sysroot->path, name);
    read_commit(sysroot, name);
    read_files(sysroot);
    return 0;
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
