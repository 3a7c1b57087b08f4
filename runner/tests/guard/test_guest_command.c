/* SPDX-License-Identifier: MIT */
/*
 * guest_command_from_elements and guest_command_from_image_entry: what nanvixd and mkimage make of
 * a command line. Results are compared as text: PROGRAM [NAME] ARGUMENTS | ENVIRONMENT | DROPPED,
 * each word in <>.
 */
#include "guard/judging/guest_command.h"
#include "unit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void put_list(FILE *stream, const struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        (void)fprintf(stream, "<%s>", list->items[i]);
}

static void check(struct guest_command *command, const char *wanted)
{
    char text[1024] = "";
    FILE *stream = fmemopen(text, sizeof text, "w");
    assert_non_null(stream);
    (void)fprintf(stream, "<%s>", command->program);
    if (command->name != NULL)
        (void)fprintf(stream, "[%s]", command->name);
    put_list(stream, &command->arguments);
    (void)fputc('|', stream);
    put_list(stream, &command->environment);
    (void)fputc('|', stream);
    put_list(stream, &command->dropped);
    assert_int_equal(fclose(stream), 0);
    assert_string_equal(text, wanted);
    guest_command_free(command);
}

/* `elements` are separated by '|'. */
static void check_elements(const char *elements, const char *wanted)
{
    struct error error = ERROR_INIT;
    struct string_list list = {0};
    const char *next = elements;
    for (;;) {
        int length = (int)strcspn(next, "|");
        assert_int_equal(string_list_add_format(&list, "%.*s", length, next), 0);
        if (next[length] == '\0')
            break;
        next += length + 1;
    }
    struct guest_command command;
    assert_int_equal(
        guest_command_from_elements(list.count, string_list_view(&list), &command, &error), 0);
    check(&command, wanted);
    string_list_free(&list);
}

static void check_entry(const char *entry, const char *wanted)
{
    struct error error = ERROR_INIT;
    struct guest_command command;
    assert_int_equal(guest_command_from_image_entry(entry, &command, &error), 0);
    check(&command, wanted);
}

static void elements_are_split_at_spaces(void **state)
{
    (void)state;
    check_elements("p", "<p>||");
    check_elements("p|-B -m test a", "<p><-B><-m><test><a>||");
    check_elements("p|-B|-m|test", "<p><-B><-m><test>||");
    check_elements("p|  -B   x ", "<p><-B><x>||");
    check_elements("p||x", "<p><x>||");
    check_elements("p|'-B x'", "<p><'-B><x'>||");
    check_elements("p|a\tb", "<p><a\tb>||");
    check_elements("", "<>||");
}

static void environment_follows_the_first_bare_semicolon(void **state)
{
    (void)state;
    check_elements("p|-m test;A=1 B=2", "<p><-m><test>|<A=1><B=2>|");
    check_elements("p|;A=1", "<p>|<A=1>|");
    check_elements("p|x;", "<p><x>||");
    check_elements("p|x;  A=1  ", "<p><x>|<A=1>|");
    check_elements("p;A=1", "<p>|<A=1>|");
}

static void escaped_semicolons_are_literal(void **state)
{
    (void)state;
    check_elements("p|a\\;b", "<p><a;b>||");
    check_elements("p|a\\;b;C=1", "<p><a;b>|<C=1>|");
    check_elements("p|x;A=1\\;2", "<p><x>|<A=1;2>|");
    check_elements("p\\;q|x", "<p;q><x>||");
    check_elements("p|a\\b", "<p><a\\b>||");
    check_elements("p|a\\", "<p><a\\>||");
}

static void a_bare_semicolon_ends_a_value(void **state)
{
    (void)state;
    check_elements("p|x;A=1;B=2 C=3", "<p><x>|<A=1><C=3>|");
    check_elements("p|x;;B=2", "<p><x>||");
}

static void elements_behind_the_semicolon_are_dropped(void **state)
{
    (void)state;
    check_elements("p|a;A=1|-B|b;B=2", "<p><a>|<A=1>|<-B><b;B=2>");
    check_elements("p;A=1|-B", "<p>|<A=1>|<-B>");
    check_elements("p|a\\;|-B", "<p><a;><-B>||");
}

static void image_entries_name_path_and_program(void **state)
{
    (void)state;
    check_entry("bin/p", "<bin/p>||");
    check_entry("bin/p;", "<bin/p>||");
    check_entry("bin/p;p", "<bin/p>[p]||");
    check_entry("bin/p;p -B x", "<bin/p>[p]<-B><x>||");
    check_entry("bin/p;p -B;A=1 B=2", "<bin/p>[p]<-B>|<A=1><B=2>|");
    check_entry("bin/p;p a\\;b;A=1", "<bin/p>[p]<a;b>|<A=1>|");
    check_entry("bin/p;;A=1", "<bin/p>|<A=1>|");
    check_entry("", "<>||");
}

int test_guest_command(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(elements_are_split_at_spaces),
        cmocka_unit_test(environment_follows_the_first_bare_semicolon),
        cmocka_unit_test(escaped_semicolons_are_literal),
        cmocka_unit_test(a_bare_semicolon_ends_a_value),
        cmocka_unit_test(elements_behind_the_semicolon_are_dropped),
        cmocka_unit_test(image_entries_name_path_and_program),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
