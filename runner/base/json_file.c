/* SPDX-License-Identifier: MIT */
#include "base/json_file.h"

#include "base/cleanup.h"
#include "base/json_locate.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>

void json_source_release(struct json_source *source)
{
    if (source->base != NULL)
        json_source_release(source->base);
    free(source->base);
    json_decref(source->root);
    free(source->text);
    free(source->path);
    *source = (struct json_source){0};
}

static int fail_at_offset(const struct json_source *source, size_t offset, struct error *error,
                          const char *format, va_list arguments)
    __attribute__((format(printf, 4, 0)));

static int fail_at_offset(const struct json_source *source, size_t offset, struct error *error,
                          const char *format, va_list arguments)
{
    size_t line = 0;
    size_t column = 0;
    json_line_and_column(source->text, source->length, offset, &line, &column);
    char position[64];
    (void)snprintf(position, sizeof position, ":%zu:%zu", line, column);

    /* A path that is too long loses its beginning, never its line and column. */
    char where[sizeof error->where];
    size_t room = sizeof where - strlen(position) - 1;
    size_t length = strlen(source->path);
    const char *tail = length > room ? source->path + (length - room) : source->path;
    (void)snprintf(where, sizeof where, "%s%s", tail, position);

    char what[sizeof error->what];
    (void)vsnprintf(what, sizeof what, format, arguments);
    return error_set(error, ERROR_INPUT, where, "%s", what);
}

static int fail_at(const struct json_source *source, size_t offset, struct error *error,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

static int fail_at(const struct json_source *source, size_t offset, struct error *error,
                   const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)fail_at_offset(source, offset, error, format, arguments);
    va_end(arguments);
    return -1;
}

/** Finds a value in the text that has it, else the deepest there is in the first. */
static const struct json_source *locate(const struct json_source *source, const char *pointer,
                                        struct json_place *place)
{
    if (json_locate(source->text, source->length, pointer, place))
        return source;
    for (const struct json_source *one = source->base; one != NULL; one = one->base)
        if (json_locate(one->text, one->length, pointer, place))
            return one;
    (void)json_locate(source->text, source->length, pointer, place);
    return source;
}

int json_source_fail(const struct json_source *source, const char *pointer, struct error *error,
                     const char *format, ...)
{
    struct json_place place;
    source = locate(source, pointer, &place);
    va_list arguments;
    va_start(arguments, format);
    (void)fail_at_offset(source, place.value, error, format, arguments);
    va_end(arguments);
    return -1;
}

int json_source_fail_at_key(const struct json_source *source, const char *pointer,
                            struct error *error, const char *format, ...)
{
    struct json_place place;
    source = locate(source, pointer, &place);
    va_list arguments;
    va_start(arguments, format);
    (void)fail_at_offset(source, place.key, error, format, arguments);
    va_end(arguments);
    return -1;
}

/** What jansson's parser would misread or word badly. */
static int refuse_odd_bytes(const struct json_source *source, struct error *error)
{
    if (source->length == 0)
        return error_set(error, ERROR_INPUT, source->path, "the file is empty, not JSON");
    const char *nul = memchr(source->text, '\0', source->length);
    if (nul != NULL)
        return fail_at(source, (size_t)(nul - source->text), error, "a NUL byte; this is not JSON");
    if (source->length >= 3 && memcmp(source->text, "\xef\xbb\xbf", 3) == 0)
        return fail_at(source, 0, error, "a byte order mark; save the file as UTF-8 without one");
    size_t offset = 0;
    if (json_nesting(source->text, source->length, JSON_DEPTH_LIMIT, &offset) > JSON_DEPTH_LIMIT)
        return fail_at(source, offset, error, "nested deeper than %d levels", JSON_DEPTH_LIMIT);
    return 0;
}

