/* SPDX-License-Identifier: MIT */
#ifndef RO_DOCUMENT_PLACE_H
#define RO_DOCUMENT_PLACE_H

#include "base/cleanup.h"
#include "base/files.h"
#include "run/document/document.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

/** A fresh directory for the documents of one test. */
struct place {
    char path[64];
    int fd; /* of the directory */
};

/** A cmocka setup: makes the directory; `*state` is a `struct place` that it keeps. */
static inline int make_place(void **state)
{
    static struct place place;
    (void)snprintf(place.path, sizeof place.path, "/tmp/test-document.XXXXXX");
    assert_non_null(mkdtemp(place.path));
    place.fd = open(place.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(place.fd >= 0);
    *state = &place;
    return 0;
}

/** The teardown to it: removes the directory with all that is in it. */
static inline int remove_place(void **state)
{
    struct place *place = *state;
    (void)close(place->fd);
    return remove_tree(place->path, NULL);
}

/** Whether the directory has an entry of this name, be it a link to nowhere. */
static inline bool exists(const struct place *place, const char *name)
{
    return faccessat(place->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/** Stands for a full disk: from then on no file grows beyond so many bytes. */
static inline void set_file_size_limit(rlim_t bytes)
{
    struct rlimit limit;
    (void)signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = bytes;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/** document_add of a cell that is no text yet. */
static inline int add_cell(struct document *document, enum document_list list, const json_t *cell,
                           struct error *error)
{
    CLEANUP_FREE char *text = json_canonical_dump(cell);
    assert_non_null(text);
    return document_add(document, list, text, strlen(text), error);
}

/** A test that finds a place of its own in `*state`. */
#define IN_A_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

#endif
