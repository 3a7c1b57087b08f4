/* SPDX-License-Identifier: MIT */
#include "guard/survey/scan.h"

/* A word behind which a shell, a program that it calls, or make gets the environment otherwise than
 * by '$'. */
struct asking {
    const char *word;
    bool whole; /* all of it, so that any word in capitals on the line may be looked up */
    bool of_make;
};

static const struct asking askings[] = {
    {"printenv", false, false}, {"declare", false, false}, {"typeset", false, false},
    {"-v", false, false},       {"ifdef", false, true},    {"ifndef", false, true},
    {"origin", false, true},    {"value", false, true},    {"env", true, false},
    {"set", true, false},       {"export", true, false},   {"declare", true, false},
    {"typeset", true, false},   {"compgen", true, false},  {"printenv", true, false},
    {"ENVIRON", true, false},   {"ENV", true, false},      {"proc/self/environ", true, false},
};

static bool ends_command(char byte)
{
    return byte == '\0' || strchr("\n;|&)`<>", byte) != NULL;
}

/* Whether what follows the word asks for all of the environment: `env | grep`, `set >x`, `export
 * -p`, ENVIRON["X"], $ENV{X}; but not `env A=1 program` or `set -e`. */
static bool asks_for_all(const char *word, const char *next)
{
    if (strcmp(word, "ENVIRON") == 0 || strcmp(word, "ENV") == 0)
        return *next == '[' || *next == '{';
    if (strcmp(word, "compgen") == 0 || strcmp(word, "proc/self/environ") == 0)
        return true;
    next += strspn(next, " \t");
    if (strncmp(next, "-p", 2) == 0 || strncmp(next, "-x", 2) == 0 || strncmp(next, "-0", 2) == 0)
        next += 2 + strspn(next + 2, " \t");
    return ends_command(*next);
}

static int take_capitals(struct text_names *names, const char *line, const char *end)
{
    while (line < end) {
        size_t length = word_length(line);
        size_t upper = 0;
        while (upper < length && !islower((unsigned char)line[upper]))
            upper++;
        if (length > 1 && upper == length && survey_add_name(&names->variables, line, length) != 0)
            return -1;
        line += length == 0 ? 1 : length;
    }
    return 0;
}

/* The names behind `printenv`, `declare -p`, `test -v` and the like. */
static int take_arguments(struct text_names *names, const char *next)
{
    while (*next == ' ' || *next == '\t') {
        next += strspn(next, " \t");
        if (*next == '-') { /* an option */
            next += strcspn(next, " \t\n");
            continue;
        }
        next += *next == '"' || *next == '\'' ? 1 : 0;
        size_t length = word_length(next);
        if (length == 0 || next[length] == '=')
            return 0;
        if (survey_add_name(&names->variables, next, length) != 0)
            return -1;
        next += length + (next[length] == '"' || next[length] == '\'' ? 1 : 0);
    }
    return 0;
}

/* `declare x` makes a variable, `declare -p x` asks for one; `-v` is an option of test alone. */
static bool asks_by_name(const char *text, const char *found, const char *word)
{
    const char *next = found + strlen(word);
    next += strspn(next, " \t");
    if (strcmp(word, "declare") == 0 || strcmp(word, "typeset") == 0)
        return strncmp(next, "-p", 2) == 0;
    if (strcmp(word, "-v") != 0)
        return true;
    const char *line = start_of_line(text, found);
    const char *test = survey_find_word(text, line, "test");
    const char *bracket = strchr(line, '[');
    return (test != NULL && test < found) || (bracket != NULL && bracket < found);
}

/* In Python such a word counts only where a command of a shell may begin. */
static bool begins_command(const char *text, const char *found)
{
    while (found > text && found[-1] == ' ')
        found--;
    return found > text && (strchr("\"'|;&`", found[-1]) != NULL ||
                            (found[-1] == '(' && found - text > 1 && found[-2] == '$'));
}

static int take_asking(struct text_names *names, const char *text, const struct asking *asking,
                       const char *found)
{
    const char *next = found + strlen(asking->word);
    if (!asking->whole)
        return asks_by_name(text, found, asking->word) ? take_arguments(names, next) : 0;
    if (!asks_for_all(asking->word, next))
        return 0;
    names->built = true;
    return take_capitals(names, next, next + strcspn(next, "\n"));
}

int survey_environment(const char *text, enum source_language language, struct text_names *names)
{
    for (size_t i = 0; i < sizeof askings / sizeof askings[0]; i++) {
        const struct asking *asking = &askings[i];
        if (asking->of_make && language != SOURCE_MAKE)
            continue;
        for (const char *found = text;
             (found = survey_find_word(text, found, asking->word)) != NULL;
             found += strlen(asking->word))
            if (!is_comment(text, found) &&
                (language != SOURCE_PYTHON || begins_command(text, found)) &&
                take_asking(names, text, asking, found) != 0)
                return -1;
    }
    return 0;
}
