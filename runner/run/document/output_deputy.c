/* SPDX-License-Identifier: MIT */
/* The deputy's side of run/document/output.h: the only process that touches the output directory.
 */
#include "run/document/output.h"

#include "base/capture.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "base/json_access.h"
#include "run/leftovers.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TRIES = 100 };

struct artifact {
    struct artifact *next;
    struct capture *capture;
    char name[];
};

struct text {
    char *bytes;
    size_t length;
};

struct open_document {
    struct open_document *next;
    struct document document;
    char target[];
};

static struct {
    int directory; /* OUTPUT/ID */
    int artifacts_directory;
    int lock;
    struct artifact *artifacts;
    struct open_document *documents;
    struct text text; /* of a question that comes in parts */
} place = {.directory = -1, .artifacts_directory = -1, .lock = -1};

/* Opens a directory, made if missing; a symbolic link in its place is refused, because results
 * written through one could land anywhere. */
static int open_directory_at(int parent, const char *name, const char *shown, struct error *error)
{
    if (mkdirat(parent, name, 0755) != 0 && errno != EEXIST)
        return error_set_errno(error, errno, shown,
                               "cannot make this output directory; choose another with --output");
    int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && (errno == ELOOP || errno == ENOTDIR))
        return error_set(error, ERROR_ENVIRONMENT, shown,
                         "is no directory (or a symbolic link, which is not followed); choose "
                         "another with --output");
    if (fd < 0)
        return error_set_errno(error, errno, shown, "cannot open this output directory");
    if (faccessat(fd, ".", W_OK | X_OK, AT_EACCESS) != 0) {
        int failed = errno;
        (void)close(fd);
        return error_set_errno(error, failed, shown,
                               "cannot write to this output directory; choose another with "
                               "--output");
    }
    return fd;
}

/* Makes what is missing above the output directory. That is the user's own: links there are
 * followed. */
static int make_parents(const char *output, struct error *error)
{
    char parent[PATH_MAX];
    if (path_format(parent, sizeof parent, error, "%s", output) != 0)
        return -1;
    for (char *slash = strchr(parent + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(parent, 0755) != 0 && errno != EEXIST && errno != EROFS && errno != EACCES)
            return error_set_errno(error, errno, parent,
                                   "cannot make this directory for the output; choose another "
                                   "with --output");
        *slash = '/';
    }
    return 0;
}

static int open_place(const char *output, const char *id, struct error *error)
{
    char shown[PATH_MAX];
    if (make_parents(output, error) != 0)
        return -1;
    CLEANUP_FD int base = open_directory_at(AT_FDCWD, output, output, error);
    if (base < 0 || path_format(shown, sizeof shown, error, "%s/%s", output, id) != 0)
        return -1;
    struct error failed = ERROR_INIT;
    /* Another run's sweep may take the directory for a dead one's before it is locked, or open. */
    for (int i = 0; i < TRIES && place.lock < 0; i++) {
        cleanup_fd(&place.directory);
        failed = (struct error)ERROR_INIT;
        place.directory = open_directory_at(base, id, shown, &failed);
        place.lock = place.directory < 0 ? -1 : leftovers_lock_output(place.directory);
    }
    if (place.directory < 0) {
        *error = failed;
        return -1;
    }
    if (place.lock < 0)
        return error_set_errno(error, errno, shown,
                               "cannot create in the output directory; make room or choose "
                               "another with --output");
    place.artifacts_directory = open_directory_at(place.directory, "artifacts", shown, error);
    return place.artifacts_directory < 0 ? -1 : 0;
}

static struct artifact **find_artifact(const char *name)
{
    struct artifact **link = &place.artifacts;
    while (*link != NULL && strcmp((*link)->name, name) != 0)
        link = &(*link)->next;
    return link;
}

static int open_artifact(struct artifact **link, const char *name, struct error *error)
{
    struct artifact *artifact = calloc(1, sizeof *artifact + strlen(name) + 1);
    if (artifact == NULL)
        return error_set(error, ERROR_MEMORY, name, "no memory to keep console output");
    memcpy(artifact->name, name, strlen(name) + 1);
    artifact->capture = capture_open(place.artifacts_directory, name, 0, error);
    *link = artifact; /* one that could not be made is not tried again */
    return artifact->capture == NULL ? -1 : 0;
}

