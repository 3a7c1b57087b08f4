/* SPDX-License-Identifier: MIT */
#include "guard/judging/python_command.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* CPython's table of short options; a letter before ':' takes an argument. */
static const char short_options[] = "bBc:dEhiIm:OPqRsStuvVW:xX:?";

static const char variable[] = "PYTHONDONTWRITEBYTECODE=";

/* How far the options have been read. */
struct option_scan {
    size_t argc;
    const char *const *argv;
    size_t next;           /* first element that has not been looked at */
    bool ignore_variables; /* -E or -I */
    bool b_as_argument;    /* a 'B' that belonged to another option, as in -WB */
    bool ended;            /* by -c, -m or an error */
    bool printed;          /* -h, -V and their like */
};

static void take_argument(struct option_scan *scan, const char *rest, struct python_command *out)
{
    if (*rest != '\0') {
        scan->b_as_argument = scan->b_as_argument || strchr(rest, 'B') != NULL;
        return;
    }
    if (scan->next >= scan->argc) {
        out->deed = PYTHON_REFUSES;
        scan->ended = true;
        return;
    }
    scan->b_as_argument = scan->b_as_argument || strcmp(scan->argv[scan->next], "-B") == 0;
    scan->next++;
}

static void read_long_option(struct option_scan *scan, const char *name, struct python_command *out)
{
    static const char *const printing[] = {"help", "version", "help-all", "help-env",
                                           "help-xoptions"};
    for (size_t i = 0; i < sizeof printing / sizeof printing[0]; i++) {
        if (strcmp(name, printing[i]) == 0) {
            scan->printed = true;
            return;
        }
    }
    if (strcmp(name, "check-hash-based-pycs") == 0) {
        take_argument(scan, "", out);
        return;
    }
    out->deed = PYTHON_REFUSES;
    scan->ended = true;
}

/* One element that starts with '-': a cluster of letters, of which the last may have an argument.
 */
static void read_cluster(struct option_scan *scan, const char *letters, struct python_command *out)
{
    while (*letters != '\0' && !scan->ended) {
        char letter = *letters++;
        if (letter == '-') {
            read_long_option(scan, letters, out);
            return;
        }
        const char *known = letter == ':' ? NULL : strchr(short_options, letter);
        if (known == NULL) {
            out->deed = PYTHON_REFUSES;
            scan->ended = true;
            return;
        }
        out->option = out->option || letter == 'B';
        scan->ignore_variables = scan->ignore_variables || letter == 'E' || letter == 'I';
        scan->printed = scan->printed || letter == 'h' || letter == '?' || letter == 'V';
        if (known[1] == ':') {
            take_argument(scan, letters, out);
            scan->ended = scan->ended || letter == 'c' || letter == 'm';
            return;
        }
    }
}

static void read_options(struct option_scan *scan, struct python_command *out)
{
    while (!scan->ended && scan->next < scan->argc) {
        const char *element = scan->argv[scan->next];
        if (element[0] != '-' || element[1] == '\0')
            return;
        scan->next++;
        if (strcmp(element, "--") == 0)
            return;
        read_cluster(scan, element + 1, out);
    }
}

/* CPython reads the value as a decimal number; text that is none, or too large, counts like 1. */
static bool value_counts(const char *value)
{
    if (*value == '\0')
        return false;
    char *end = NULL;
    errno = 0;
    long number = strtol(value, &end, 10);
    return errno != 0 || end == value || *end != '\0' || number != 0;
}

static bool variable_counts(size_t envc, const char *const *env, bool *seen)
{
    bool counts = true;
    *seen = false;
    for (size_t i = 0; i < envc; i++) {
        if (strncmp(env[i], variable, sizeof variable - 1) != 0)
            continue;
        *seen = true;
        counts = counts && value_counts(env[i] + sizeof variable - 1);
    }
    return *seen && counts;
}

static bool has_element_with_b(const struct option_scan *scan)
{
    for (size_t i = scan->next; i < scan->argc; i++)
        if (strcmp(scan->argv[i], "-B") == 0)
            return true;
    return false;
}

static bool has_variable(size_t envc, const char *const *env, const char *prefix)
{
    for (size_t i = 0; i < envc; i++)
        if (strncmp(env[i], prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

static const char *find_hint(const struct option_scan *scan, bool variable_seen, size_t envc,
                             const char *const *env)
{
    if (has_element_with_b(scan))
        return "-B stands behind -m, -c or the script, where it is no option of the interpreter";
    if (scan->b_as_argument)
        return "that B is the argument of another option";
    if (variable_seen && scan->ignore_variables)
        return "-E or -I makes the interpreter ignore PYTHONDONTWRITEBYTECODE";
    if (variable_seen)
        return "PYTHONDONTWRITEBYTECODE is empty or 0, which switches nothing off";
    if (has_variable(envc, env, "PYTHONPYCACHEPREFIX="))
        return "PYTHONPYCACHEPREFIX only moves the bytecode, it is written and renamed all the "
               "same";
    return NULL;
}

struct python_command python_command_parse(size_t argc, const char *const *argv, size_t envc,
                                           const char *const *env)
{
    struct python_command out = {.deed = PYTHON_RUNS};
    struct option_scan scan = {.argc = argc, .argv = argv};
    read_options(&scan, &out);
    if (scan.printed && out.deed == PYTHON_RUNS)
        out.deed = PYTHON_PRINTS;

    bool variable_seen = false;
    bool counts = variable_counts(envc, env, &variable_seen);
    out.environment = counts && !scan.ignore_variables;
    if (!python_command_is_protected(&out))
        out.hint = find_hint(&scan, variable_seen, envc, env);
    return out;
}

bool python_command_is_protected(const struct python_command *command)
{
    return command->option || command->environment;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    size_t end_length = strlen(end);
    return length >= end_length && strcasecmp(text + length - end_length, end) == 0;
}

bool python_is_interpreter_path(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *name = slash == NULL ? path : slash + 1;
    return strcasestr(name, "python") != NULL && !ends_with(name, ".py") &&
           !ends_with(name, ".img");
}
