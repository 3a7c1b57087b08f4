/* SPDX-License-Identifier: MIT */
/* A capture keeps the beginning and the end of any amount of bytes, and loses nothing on disk. */
#include "base/capture.h"
#include "unit.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

struct place {
    char path[64];
    int fd;
};

static int make_place(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    assert_non_null(place);
    (void)strcpy(place->path, "/tmp/test-capture-XXXXXX");
    assert_non_null(mkdtemp(place->path));
    place->fd = open(place->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(place->fd >= 0);
    *state = place;
    return 0;
}

static int remove_place(void **state)
{
    struct place *place = *state;
    (void)unlinkat(place->fd, "console", 0);
    (void)unlinkat(place->fd, "other", 0);
    (void)close(place->fd);
    assert_int_equal(rmdir(place->path), 0);
    free(place);
    return 0;
}

static char *read_back(const struct place *place, size_t *length)
{
    int fd = openat(place->fd, "console", O_RDONLY | O_CLOEXEC);
    struct stat status;
    assert_int_equal(fstat(fd, &status), 0);
    *length = (size_t)status.st_size;
    char *bytes = malloc(*length + 1);
    assert_non_null(bytes);
    size_t done = 0;
    for (ssize_t got; done < *length && (got = read(fd, bytes + done, *length - done)) > 0;)
        done += (size_t)got;
    assert_int_equal(done, *length);
    bytes[done] = '\0';
    (void)close(fd);
    return bytes;
}

/** Numbered bytes: what stands at `at` tells where it came from. */
static char byte_at(size_t at)
{
    return (char)('a' + (at * 7 + at / 26) % 26);
}

static void feed(struct capture *capture, size_t from, size_t to, size_t piece)
{
    struct error error = ERROR_INIT;
    char *bytes = malloc(piece);
    assert_non_null(bytes);
    while (from < to) {
        size_t length = to - from < piece ? to - from : piece;
        for (size_t i = 0; i < length; i++)
            bytes[i] = byte_at(from + i);
        assert_int_equal(capture_write(capture, bytes, length, &error), 0);
        from += length;
    }
    free(bytes);
}

struct size {
    size_t head;
    size_t total;
    size_t piece;
};

static const struct size sizes[] = {
    {10, 0, 1},
    {10, 9, 1},
    {10, 10, 3},
    {10, 11, 11},
    {10, 10 + CAPTURE_TAIL, 4096},
    {10, 10 + CAPTURE_TAIL + 1, 4096},
    {10, 10 + CAPTURE_TAIL + 1, 10 + CAPTURE_TAIL + 1},
    {100, 100 + 3 * CAPTURE_TAIL + 77, 1000},
    {100, 100 + 3 * CAPTURE_TAIL + 77, 2 * CAPTURE_TAIL + 5},
    {1, 5 * CAPTURE_TAIL, 65536},
};

static void assert_kept(const struct place *place, const struct size *size)
{
    size_t length = 0;
    char *bytes = read_back(place, &length);
    size_t tail = size->total > size->head ? size->total - size->head : 0;
    size_t head = size->total - tail;
    size_t cut = tail > CAPTURE_TAIL ? tail - CAPTURE_TAIL : 0;
    char mark[80] = "";
    if (cut > 0)
        (void)snprintf(mark, sizeof mark, "\n[rename-oracle: %zu bytes cut here]\n", cut);
    assert_int_equal(length, size->total - cut + strlen(mark));
    for (size_t i = 0; i < head; i++)
        assert_int_equal(bytes[i], byte_at(i));
    assert_memory_equal(bytes + head, mark, strlen(mark));
    for (size_t i = head + cut; i < size->total; i++)
        assert_int_equal(bytes[i - cut + strlen(mark)], byte_at(i));
    free(bytes);
}

static void beginning_and_end_are_kept(void **state)
{
    struct place *place = *state;
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        struct error error = ERROR_INIT;
        bool was_cut = false;
        struct capture *capture = capture_open(place->fd, "console", sizes[i].head, &error);
        assert_non_null(capture);
        feed(capture, 0, sizes[i].total, sizes[i].piece);
        assert_int_equal(capture_close(capture, &was_cut, &error), 0);
        assert_int_equal(was_cut, sizes[i].total > sizes[i].head + CAPTURE_TAIL);
        assert_kept(place, &sizes[i]);
        assert_int_equal(unlinkat(place->fd, "console", 0), 0);
    }
}

static void the_beginning_is_on_disk_before_the_close(void **state)
{
    struct place *place = *state;
    struct error error = ERROR_INIT;
    struct capture *capture = capture_open(place->fd, "console", 0, &error);
    assert_int_equal(capture_write(capture, "enter rename", 12, &error), 0);
    size_t length = 0;
    char *bytes = read_back(place, &length);
    assert_string_equal(bytes, "enter rename");
    free(bytes);
    assert_int_equal(capture_close(capture, NULL, &error), 0);
}

