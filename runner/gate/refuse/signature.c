/* SPDX-License-Identifier: MIT */
#include "base/files.h"
#include "gate/refuse/refuse.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

enum { SIGNATURE_LIMIT = 16 * 1024 };

/** Reads the signature beside a document. Returns its length, or -1 with errno. */
static ssize_t read_signature(const char *path, char out[SIGNATURE_LIMIT])
{
    struct stat status;
    CLEANUP_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &status) != 0)
        return -1;
    if (!S_ISREG(status.st_mode) || status.st_size > SIGNATURE_LIMIT) {
        errno = S_ISREG(status.st_mode) ? EFBIG : EINVAL;
        return -1;
    }
    return read(fd, out, SIGNATURE_LIMIT);
}

/** What is checked are the bytes that the document was read from, not what the path leads to now.
 */
static int refuse_unsigned(const struct refusal_context *context, struct document *document,
                           struct error *error)
{
    char path[PATH_MAX];
    char signature[SIGNATURE_LIMIT];
    if (context->signers == NULL)
        return 0;
    ssize_t length =
        path_format(path, sizeof path, NULL, "%s" SIGNATURE_SUFFIX, document->path) == 0
            ? read_signature(path, signature)
            : -1;
    if (length < 0)
        return reason_add(&document->refusals, error, REASON_NOT_SIGNED,
                          "%s" SIGNATURE_SUFFIX ": %s", document->path, strerror(errno));
    const struct signature_check check = {
        .bytes = document->source.text,
        .length = document->source.length,
        .signature = signature,
        .signature_length = (size_t)length,
        .now = context->now,
    };
    CLEANUP_FREE char *name = NULL;
    int found = signature_check(context->signers, &check, &name, error);
    if (found > 0)
        return reason_add(&document->refusals, error, REASON_SIGNATURE_INVALID, "%s", name);
    document->signer = found == 0 ? steal_pointer(&name) : NULL;
    return found;
}

refusal_check *const signature_checks[] = {refuse_unsigned, NULL};
