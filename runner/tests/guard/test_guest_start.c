/* SPDX-License-Identifier: MIT */
/*
 * guest_starts_collect: what was started, out of how the tools were called. Results are compared as
 * text, one word for each start: PROGRAM and the letters p (Python), b (booted), h (on the host),
 * o (opaque).
 */
#include "guard/judging/guest_start.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Appends a record; `arguments` are separated by '|'. */
static struct record *add(struct recording *recording, const char *tool, const char *arguments)
{
    static char directory[] = "/d";
    recording->records =
        reallocarray(recording->records, recording->count + 1, sizeof *recording->records);
    assert_non_null(recording->records);
    struct record *record = &recording->records[recording->count++];
    *record = (struct record){.tool = strdup(tool), .directory = strdup(directory)};
    for (;;) {
        int length = (int)strcspn(arguments, "|");
        assert_int_equal(string_list_add_format(&record->arguments, "%.*s", length, arguments), 0);
        if (arguments[length] == '\0')
            return record;
        arguments += length + 1;
    }
}

static void check(struct recording *recording, const char *python_bin, const char *wanted)
{
    struct error error = ERROR_INIT;
    struct guest_start_list list;
    assert_int_equal(guest_starts_collect(recording, python_bin, &list, &error), 0);
    char text[1024] = "";
    size_t used = 0;
    for (size_t i = 0; i < list.count; i++) {
        const struct guest_start *start = &list.starts[i];
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%s:%s%s%s%s",
                                 i == 0 ? "" : " ", start->command.program,
                                 start->interpreter ? "p" : "", start->booted ? "b" : "",
                                 start->host ? "h" : "", start->opaque ? "o" : "");
    }
    assert_string_equal(text, wanted);
    guest_start_list_free(&list);
    recording_free(recording);
}

static void what_stands_behind_the_dashes_is_booted(void **state)
{
    (void)state;
    struct recording recording = {0};
    (void)add(&recording, "nanvixd.elf", "n|-bin-dir|b|--|./bin/python3.12|-m|test");
    (void)add(&recording, "nanvixd.exe", "n|--|hello.elf");
    (void)add(&recording, "uservm.elf", "n|--|python3");
    check(&recording, NULL, "./bin/python3.12:pb hello.elf:b python3:pb");
}

static void without_dashes_an_interpreter_is_found_all_the_same(void **state)
{
    (void)state;
    struct recording recording = {0};
    (void)add(&recording, "nanvixd.elf", "n|-x|./bin/python3.12|-m|test");
    (void)add(&recording, "nanvixd.elf", "n|--help");
    (void)add(&recording, "nanvixd.elf", "n|--");
    (void)add(&recording, "nanvixd.elf", "n");
    check(&recording, NULL, "./bin/python3.12:pb");
}

static void an_image_is_looked_into_where_it_was_made(void **state)
{
    (void)state;
    struct recording recording = {0};
    struct record *made =
        add(&recording, "mkimage.elf", "m|-o|a.img|procd.elf;procd|python3;p -m x");
    made->made = strdup("1.2.3");
    struct record *booted = add(&recording, "nanvixd.elf", "n|--|moved");
    assert_int_equal(string_list_add(&booted->images, "2 1.2.3"), 0);
    check(&recording, NULL, "procd.elf:b python3:pb");
}

static void an_image_that_nobody_boots_is_not_booted(void **state)
{
    (void)state;
    struct recording recording = {0};
    struct record *made = add(&recording, "mkimage.exe", "m|python3;p -m x|-o|a.img");
    made->made = strdup("1.2.3");
    (void)add(&recording, "mkramfs.elf", "m|-o|b.img|python3");
    check(&recording, NULL, "python3:p");
}

static void a_foreign_image_is_opaque(void **state)
{
    (void)state;
    struct recording recording = {0};
    (void)add(&recording, "nanvixd.elf", "n|--|python.img");
    check(&recording, NULL, "python.img:bo");
}

static void interpreters_hide_behind_other_names(void **state)
{
    (void)state;
    struct recording recording = {0};
    (void)add(&recording, "nanvixd.elf", "n|--|/guest/interp|-m|test");
    (void)add(&recording, "mkimage.elf", "m|app.elf;python3 -m x");
    struct record *marked = add(&recording, "nanvixd.elf", "n|--|app.elf|-m|test");
    assert_int_equal(string_list_add(&marked->interpreters, "2"), 0);
    struct record *packed = add(&recording, "mkimage.elf", "m|a.elf;a|b.elf;b");
    assert_int_equal(string_list_add(&packed->interpreters, "2"), 0);
    check(&recording, "./bin/interp", "/guest/interp:pb app.elf:p app.elf:pb a.elf: b.elf:p");
}

static void an_interpreter_called_on_the_host_boots_nothing(void **state)
{
    (void)state;
    struct recording recording = {0};
    (void)add(&recording, "python3.12", "./bin/python3.12|-B");
    (void)add(&recording, "procd.elf", "procd");
    check(&recording, "", "./bin/python3.12:ph");
}

int test_guest_start(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_behind_the_dashes_is_booted),
        cmocka_unit_test(without_dashes_an_interpreter_is_found_all_the_same),
        cmocka_unit_test(an_image_is_looked_into_where_it_was_made),
        cmocka_unit_test(an_image_that_nobody_boots_is_not_booted),
        cmocka_unit_test(a_foreign_image_is_opaque),
        cmocka_unit_test(interpreters_hide_behind_other_names),
        cmocka_unit_test(an_interpreter_called_on_the_host_boots_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