static void the_mark_stands_on_a_line_of_its_own(void **state)
{
    struct place *place = *state;
    struct error error = ERROR_INIT;
    struct capture *capture = capture_open(place->fd, "console", 4, &error);
    assert_int_equal(capture_write(capture, "abc\n", 4, &error), 0);
    feed(capture, 0, CAPTURE_TAIL + 9, 1000);
    bool was_cut = false;
    assert_int_equal(capture_close(capture, &was_cut, &error), 0);
    assert_true(was_cut);
    size_t length = 0;
    char *bytes = read_back(place, &length);
    assert_memory_equal(bytes, "abc\n[rename-oracle: 9 bytes cut here]\n", 38);
    free(bytes);
}

static void nothing_that_exists_is_touched(void **state)
{
    struct place *place = *state;
    struct error error = ERROR_INIT;
    int fd = openat(place->fd, "other", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_int_equal(write(fd, "precious", 8), 8);
    (void)close(fd);
    assert_null(capture_open(place->fd, "other", 0, &error));
    assert_int_equal(error.code, ERROR_ENVIRONMENT);
    assert_string_equal(error.where, "other");

    /* Neither through a link to it, nor through one to nothing. */
    static const char *const destinations[] = {"other", "nowhere"};
    for (size_t i = 0; i < 2; i++) {
        struct error link_error = ERROR_INIT;
        assert_int_equal(symlinkat(destinations[i], place->fd, "console"), 0);
        assert_null(capture_open(place->fd, "console", 0, &link_error));
        assert_int_equal(link_error.code, ERROR_ENVIRONMENT);
        assert_int_equal(unlinkat(place->fd, "console", 0), 0);
    }
    struct stat status;
    assert_int_equal(fstatat(place->fd, "other", &status, 0), 0);
    assert_int_equal(status.st_size, 8);
    assert_int_equal(fstatat(place->fd, "nowhere", &status, 0), -1);
}

static void a_name_is_one_component(void **state)
{
    struct place *place = *state;
    char too_long[300];
    memset(too_long, 'x', sizeof too_long - 1);
    too_long[sizeof too_long - 1] = '\0';
    const char *const names[] = {"", ".", "..", "a/b", "/tmp/a", "../a", too_long};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        struct error error = ERROR_INIT;
        assert_null(capture_open(place->fd, names[i], 0, &error));
        assert_int_equal(error.code, ERROR_INTERNAL);
    }
}

static void set_file_size_limit(rlim_t limit)
{
    struct rlimit limits;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limits), 0);
    limits.rlim_cur = limit;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limits), 0);
}

/* A file that may not grow fails like a full disk: part of a write, then none. */
static void what_is_on_disk_stays_when_the_disk_is_full(void **state)
{
    struct place *place = *state;
    struct error error = ERROR_INIT;
    (void)signal(SIGXFSZ, SIG_IGN);
    struct capture *capture = capture_open(place->fd, "console", 0, &error);
    set_file_size_limit(10);
    int first = capture_write(capture, "0123456789abc", 13, &error);
    struct error second_error = ERROR_INIT;
    int second = capture_write(capture, "def", 3, &second_error);
    struct error close_error = ERROR_INIT;
    bool was_cut = false;
    int last = capture_close(capture, &was_cut, &close_error);
    set_file_size_limit(RLIM_INFINITY);

    assert_int_equal(first, -1);
    assert_int_equal(error.code, ERROR_ENVIRONMENT);
    assert_non_null(strstr(error.what, strerror(EFBIG)));
    assert_int_equal(second, 0);
    assert_int_equal(last, -1);
    assert_int_equal(close_error.code, ERROR_ENVIRONMENT);
    assert_true(was_cut);
    size_t length = 0;
    char *bytes = read_back(place, &length);
    assert_string_equal(bytes, "0123456789");
    free(bytes);
}

static void what_came_while_the_disk_was_full_is_written_at_the_end(void **state)
{
    struct place *place = *state;
    struct error error = ERROR_INIT;
    (void)signal(SIGXFSZ, SIG_IGN);
    struct capture *capture = capture_open(place->fd, "console", 0, &error);
    set_file_size_limit(10);
    int first = capture_write(capture, "0123456789abc", 13, &error);
    set_file_size_limit(RLIM_INFINITY);
    assert_int_equal(first, -1);
    struct error later = ERROR_INIT;
    assert_int_equal(capture_write(capture, "def", 3, &later), 0);
    bool was_cut = true;
    assert_int_equal(capture_close(capture, &was_cut, &later), 0);
    assert_false(was_cut);
    size_t length = 0;
    char *bytes = read_back(place, &length);
    assert_string_equal(bytes, "0123456789abcdef");
    free(bytes);
}

static void closing_nothing_is_allowed(void **state)
{
    (void)state;
    assert_int_equal(capture_close(NULL, NULL, NULL), 0);
}

int test_capture(void)
{
#define PLACE_TEST(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)
    const struct CMUnitTest tests[] = {
        PLACE_TEST(beginning_and_end_are_kept),
        PLACE_TEST(the_beginning_is_on_disk_before_the_close),
        PLACE_TEST(the_mark_stands_on_a_line_of_its_own),
        PLACE_TEST(nothing_that_exists_is_touched),
        PLACE_TEST(a_name_is_one_component),
        PLACE_TEST(what_is_on_disk_stays_when_the_disk_is_full),
        PLACE_TEST(what_came_while_the_disk_was_full_is_written_at_the_end),
        cmocka_unit_test(closing_nothing_is_allowed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
