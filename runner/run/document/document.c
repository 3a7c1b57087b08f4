/* SPDX-License-Identifier: MIT */
#include "run/document/document.h"

#include "base/cleanup.h"
#include "base/files.h"
#include "base/signature.h"

#include <errno.h>
#include <fcntl.h>
#include <sha2.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

static const char *const list_names[] = {"controls", "cells"};

/* In the order in which a person wants to read them. */
static const char *const key_order[] = {
    "run",      "subject",    "target",
    "probes",   "budgets",    "planned",
    "complete", "admissible", "inadmissible_because",
    "skipped",
};

static void spool_name(const struct document *document, enum document_list list, char out[256])
{
    (void)snprintf(out, 256, ".%s.%s", document->name, list_names[list]);
}

int document_start(struct document *document, int directory_fd, const char *target,
                   struct error *error)
{
    *document = (struct document){.directory_fd = directory_fd, .spools = {-1, -1}};
    (void)snprintf(document->name, sizeof document->name, "%s.json", target);
    for (int list = DOCUMENT_CONTROLS; list <= DOCUMENT_CELLS; list++) {
        char name[256];
        spool_name(document, (enum document_list)list, name);
        document->spools[list] =
            openat(directory_fd, name, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644);
        if (document->spools[list] < 0) {
            document_discard(document);
            return error_set_errno(error, errno, name, "cannot create in the output directory");
        }
    }
    return 0;
}

void document_discard(struct document *document)
{
    for (int list = DOCUMENT_CONTROLS; list <= DOCUMENT_CELLS; list++) {
        char name[256];
        struct stat status;
        CLEANUP_FD int fd = steal_fd(&document->spools[list]);
        spool_name(document, (enum document_list)list, name);
        if (fd >= 0 && fstat(fd, &status) == 0 && status.st_size == 0)
            (void)unlinkat(document->directory_fd, name, 0);
    }
}

int document_add(struct document *document, enum document_list list, char *cell, size_t length,
                 struct error *error)
{
    int fd = document->spools[list];
    struct stat before;
    if (fstat(fd, &before) != 0)
        return error_set_errno(error, errno, document->name, "cannot write a finished cell");
    cell[length] = '\n'; /* in place of the NUL: one write, one line */
    if (write_all(fd, cell, length + 1) == length + 1)
        return 0;
    int failed = errno;
    (void)!ftruncate(fd, before.st_size); /* no half line behind the finished ones */
    return error_set_errno(error, failed, document->name, "cannot write a finished cell; %s",
                           write_remedy(failed));
}

/** The document on its way to the disk: its text and, apart from it, its canonical form. */
struct composition {
    FILE *out;
    SHA2_CTX digest;
};

static void digest_text(struct composition *composition, const char *text)
{
    SHA256Update(&composition->digest, (const uint8_t *)text, strlen(text));
}

/* Passes the cells of a spool on: to the document for a reader, or to the digest as they are. */
static int for_each_cell(const struct document *document, enum document_list list,
                         int (*use)(struct composition *, const char *line, bool first),
                         struct composition *composition)
{
    int copy = dup(document->spools[list]);
    CLEANUP_FILE FILE *spool = copy < 0 ? NULL : fdopen(copy, "r");
    CLEANUP_FREE char *line = NULL;
    size_t room = 0;
    bool first = true;
    ssize_t length;
    if (spool == NULL || fseek(spool, 0, SEEK_SET) != 0)
        return -1;
    while ((length = getline(&line, &room, spool)) > 0) {
        line[length - 1] = '\0';
        if (use(composition, line, first) != 0)
            return -1;
        first = false;
    }
    /* A line that could not be read must not make a shorter document. */
    return feof(spool) ? 0 : -1;
}

static int digest_cell(struct composition *composition, const char *line, bool first)
{
    digest_text(composition, first ? "" : ",");
    digest_text(composition, line);
    return 0;
}

