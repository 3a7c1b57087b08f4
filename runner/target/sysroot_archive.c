/* SPDX-License-Identifier: MIT */
#include "target/sysroot_archive.h"

#include "base/cleanup.h"
#include "base/files.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#define BYTES_MAX (8LL << 30)

enum { ENTRIES_MAX = 500000, BLOCK_SIZE = 1 << 16 };

static void free_reader(struct archive **reader)
{
    if (*reader != NULL)
        (void)archive_read_free(*reader);
}

static void free_writer(struct archive **writer)
{
    if (*writer != NULL)
        (void)archive_write_free(*writer);
}

/* Takes one component off a path; false at its end. */
static bool take_component(const char **path, size_t *length)
{
    *path += strspn(*path, "/");
    *length = strcspn(*path, "/");
    return *length > 0;
}

/* How many directories deep a name lies; -1 for one that is absolute or leads up. */
static int depth_of(const char *name)
{
    int depth = -1;
    size_t length;
    if (name[0] == '/')
        return -1;
    for (; take_component(&name, &length); name += length) {
        if (length == 2 && strncmp(name, "..", 2) == 0)
            return -1;
        depth += length == 1 && name[0] == '.' ? 0 : 1;
    }
    return depth < 0 ? 0 : depth;
}

/* Whether a link's target stays inside. A ".." behind a name would be one of whatever that name
 * leads to, so that it is allowed in front only: then each link stays inside if those that it leads
 * through do. */
static bool stays_inside(const char *target, int depth)
{
    size_t length;
    if (target[0] == '/' || target[0] == '\0')
        return false;
    while (take_component(&target, &length) && length == 2 && strncmp(target, "..", 2) == 0) {
        target += length;
        if (--depth < 0)
            return false;
    }
    return depth_of(target) >= 0;
}

static const char *name_of(struct archive_entry *entry)
{
    const char *name = archive_entry_pathname(entry);
    return name != NULL ? name : archive_entry_pathname_utf8(entry);
}

static const char *refusal(struct archive_entry *entry)
{
    const char *name = name_of(entry);
    const char *hard = archive_entry_hardlink(entry);
    const char *soft = archive_entry_symlink(entry);
    mode_t type = archive_entry_filetype(entry);
    int depth = name == NULL ? -1 : depth_of(name);
    if (depth < 0)
        return "its name leads out of the archive";
    if (hard != NULL)
        return depth_of(hard) < 0 ? "it is a link that leads out of the archive" : NULL;
    if (type == AE_IFLNK)
        return soft == NULL || !stays_inside(soft, depth)
                   ? "it is a link that leads out of the archive"
                   : NULL;
    return type == AE_IFREG || type == AE_IFDIR ? NULL : "it is no file, directory or link";
}

/* Puts the entry below `into`, with the rights that a program needs and no others. */
static int place(struct archive_entry *entry, const char *into, struct error *error)
{
    char path[PATH_MAX];
    const char *hard = archive_entry_hardlink(entry);
    bool opens = archive_entry_filetype(entry) == AE_IFDIR || (archive_entry_perm(entry) & 0111);
    if (hard != NULL) {
        if (path_format(path, sizeof path, error, "%s/%s", into, hard) != 0)
            return -1;
        archive_entry_set_hardlink(entry, path);
    }
    if (path_format(path, sizeof path, error, "%s/%s", into, name_of(entry)) != 0)
        return -1;
    archive_entry_set_pathname(entry, path);
    archive_entry_set_perm(entry, opens ? 0755 : 0644);
    return 0;
}

static int cannot_read(struct archive *reader, const char *archive, struct error *error)
{
    return error_set(error, ERROR_INPUT, archive, "is no archive that can be read: %s",
                     archive_error_string(reader));
}

static int cannot_write(struct archive *writer, const char *archive, struct error *error)
{
    return error_set(error, ERROR_ENVIRONMENT, archive, "cannot be unpacked: %s",
                     archive_error_string(writer));
}

static int copy_content(struct archive *reader, struct archive *writer, const char *archive,
                        long long *left, struct error *error)
{
    const void *block;
    size_t length;
    la_int64_t offset;
    int got;
    while ((got = archive_read_data_block(reader, &block, &length, &offset)) == ARCHIVE_OK) {
        *left -= (long long)length;
        if (*left < 0)
            return error_set(error, ERROR_INPUT, archive, "holds more than %lld GiB",
                             BYTES_MAX >> 30);
        if (archive_write_data_block(writer, block, length, offset) < ARCHIVE_OK)
            return cannot_write(writer, archive, error);
    }
    return got == ARCHIVE_EOF ? 0 : cannot_read(reader, archive, error);
}

static int unpack_all(struct archive *reader, struct archive *writer, const char *archive,
                      const char *into, struct error *error)
{
    struct archive_entry *entry;
    long long left = BYTES_MAX;
    int got;
    for (int count = 0; (got = archive_read_next_header(reader, &entry)) == ARCHIVE_OK; count++) {
        const char *why = count >= ENTRIES_MAX ? "there are too many" : refusal(entry);
        if (why != NULL)
            return error_set(error, ERROR_INPUT, archive, "'%s' is not unpacked: %s",
                             name_of(entry) == NULL ? "?" : name_of(entry), why);
        if (place(entry, into, error) != 0)
            return -1;
        if (archive_write_header(writer, entry) != ARCHIVE_OK)
            return cannot_write(writer, archive, error);
        if (copy_content(reader, writer, archive, &left, error) != 0)
            return -1;
    }
    return got == ARCHIVE_EOF ? 0 : cannot_read(reader, archive, error);
}

int sysroot_unpack(const char *archive, const char *into, struct error *error)
{
    CLEANUP(free_reader) struct archive *reader = archive_read_new();
    CLEANUP(free_writer) struct archive *writer = archive_write_disk_new();
    char inside[PATH_MAX];
    if (reader == NULL || writer == NULL)
        return error_set(error, ERROR_MEMORY, archive, "out of memory for an archive");
    /* The writer follows no link of a path, and what is above the directory may be one. */
    if (mkdir(into, 0755) != 0 || realpath(into, inside) == NULL)
        return error_set_errno(error, errno, into, "cannot be made");
    (void)archive_read_support_format_tar(reader);
    (void)archive_read_support_filter_bzip2(reader);
    (void)archive_read_support_filter_gzip(reader);
    (void)archive_read_support_filter_xz(reader);
    (void)archive_read_support_filter_zstd(reader);
    (void)archive_write_disk_set_options(writer, ARCHIVE_EXTRACT_SECURE_SYMLINKS |
                                                     ARCHIVE_EXTRACT_SECURE_NODOTDOT |
                                                     ARCHIVE_EXTRACT_PERM);
    if (archive_read_open_filename(reader, archive, BLOCK_SIZE) != ARCHIVE_OK)
        return cannot_read(reader, archive, error);
    if (unpack_all(reader, writer, archive, inside, error) != 0)
        return -1;
    return archive_write_close(writer) == ARCHIVE_OK ? 0 : cannot_write(writer, archive, error);
}
