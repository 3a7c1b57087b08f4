/* SPDX-License-Identifier: MIT */
/*
 * The guard's reading of what a harness starts: what Nanvix makes of a command, and what CPython
 * makes of its options. The first byte of an input says which form it is in ('i': one entry of an
 * image, else elements behind "--"), each following line is an element. glibc's getopt is the
 * second opinion on CPython's options.
 */
#include "fuzz.h"
#include "guard/judging/guest_command.h"
#include "guard/judging/python_command.h"

#include <getopt.h>
#include <string.h>

#define ELEMENTS 16
#define VARIABLE "PYTHONDONTWRITEBYTECODE="

/** Whether getopt can tell: it knows no long option here, and '?' is its word for an error. */
static bool has_second_opinion(const struct string_list *arguments)
{
    for (size_t i = 0; i < arguments->count; i++) {
        const char *element = arguments->items[i];
        if (element[0] == '-' && strcmp(element, "--") != 0 &&
            (strchr(element + 1, '-') != NULL || strchr(element, '?') != NULL))
            return false;
    }
    return true;
}

struct opinion {
    bool refuses;
    bool option;
    bool ignores_variables;
};

static struct opinion ask_getopt(const struct string_list *arguments)
{
    static char name[] = "python3";
    char **argv = calloc(arguments->count + 2, sizeof *argv);
    REQUIRE(argv != NULL);
    int argc = 0;
    argv[argc++] = name;
    for (size_t i = 0; i < arguments->count; i++)
        argv[argc++] = arguments->items[i];
    struct opinion opinion = {false, false, false};
    opterr = 0;
    optind = 0;
    for (int letter; (letter = getopt(argc, argv, "+bBc:dEhiIm:OPqRsStuvVW:xX:")) != -1;) {
        opinion.refuses = opinion.refuses || letter == '?';
        opinion.option = opinion.option || letter == 'B';
        opinion.ignores_variables = opinion.ignores_variables || letter == 'E' || letter == 'I';
        if (letter == 'c' || letter == 'm' || letter == '?')
            break;
    }
    free(argv);
    return opinion;
}

static void require_python(const struct guest_command *command)
{
    const struct string_list *environment = &command->environment;
    struct python_command parsed =
        python_command_parse(command->arguments.count, string_list_view(&command->arguments),
                             environment->count, string_list_view(environment));
    bool set = false;
    for (size_t i = 0; i < environment->count; i++)
        set = set || (strncmp(environment->items[i], VARIABLE, strlen(VARIABLE)) == 0 &&
                      environment->items[i][strlen(VARIABLE)] != '\0');
    REQUIRE(set || !parsed.environment);
    REQUIRE(python_command_is_protected(&parsed) || !(parsed.option || parsed.environment) ||
            parsed.deed == PYTHON_REFUSES);
    if (!has_second_opinion(&command->arguments))
        return;
    struct opinion opinion = ask_getopt(&command->arguments);
    REQUIRE((parsed.deed == PYTHON_REFUSES) == opinion.refuses);
    if (!opinion.refuses) {
        REQUIRE(parsed.option == opinion.option);
        REQUIRE(!opinion.ignores_variables || !parsed.environment);
    }
}

static void require_no_space(const struct string_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        REQUIRE(strchr(list->items[i], ' ') == NULL && list->items[i][0] != '\0');
    REQUIRE(list->items == NULL || list->items[list->count] == NULL);
}

static size_t split(char *text, const char *elements[ELEMENTS])
{
    size_t count = 0;
    for (char *rest = text; rest != NULL && count < ELEMENTS; count++) {
        elements[count] = rest;
        char *end = strchr(rest, '\n');
        if (end != NULL)
            *end++ = '\0';
        rest = end;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0 || size > 4096)
        return 0;
    char *text = strndup((const char *)data + 1, size - 1);
    REQUIRE(text != NULL);
    const char *elements[ELEMENTS];
    size_t count = split(text, elements);
    struct guest_command command;
    struct error error = ERROR_INIT;
    int failed = data[0] == 'i' ? guest_command_from_image_entry(elements[0], &command, &error)
                                : guest_command_from_elements(count, elements, &command, &error);
    REQUIRE(failed == 0 && command.program != NULL);
    require_no_space(&command.arguments);
    require_no_space(&command.environment);
    (void)python_is_interpreter_path(command.program);
    require_python(&command);
    guest_command_free(&command);
    free(text);
    return 0;
}
