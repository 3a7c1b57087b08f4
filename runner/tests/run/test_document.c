/* SPDX-License-Identifier: MIT */
/* A document appears whole or not at all, and what is finished is on disk before it appears. */
#include "run/document/document.h"

#include "base/cleanup.h"
#include "document_place.h"
#include "unit.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static json_t *make_cell(const char *shape)
{
    return json_pack("{s:s, s:f, s:[s]}", "shape", shape, "duration_ms", 1.125, "lines",
                     "\xc3\xa9");
}

static json_t *make_head(void)
{
    return json_pack("{s:s, s:b, s:{s:i}}", "schema", "rename-oracle/verdict/1", "complete", 1,
                     "run", "id", 7);
}

static json_t *load(const struct place *place, const char *name)
{
    int fd = openat(place->fd, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return NULL;
    json_t *json = json_loadfd(fd, JSON_REJECT_DUPLICATES, NULL);
    (void)close(fd);
    return json;
}

static void add(struct document *document, enum document_list list, const char *shape)
{
    struct error error = ERROR_INIT;
    CLEANUP_JSON json_t *cell = make_cell(shape);
    assert_int_equal(add_cell(document, list, cell, &error), 0);
}

static void holds_what_was_added_and_the_right_digest(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    char digest[DIGEST_SIZE];
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    add(&document, DOCUMENT_CELLS, "one");
    add(&document, DOCUMENT_CONTROLS, "control");
    add(&document, DOCUMENT_CELLS, "two");
    assert_false(exists(place, "t.json"));
    CLEANUP_JSON json_t *head = make_head();
    assert_int_equal(document_finish(&document, head, NULL, &error), 0);

    CLEANUP_JSON json_t *found = load(place, "t.json");
    assert_non_null(found);
    assert_int_equal(json_array_size(json_object_get(found, "cells")), 2);
    assert_int_equal(json_array_size(json_object_get(found, "controls")), 1);
    assert_int_equal(document_digest(found, digest, &error), 0);
    assert_string_equal(json_string_value(json_object_get(found, "digest")), digest);
    assert_false(exists(place, ".t.json.cells"));
    assert_false(exists(place, ".t.json.controls"));
    assert_false(exists(place, ".t.json.new"));
}

static void finished_cells_are_on_disk_before_the_end(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    add(&document, DOCUMENT_CELLS, "one");
    CLEANUP_JSON json_t *line = load(place, ".t.json.cells");
    assert_string_equal(json_string_value(json_object_get(line, "shape")), "one");
    document_discard(&document);
    assert_true(exists(place, ".t.json.cells"));
}

static void an_empty_document_is_valid_json(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    CLEANUP_JSON json_t *head = make_head();
    assert_int_equal(document_finish(&document, head, NULL, &error), 0);
    CLEANUP_JSON json_t *found = load(place, "t.json");
    assert_int_equal(json_array_size(json_object_get(found, "cells")), 0);
}

/* Stands for a full disk: the write of a cell stops half way. */
static void a_cell_that_does_not_fit_leaves_no_half_line(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    struct stat before;
    struct stat after;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    add(&document, DOCUMENT_CELLS, "one");
    assert_int_equal(fstatat(place->fd, ".t.json.cells", &before, 0), 0);
    set_file_size_limit((rlim_t)before.st_size + 10);
    CLEANUP_JSON json_t *cell = make_cell("two");
    assert_int_equal(add_cell(&document, DOCUMENT_CELLS, cell, &error), -1);
    set_file_size_limit(RLIM_INFINITY);
    assert_int_equal(error.code, ERROR_ENVIRONMENT);
    assert_int_equal(fstatat(place->fd, ".t.json.cells", &after, 0), 0);
    assert_int_equal(before.st_size, after.st_size);
    document_discard(&document);
}

static void a_document_that_does_not_fit_does_not_appear(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    assert_int_equal(document_start(&document, place->fd, "t", &error), 0);
    add(&document, DOCUMENT_CELLS, "one");
    set_file_size_limit(64);
    CLEANUP_JSON json_t *head = make_head();
    assert_int_equal(document_finish(&document, head, NULL, &error), -1);
    set_file_size_limit(RLIM_INFINITY);
    assert_false(exists(place, "t.json"));
    assert_false(exists(place, ".t.json.new"));
    assert_true(exists(place, ".t.json.cells"));
    document_discard(&document);
}

static void a_link_in_the_place_of_a_file_is_not_followed(void **state)
{
    const struct place *place = *state;
    struct document document;
    struct error error = ERROR_INIT;
    assert_int_equal(symlinkat("/dev/null", place->fd, ".t.json.cells"), 0);
    assert_int_equal(document_start(&document, place->fd, "t", &error), -1);
    assert_int_equal(error.code, ERROR_ENVIRONMENT);
}

int test_document(void)
{
    const struct CMUnitTest tests[] = {
        IN_A_PLACE(holds_what_was_added_and_the_right_digest),
        IN_A_PLACE(finished_cells_are_on_disk_before_the_end),
        IN_A_PLACE(an_empty_document_is_valid_json),
        IN_A_PLACE(a_cell_that_does_not_fit_leaves_no_half_line),
        IN_A_PLACE(a_document_that_does_not_fit_does_not_appear),
        IN_A_PLACE(a_link_in_the_place_of_a_file_is_not_followed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
