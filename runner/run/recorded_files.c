/* SPDX-License-Identifier: MIT */
#include "run/recorded_files.h"

#include "base/digest.h"
#include "base/files.h"
#include "base/json_access.h"
#include "base/json_build.h"
#include "base/json_file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { IDENTITY_SIZE = 128, MANIFEST_BYTES_MAX = 1024 * 1024 };

/* What changes when a file is replaced or written to. Not the change time: a further hard link, as
 * a backup may make one, changes that as well. */
static int identify(const char *path, char out[IDENTITY_SIZE], struct error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return error_set_errno(error, errno, path, "cannot be looked at");
    (void)snprintf(out, IDENTITY_SIZE, "%llu:%llu %lld %lld.%09ld",
                   (unsigned long long)status.st_dev, (unsigned long long)status.st_ino,
                   (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                   status.st_mtim.tv_nsec);
    return 0;
}

int recorded_add(json_t *files, const char *path, const char *shape, const char *digest,
                 struct error *error)
{
    struct builder builder = {0};
    char identity[IDENTITY_SIZE];
    if (identify(path, identity, error) != 0)
        return -1;
    json_t *file = build_next_object(&builder, files);
    build_set(&builder, file, "path", json_string(path)); /* as it is: it is opened again */
    build_text(&builder, file, "shape", shape);
    build_text(&builder, file, "digest", digest);
    build_text(&builder, file, "identity", identity);
    return builder.failed ? error_set(error, ERROR_MEMORY, path, "cannot be remembered") : 0;
}

json_t *recorded_for(const json_t *files, const char *shape)
{
    CLEANUP_JSON json_t *own = json_array();
    size_t index;
    json_t *file;
    json_array_foreach(files, index, file) {
        const char *of = json_text(file, "shape");
        if ((of == NULL || strcmp(of, shape) == 0) && json_array_append(own, file) != 0)
            return NULL;
    }
    return json_incref(own);
}

static int check_one(const json_t *file, bool digests, struct error *error)
{
    char identity[IDENTITY_SIZE];
    char digest[DIGEST_SIZE];
    const char *path = json_text(file, "path");
    if (identify(path, identity, error) != 0)
        return -1;
    if (strcmp(identity, json_text(file, "identity")) != 0)
        return error_set(error, ERROR_INPUT, path,
                         "was replaced or written to while the run went on; run again");
    if (!digests)
        return 0;
    if (digest_file(path, digest, error) != 0)
        return -1;
    if (strcmp(digest, json_text(file, "digest")) != 0)
        return error_set(error, ERROR_INPUT, path,
                         "has another content than when the run began; run again");
    return 0;
}

int recorded_check(const json_t *files, bool digests, struct error *error)
{
    size_t index;
    const json_t *file;
    json_array_foreach(files, index, file)
        if (check_one(file, digests, error) != 0)
            return -1;
    return 0;
}

int recorded_compare_manifest(const char *directory, const char *abi, json_t *digests,
                              struct error *error)
{
    char path[PATH_MAX];
    CLEANUP_JSON_SOURCE struct json_source manifest = {0};
    if (path_format(path, sizeof path, error, "%s/../manifest.json", directory) != 0)
        return -1;
    struct stat status;
    if (stat(path, &status) != 0 && errno == ENOENT)
        return 0;
    if (json_source_load(&manifest, path, MANIFEST_BYTES_MAX, error) != 0)
        return -1;
    const json_t *built = json_object_get(json_object_get(manifest.root, "abis"), abi);
    const char *name;
    json_t *digest;
    json_object_foreach(digests, name, digest) {
        const char *wanted = json_text(built, name);
        if (built != NULL && (wanted == NULL || strcmp(wanted, json_string_value(digest)) != 0))
            return error_set(error, ERROR_INPUT, directory,
                             "%s is not the program that was built (manifest.json beside this "
                             "directory says so); build or install the probes again",
                             name);
    }
    return 0;
}