static int print_cell(struct composition *composition, const char *line, bool first)
{
    CLEANUP_JSON json_t *cell = json_loads(line, 0, NULL);
    if (cell == NULL || fputs(first ? "\n" : ",\n", composition->out) == EOF)
        return -1;
    return json_dumpf(cell, composition->out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
}

/* The digest covers the canonical form, in which the keys are sorted; so are the names here. */
static int digest_document(const struct document *document, json_t *head,
                           struct composition *composition)
{
    static const char *const sorted[] = {
        "admissible", "budgets", "cells", "complete", "controls", "inadmissible_because",
        "planned",    "probes",  "run",   "schema",   "skipped",  "subject",
        "target",
    };
    bool first = true;
    SHA256Init(&composition->digest);
    digest_text(composition, "{");
    for (size_t i = 0; i < sizeof sorted / sizeof sorted[0]; i++) {
        const json_t *value = json_object_get(head, sorted[i]);
        int list = strcmp(sorted[i], "cells") == 0      ? DOCUMENT_CELLS
                   : strcmp(sorted[i], "controls") == 0 ? DOCUMENT_CONTROLS
                                                        : -1;
        if (value == NULL && list < 0)
            continue;
        digest_text(composition, first ? "\"" : ",\"");
        digest_text(composition, sorted[i]);
        digest_text(composition, list < 0 ? "\":" : "\":[");
        first = false;
        if (list >= 0) {
            if (for_each_cell(document, (enum document_list)list, digest_cell, composition) != 0)
                return -1;
            digest_text(composition, "]");
            continue;
        }
        CLEANUP_FREE char *text = json_canonical_dump(value);
        if (text == NULL)
            return -1;
        digest_text(composition, text);
    }
    digest_text(composition, "}");
    return 0;
}

static void finish_digest(struct composition *composition, char out[DIGEST_SIZE])
{
    uint8_t hash[SHA256_DIGEST_LENGTH];
    SHA256Final(hash, &composition->digest);
    int used = snprintf(out, DIGEST_SIZE, "sha256:");
    for (size_t i = 0; i < sizeof hash; i++)
        used += snprintf(out + used, (size_t)(DIGEST_SIZE - used), "%02x", hash[i]);
}

static int print_head(struct composition *composition, json_t *head, const char *digest)
{
    if (fprintf(composition->out, "{\n\"schema\": \"%s\",\n\"digest\": \"%s\"",
                json_string_value(json_object_get(head, "schema")), digest) < 0)
        return -1;
    for (size_t i = 0; i < sizeof key_order / sizeof key_order[0]; i++) {
        const json_t *value = json_object_get(head, key_order[i]);
        if (value != NULL &&
            (fprintf(composition->out, ",\n\"%s\": ", key_order[i]) < 0 ||
             json_dumpf(value, composition->out,
                        JSON_INDENT(2) | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15)) != 0))
            return -1;
    }
    return 0;
}

static int compose(const struct document *document, json_t *head, FILE *out)
{
    struct composition composition = {.out = out};
    char digest[DIGEST_SIZE];
    if (digest_document(document, head, &composition) != 0)
        return -1;
    finish_digest(&composition, digest);
    if (print_head(&composition, head, digest) != 0)
        return -1;
    for (int list = DOCUMENT_CONTROLS; list <= DOCUMENT_CELLS; list++)
        if (fprintf(out, ",\n\"%s\": [", list_names[list]) < 0 ||
            for_each_cell(document, (enum document_list)list, print_cell, &composition) != 0 ||
            fputs("]", out) == EOF)
            return -1;
    return fputs("\n}\n", out) == EOF || fflush(out) != 0 || fsync(fileno(out)) != 0 ? -1 : 0;
}

static void remove_spools(struct document *document)
{
    for (int list = DOCUMENT_CONTROLS; list <= DOCUMENT_CELLS; list++) {
        char name[256];
        spool_name(document, (enum document_list)list, name);
        (void)unlinkat(document->directory_fd, name, 0);
        cleanup_fd(&document->spools[list]);
    }
}

/** Says where the finished cells are, or that there is no place any more where they could be. */
static int cannot_be_written(struct document *document, int failed, struct error *error)
{
    document_discard(document);
    if (failed == ENOENT)
        return error_set_errno(error, failed, document->name,
                               "cannot be written (was its directory removed?); run again with "
                               "another --output");
    return error_set_errno(error, failed, document->name,
                           "cannot be written; the finished cells are beside it, in .%s.cells (of "
                           "controls in .controls); %s",
                           document->name, write_remedy(failed));
}

/** Puts the signature over what was written to `fd` beside the document to come. */
static int sign(const struct document *document, const char *key, int fd, struct error *error)
{
    char name[sizeof document->name + sizeof SIGNATURE_SUFFIX];
    CLEANUP_FREE char *signature = signature_make(key, fd, error);
    if (signature == NULL)
        return -1;
    (void)snprintf(name, sizeof name, "%s" SIGNATURE_SUFFIX, document->name);
    CLEANUP_FD int out = openat(document->directory_fd, name,
                                O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    size_t length = strlen(signature);
    if (out >= 0 && write_all(out, signature, length) == length && fsync(out) == 0)
        return 0;
    (void)error_set_errno(error, errno, name, "cannot be written");
    if (out >= 0)
        (void)unlinkat(document->directory_fd, name, 0);
    return -1;
}

int document_finish(struct document *document, json_t *head, const char *key, struct error *error)
{
    char temporary[256];
    (void)snprintf(temporary, sizeof temporary, ".%s.new", document->name);
    int fd = openat(document->directory_fd, temporary,
                    O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644);
    if (fd < 0)
        return cannot_be_written(document, errno, error);
    CLEANUP_FILE FILE *out = fdopen(fd, "w");
    errno = ENOMEM;
    int failed = out == NULL || compose(document, head, out) != 0 ? errno : 0;
    /* One that could not be signed is still what the run has found. */
    int not_signed = failed == 0 && key != NULL ? sign(document, key, fd, error) : 0;
    if (failed == 0 &&
        renameat(document->directory_fd, temporary, document->directory_fd, document->name) != 0)
        failed = errno;
    if (failed == 0) {
        remove_spools(document);
        return not_signed;
    }
    if (out == NULL)
        (void)close(fd);
    (void)unlinkat(document->directory_fd, temporary, 0);
    return cannot_be_written(document, failed, error);
}