static int keep_bytes(const json_t *request, const struct payload *payload, bool *cut,
                      struct error *error)
{
    const char *name = json_text(request, "name");
    struct artifact **link = find_artifact(name);
    int failed = *link == NULL ? open_artifact(link, name, error) : 0;
    struct artifact *artifact = *link;
    if (artifact == NULL)
        return -1;
    if (artifact->capture != NULL &&
        capture_write(artifact->capture, payload->bytes, payload->length, error) != 0)
        failed = -1;
    if (!json_is_true(json_object_get(request, "last")))
        return failed;
    if (artifact->capture != NULL && capture_close(artifact->capture, cut, error) != 0)
        failed = -1;
    *link = artifact->next;
    free(artifact);
    return failed;
}

static struct open_document **find_document(const char *target)
{
    struct open_document **link = &place.documents;
    while (*link != NULL && strcmp((*link)->target, target) != 0)
        link = &(*link)->next;
    return link;
}

static int start_document(const char *target, struct error *error)
{
    struct open_document **link = find_document(target);
    struct open_document *made = calloc(1, sizeof *made + strlen(target) + 1);
    if (made == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a document");
    memcpy(made->target, target, strlen(target) + 1);
    if (document_start(&made->document, place.directory, target, error) != 0) {
        free(made);
        return -1;
    }
    *link = made;
    return 0;
}

static int add_part(const struct payload *payload, struct error *error)
{
    char *bytes = realloc(place.text.bytes, place.text.length + payload->length + 1);
    if (bytes == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a document");
    memcpy(bytes + place.text.length, payload->bytes, payload->length);
    place.text.bytes = bytes;
    place.text.length += payload->length;
    bytes[place.text.length] = '\0';
    return 0;
}

static int finish_document(struct open_document **link, const char *text, const char *key,
                           struct error *error)
{
    struct open_document *finished = *link;
    CLEANUP_JSON json_t *head = json_loads(text, 0, NULL);
    if (head == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a document");
    *link = finished->next;
    int failed = document_finish(&finished->document, head, key, error);
    free(finished);
    return failed;
}

/* The end of a text, and what to do with it. */
static int use_text(const json_t *request, const struct payload *payload, struct error *error)
{
    struct open_document **link = find_document(json_text(request, "target"));
    if (add_part(payload, error) != 0)
        return -1;
    CLEANUP_FREE char *text = place.text.bytes;
    size_t length = place.text.length;
    place.text = (struct text){0};
    if (*link == NULL)
        return error_set(error, ERROR_INTERNAL, NULL, "a document that was not started");
    if (strcmp(json_text(request, "do"), "finish") == 0)
        return finish_document(link, text, json_string_value(json_object_get(request, "key")),
                               error);
    json_int_t list = json_integer_value(json_object_get(request, "list"));
    return document_add(&(*link)->document, (enum document_list)list, text, length, error);
}

json_t *output_make_place(void *context)
{
    const struct output_place *wanted = context;
    struct error error = ERROR_INIT;
    if (open_place(wanted->path, wanted->id, &error) != 0)
        return deputy_failure(&error);
    return deputy_success();
}

static int carry_out(const json_t *request, const struct payload *payload, bool *cut,
                     struct error *error)
{
    const char *what = json_text(request, "do");
    if (strcmp(what, "capture") == 0)
        return keep_bytes(request, payload, cut, error);
    if (strcmp(what, "start") == 0)
        return start_document(json_text(request, "target"), error);
    if (strcmp(what, "part") == 0)
        return add_part(payload, error);
    if (strcmp(what, "close") != 0)
        return use_text(request, payload, error);
    for (struct open_document *open = place.documents; open != NULL; open = open->next)
        document_discard(&open->document);
    if (place.directory >= 0)
        (void)unlinkat(place.directory, OUTPUT_LOCK, 0);
    return 0;
}

json_t *output_do(const json_t *request, const struct payload *payload)
{
    struct error error = ERROR_INIT;
    bool cut = false;
    if (carry_out(request, payload, &cut, &error) != 0)
        return deputy_failure(&error);
    return json_pack("{s:b, s:b}", "ok", 1, "cut", (int)cut);
}
