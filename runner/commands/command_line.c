/* SPDX-License-Identifier: MIT */
#include "commands/command_line.h"

#include "base/error.h"
#include "base/nearest.h"
#include "commands/standard_output.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

struct command_line {
    const struct argp_option *options;
    const char *alone;
    int argc;
    char **argv;
    struct error *error;
};

static bool is_end(const struct argp_option *option)
{
    return option->name == NULL && option->key == 0;
}

/** The option with exactly this name, or NULL. */
static const struct argp_option *find_long(const struct argp_option *options, const char *name,
                                           size_t length)
{
    for (; !is_end(options); options++)
        if (options->name != NULL && strlen(options->name) == length &&
            memcmp(options->name, name, length) == 0)
            return options;
    return NULL;
}

static const struct argp_option *find_short(const struct argp_option *options, char letter)
{
    for (; !is_end(options); options++)
        if (options->key == (unsigned char)letter)
            return options;
    return NULL;
}

/** The first option that the name is the beginning of, or NULL. */
static const char *find_completed(const struct argp_option *options, const char *name,
                                  size_t length)
{
    for (; !is_end(options); options++)
        if (options->name != NULL && length > 0 && strncmp(options->name, name, length) == 0)
            return options->name;
    return NULL;
}

bool command_line_is_file(const char *word)
{
    struct stat status;
    return word[0] == '-' && lstat(word, &status) == 0;
}

static bool stands_alone(const struct command_line *line, const struct argp_option *option)
{
    return option->key == COMMAND_LINE_KEY_HELP || option->key == COMMAND_LINE_KEY_USAGE ||
           (line->alone != NULL && strcmp(option->name, line->alone) == 0);
}

static int refuse_long(const struct command_line *line, const char *word, size_t length)
{
    char given[64];
    char known[64];
    (void)snprintf(given, sizeof given, "%.*s", (int)length + 2, word);
    struct nearest nearest = {.word = given};
    for (const struct argp_option *option = line->options; !is_end(option); option++)
        if (option->name != NULL) {
            (void)snprintf(known, sizeof known, "--%s", option->name);
            nearest_offer(&nearest, known);
        }
    return error_set(line->error, ERROR_USAGE, word, "no such option%s; see '%s --help'",
                     nearest.hint, line->argv[0]);
}

/** Returns how many arguments the option takes up, or -1. */
static int check_long(const struct command_line *line, const char *word)
{
    size_t length = strcspn(word + 2, "=");
    const struct argp_option *option = find_long(line->options, word + 2, length);
    if (option == NULL) {
        const char *whole = find_completed(line->options, word + 2, length);
        if (whole != NULL)
            return error_set(line->error, ERROR_USAGE, word, "write the option whole, as --%s",
                             whole);
        return refuse_long(line, word, length);
    }
    if (stands_alone(line, option) && line->argc != 2)
        return error_set(line->error, ERROR_USAGE, word,
                         "decides nothing, so it takes nothing beside it; leave out one or the "
                         "other");
    return option->arg != NULL && word[2 + length] == '\0' ? 2 : 1;
}

/** One or more letters, the last of which may have its value behind it. */
static int check_short(const struct command_line *line, const char *word)
{
    for (const char *letter = word + 1; *letter != '\0'; letter++) {
        const struct argp_option *option = find_short(line->options, *letter);
        if (option == NULL)
            return error_set(line->error, ERROR_USAGE, word, "no such option; see '%s --help'",
                             line->argv[0]);
        if (option->arg != NULL)
            return letter[1] == '\0' ? 2 : 1;
    }
    return 1;
}

static int check(const struct command_line *line)
{
    int used = 1;
    for (int i = 1; i < line->argc && strcmp(line->argv[i], "--") != 0; i += used) {
        const char *word = line->argv[i];
        used = 1;
        if (word[0] != '-' || word[1] == '\0')
            continue;
        if (command_line_is_file(word))
            return error_set(line->error, ERROR_USAGE, word,
                             "looks like an option and is a file; write ./%s, or -- before the "
                             "names of files",
                             word);
        used = word[1] == '-' ? check_long(line, word) : check_short(line, word);
        if (used < 0)
            return -1;
    }
    return 0;
}

/** An empty word, which a variable that is not set leaves behind, names nothing. */
static int check_empty(const struct command_line *line)
{
    for (int i = 1; i < line->argc; i++) {
        const char *word = line->argv[i];
        const char *equals = strncmp(word, "--", 2) == 0 ? strchr(word, '=') : NULL;
        if (equals != NULL && equals[1] == '\0')
            return error_set(line->error, ERROR_USAGE, word, "has an empty value");
        if (word[0] == '\0')
            return error_set(line->error, ERROR_USAGE, i > 1 ? line->argv[i - 1] : line->argv[0],
                             "is followed by an empty word; leave it out, or name something");
    }
    return 0;
}

static void help_and_end(const struct argp *parser, char **argv)
{
    bool usage = strcmp(argv[1], "--usage") == 0;
    argp_help(parser, stdout, usage ? ARGP_HELP_USAGE : ARGP_HELP_STD_HELP, argv[0]);
    exit(standard_output_finish(0));
}

void command_line_refuse(const struct argp_state *state, int key, const char *format, ...)
{
    char why[512];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    const struct argp_option *option = state->root_argp->options;
    while (!is_end(option) && option->key != key)
        option++;
    argp_error(state, "--%s: %s", option->name == NULL ? "?" : option->name, why);
}

int command_line_parse(const struct argp *parser, const char *alone, int argc, char **argv,
                       void *input)
{
    struct error error = ERROR_INIT;
    const struct command_line line = {
        .options = parser->options, .alone = alone, .argc = argc, .argv = argv, .error = &error};
    if (check(&line) != 0 || check_empty(&line) != 0) {
        error_print(&error);
        return argp_err_exit_status;
    }
    if (argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "--usage") == 0))
        help_and_end(parser, argv);
    return argp_parse(parser, argc, argv, ARGP_NO_HELP, NULL, input) == 0 ? 0
                                                                          : argp_err_exit_status;
}