static int parse_text(struct json_source *source, struct error *error)
{
    if (refuse_odd_bytes(source, error) != 0)
        return -1;
    json_error_t problem;
    bool out_of_memory = false;
    source->root =
        json_parse(source->text, source->length, JSON_REJECT_DUPLICATES, &problem, &out_of_memory);
    if (source->root != NULL)
        return 0;
    if (out_of_memory)
        return error_set(error, ERROR_MEMORY, source->path, "out of memory while parsing");
    /* `position` counts the bytes that were taken: the last of them is the one at fault, except
     * that a byte that is no UTF-8 was not taken. */
    size_t offset = problem.position > 0 ? (size_t)problem.position : 0;
    if (json_error_code(&problem) == json_error_invalid_utf8)
        return fail_at(source, offset, error, "not valid UTF-8: %s", problem.text);
    if (offset > 0)
        offset--;
    return fail_at(source, offset, error, "not valid JSON: %s", problem.text);
}

/** Takes a regular file of a size that is allowed; `size` is what it claims to be. */
static int open_regular_file(const char *path, size_t byte_limit, size_t *size, struct error *error)
{
    CLEANUP_FD int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return error_set_errno(error, errno, path, "cannot be read");
    struct stat status;
    if (fstat(fd, &status) != 0)
        return error_set_errno(error, errno, path, "cannot be read");
    if (S_ISDIR(status.st_mode))
        return error_set(error, ERROR_INPUT, path, "is a directory; give a JSON file");
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_INPUT, path, "is not a regular file; give a JSON file");
    if ((unsigned long long)status.st_size > byte_limit)
        return error_set(error, ERROR_INPUT, path, "is larger than the %zu bytes allowed",
                         byte_limit);
    *size = (size_t)status.st_size;
    return steal_fd(&fd);
}

/** One byte more than the size is asked for, so that a file that grew meanwhile is noticed. */
static int read_text(struct json_source *source, int fd, size_t size, struct error *error)
{
    source->text = malloc(size + 1);
    if (source->text == NULL)
        return error_set_errno(error, errno, source->path, "cannot be read");
    for (;;) {
        ssize_t got = read(fd, source->text + source->length, size + 1 - source->length);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return error_set_errno(error, errno, source->path, "cannot be read");
        if (got == 0)
            break;
        source->length += (size_t)got;
        if (source->length > size)
            return error_set(error, ERROR_INPUT, source->path, "changed while it was read");
    }
    source->text[source->length] = '\0';
    return 0;
}

static int load(struct json_source *source, const char *path, size_t byte_limit,
                struct error *error)
{
    source->path = strdup(path);
    if (source->path == NULL)
        return error_set_errno(error, errno, path, "cannot be read");
    size_t size = 0;
    CLEANUP_FD int fd = open_regular_file(path, byte_limit, &size, error);
    if (fd < 0 || read_text(source, fd, size, error) != 0)
        return -1;
    return parse_text(source, error);
}

int json_source_load(struct json_source *source, const char *path, size_t byte_limit,
                     struct error *error)
{
    *source = (struct json_source){0};
    if (load(source, path, byte_limit, error) == 0)
        return 0;
    json_source_release(source);
    return -1;
}

int json_source_parse(struct json_source *source, const char *name, const char *text, size_t length,
                      struct error *error)
{
    *source = (struct json_source){.path = strdup(name), .text = malloc(length + 1)};
    if (source->path == NULL || source->text == NULL) {
        (void)error_set(error, ERROR_MEMORY, name, "out of memory");
        json_source_release(source);
        return -1;
    }
    memcpy(source->text, text, length);
    source->text[length] = '\0';
    source->length = length;
    if (parse_text(source, error) == 0)
        return 0;
    json_source_release(source);
    return -1;
}

static _Thread_local bool allocation_failed;

static void *watched_malloc(size_t size)
{
    void *memory = malloc(size);
    if (memory == NULL)
        allocation_failed = true;
    return memory;
}

json_t *json_parse(const char *text, size_t length, size_t flags, json_error_t *problem,
                   bool *out_of_memory)
{
    *problem = (json_error_t){0};
    json_set_alloc_funcs(watched_malloc, free);
    allocation_failed = false;
    CLEANUP_JSON json_t *root = json_loadb(text, length, flags, problem);
    *out_of_memory = allocation_failed;
    return allocation_failed ? NULL : steal_pointer(&root);
}
