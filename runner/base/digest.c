/* SPDX-License-Identifier: MIT */
#include "base/digest.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

static void finish(SHA2_CTX *context, char out[DIGEST_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256Final(hash, context);
    memcpy(out, "sha256:", 7);
    for (size_t i = 0; i < sizeof hash; i++) {
        out[7 + 2 * i] = digits[hash[i] >> 4];
        out[8 + 2 * i] = digits[hash[i] & 15];
    }
    out[DIGEST_SIZE - 1] = '\0';
}

void digest_bytes(const void *bytes, size_t length, char out[DIGEST_SIZE])
{
    SHA2_CTX context;
    SHA256Init(&context);
    SHA256Update(&context, bytes, length);
    finish(&context, out);
}

static int digest_descriptor(int fd, const char *path, char out[DIGEST_SIZE], struct error *error)
{
    SHA2_CTX context;
    SHA256Init(&context);
    unsigned char buffer[16384];
    for (;;) {
        ssize_t got = read(fd, buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, errno, path, "cannot be read");
        if (got == 0)
            break;
        SHA256Update(&context, buffer, (size_t)got);
    }
    finish(&context, out);
    return 0;
}

int digest_file(const char *path, char out[DIGEST_SIZE], struct error *error)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat status;
    if (fd < 0 || fstat(fd, &status) != 0)
        return error_set_errno(error, errno, path, "cannot be read");
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_INPUT, path, "is not a regular file");
    return digest_descriptor(fd, path, out, error);
}

/** jansson's own json_dumps goes on, some bytes short, when its buffer can't grow. */
struct growing_text {
    char *bytes;
    size_t length;
    size_t room;
    bool failed;
};

static int add_to_text(const char *bytes, size_t length, void *context)
{
    struct growing_text *text = context;
    if (text->length + length >= text->room) {
        size_t room = 2 * (text->length + length) + 64;
        char *grown = reallocarray(text->bytes, room, 1);
        if (grown == NULL) {
            text->failed = true;
            return -1;
        }
        text->bytes = grown;
        text->room = room;
    }
    memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = '\0';
    return 0;
}

char *json_canonical_dump(const json_t *value)
{
    struct growing_text text = {0};
    int flags = JSON_CANONICAL_FLAGS | JSON_ENCODE_ANY;
    if (json_dump_callback(value, add_to_text, &text, (size_t)flags) == 0 && !text.failed)
        return text.bytes;
    free(text.bytes);
    return NULL;
}

static int add_to_hash(const char *text, size_t length, void *context)
{
    SHA256Update(context, (const uint8_t *)text, length);
    return 0;
}

/** Everything but `digest`, shared with the document and not copied. */
static json_t *without_digest(json_t *document)
{
    CLEANUP_JSON json_t *rest = json_object();
    if (rest == NULL)
        return NULL;
    const char *key = NULL;
    json_t *value = NULL;
    json_object_foreach(document, key, value)
        if (strcmp(key, "digest") != 0 && json_object_set_nocheck(rest, key, value) != 0)
            return NULL;
    return steal_pointer(&rest);
}

int document_digest(json_t *document, char out[DIGEST_SIZE], struct error *error)
{
    if (!json_is_object(document))
        return error_set(error, ERROR_INTERNAL, NULL, "only an object has a document digest");
    CLEANUP_JSON json_t *rest = without_digest(document);
    SHA2_CTX context;
    SHA256Init(&context);
    if (rest == NULL || json_dump_callback(rest, add_to_hash, &context, JSON_CANONICAL_FLAGS) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory while digesting a document");
    finish(&context, out);
    return 0;
}

int document_seal(json_t *document, struct error *error)
{
    char digest[DIGEST_SIZE];
    if (document_digest(document, digest, error) != 0)
        return -1;
    if (json_object_set_new(document, "digest", json_string(digest)) != 0)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory while sealing a document");
    return 0;
}
