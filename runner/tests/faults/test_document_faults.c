/* SPDX-License-Identifier: MIT */
/*
 * A document that can't be written, whichever of its calls fails and after however many bytes, does
 * not appear, and takes nothing away of what was on disk.
 */
#include "run/document/document.h"

#include "../run/document_place.h"
#include "base/cleanup.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int failing_errno; /* of fsync and renameat, whose failing_call it is; 0: they work */
static const char *failing_call = "";

int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from_fd, const char *from, int to_fd, const char *to);
int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to);

int __wrap_fsync(int fd)
{
    if (strcmp(failing_call, "fsync") != 0)
        return __real_fsync(fd);
    errno = failing_errno;
    return -1;
}

int __wrap_renameat(int from_fd, const char *from, int to_fd, const char *to)
{
    if (strcmp(failing_call, "renameat") != 0)
        return __real_renameat(from_fd, from, to_fd, to);
    errno = failing_errno;
    return -1;
}

static int add(struct document *document, const char *shape, struct error *error)
{
    CLEANUP_JSON json_t *cell = json_pack("{s:s, s:f}", "shape", shape, "duration_ms", 1.125);
    return add_cell(document, DOCUMENT_CELLS, cell, error);
}

static int finish(struct document *document, struct error *error)
{
    CLEANUP_JSON json_t *head = json_pack("{s:s, s:b, s:{s:i}}", "schema",
                                          "rename-oracle/verdict/1", "complete", 1, "run", "id", 7);
    return document_finish(document, head, NULL, error);
}

/* How many whole lines the spool holds; the test fails if there is anything else in it. */
static size_t count_spooled(const struct place *place)
{
    size_t count = 0;
    CLEANUP_FILE FILE *spool =
        fdopen(openat(place->fd, ".t.json.cells", O_RDONLY | O_CLOEXEC), "r");
    assert_non_null(spool);
    CLEANUP_FREE char *line = NULL;
    size_t room = 0;
    for (ssize_t length; (length = getline(&line, &room, spool)) > 0; count++) {
        assert_int_equal(line[length - 1], '\n');
        CLEANUP_JSON json_t *cell = json_loads(line, 0, NULL);
        assert_non_null(cell);
    }
    return count;
}

static void remove_spools(const struct place *place)
{
    (void)unlinkat(place->fd, ".t.json.cells", 0);
    (void)unlinkat(place->fd, ".t.json.controls", 0);
}

static void expect_kept(const struct place *place, struct document *document,
                        const struct error *error, size_t cells)
{
    assert_int_equal(error->code, ERROR_ENVIRONMENT);
    bool limited = strstr(error->what, "File too large") != NULL;
    assert_non_null(strstr(error->what, limited ? "ulimit -f" : "--output"));
    assert_string_equal(error->where, "t.json");
    assert_false(exists(place, "t.json"));
    assert_false(exists(place, ".t.json.new"));
    assert_int_equal(count_spooled(place), cells);
    document_discard(document);
    remove_spools(place);
}

static void try_failing_call(const struct place *place, const char *call)
{
    struct document document;
    struct error error = ERROR_INIT;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    assert_int_equal(add(&document, "one", &error), 0);
    failing_call = call;
    failing_errno = ENOSPC;
    int failed = finish(&document, &error);
    failing_call = "";
    assert_int_equal(failed, -1);
    assert_non_null(strstr(error.what, "No space left"));
    expect_kept(place, &document, &error, 1);
}

static void a_failing_fsync_or_rename_keeps_the_cells(void **state)
{
    try_failing_call(*state, "fsync");
    try_failing_call(*state, "renameat");
}

/* Files may have so many bytes, one after the other; returns whether that was enough for all. */
static bool try_size(const struct place *place, rlim_t bytes)
{
    struct document document;
    struct error error = ERROR_INIT;
    size_t added = 0;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    set_file_size_limit(bytes);
    int failed = 0;
    while (added < 3 && failed == 0) {
        failed = add(&document, "one", &error);
        added += failed == 0 ? 1 : 0;
    }
    if (failed == 0)
        failed = finish(&document, &error);
    set_file_size_limit(RLIM_INFINITY);
    if (failed != 0) {
        expect_kept(place, &document, &error, added);
        return false;
    }
    assert_true(exists(place, "t.json"));
    assert_false(exists(place, ".t.json.cells"));
    return true;
}

static void every_size_that_is_too_small_keeps_the_cells(void **state)
{
    rlim_t bytes = 0;
    while (!try_size(*state, bytes)) {
        bytes++;
        assert_true(bytes < 4096);
    }
    assert_true(bytes > 300); /* or the limit did not do anything */
}

/* A spool that can't be read to its end must not make a shorter document. */
static void a_spool_that_cannot_be_read_makes_no_document(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    assert_int_equal(add(&document, "one", &error), 0);
    int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC); /* read() says EISDIR */
    assert_true(dup2(directory, document.spools[DOCUMENT_CELLS]) >= 0);
    (void)close(directory);
    assert_int_equal(finish(&document, &error), -1);
    assert_false(exists(place, "t.json"));
    document_discard(&document);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(a_failing_fsync_or_rename_keeps_the_cells),
        IN_A_PLACE(every_size_that_is_too_small_keeps_the_cells),
        IN_A_PLACE(a_spool_that_cannot_be_read_makes_no_document),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
