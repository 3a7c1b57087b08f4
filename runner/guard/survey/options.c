/* SPDX-License-Identifier: MIT */
#include "guard/survey/scan.h"

#include <stdio.h>

enum { OPTION_ROOM = 128 };

/* Takes the option that a text starts with, in quotes or not; returns what is behind it, or NULL
 * for none. */
static const char *take_option(struct text_names *names, const char *text, int *failed)
{
    text += *text == '"' || *text == '\'' ? 1 : 0;
    const char *end = text + strspn(text, "-");
    while (is_word(*end) || (*end == '-' && end > text))
        end++;
    char copy[OPTION_ROOM];
    size_t length = (size_t)(end - text);
    if (*text != '-' || length < 2 || length >= sizeof copy || !isalpha((unsigned char)end[-1]))
        return NULL;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (!string_list_has(&names->options, copy))
        *failed |= string_list_add(&names->options, copy);
    return end;
}

/* add_argument("-f", "--fast") */
static int survey_declared(const char *text, struct text_names *names)
{
    static const char call[] = "add_argument(";
    int failed = 0;
    for (const char *found = text; (found = strstr(found, call)) != NULL;) {
        found += sizeof call - 1;
        const char *next = skip_blanks(found);
        while (next != NULL && (*next == '"' || *next == '\'')) {
            next = take_option(names, next, &failed);
            if (next != NULL)
                next = skip_blanks(next + 1 + strspn(next + 1, ", "));
        }
    }
    return failed;
}

/* "--fast" in argv, and x == "--fast" */
static int survey_looked_for(const char *text, struct text_names *names)
{
    int failed = 0;
    for (const char *dash = text; (dash = strchr(dash, '-')) != NULL; dash++) {
        if (dash == text || (dash[-1] != '"' && dash[-1] != '\''))
            continue;
        size_t length = strcspn(dash, "\"'\n");
        const char *behind = skip_blanks(dash + length + (dash[length] == '\0' ? 0 : 1));
        const char *before = dash - 1;
        while (before > text && before[-1] == ' ')
            before--;
        bool compared = before - text >= 2 && strncmp(before - 2, "==", 2) == 0;
        if (compared || strncmp(behind, "in ", 3) == 0)
            (void)take_option(names, dash, &failed);
    }
    return failed;
}

/* A word of letters, digits and ".-_" that may be an argument, in quotes or not; returns what is
 * behind it. */
static const char *take_word(struct text_names *names, const char *text, int *failed)
{
    text += *text == '"' || *text == '\'' ? 1 : 0;
    size_t length = 0;
    while (is_word(text[length]) ||
           (length > 0 && strchr(".-", text[length]) != NULL && text[length] != '\0'))
        length++;
    char copy[OPTION_ROOM];
    if (length == 0 || length >= sizeof copy)
        return text;
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (!string_list_has(&names->options, copy))
        *failed |= string_list_add(&names->options, copy);
    text += length;
    return text + (*text == '"' || *text == '\'' ? 1 : 0);
}

/* The letters of "ab:c", as getopt takes them. */
static int take_letters(struct text_names *names, const char *text)
{
    int failed = 0;
    for (text = skip_blanks(text); *text == '"' || *text == '\'';)
        text++;
    for (; isalnum((unsigned char)*text) || *text == ':' || *text == '?'; text++) {
        const char option[] = {'-', *text, '\0'};
        if (isalnum((unsigned char)*text) && !string_list_has(&names->options, option))
            failed |= string_list_add(&names->options, option);
    }
    return failed;
}

/* "long,other:" or ["long=", "other"], up to what ends them. */
static int take_long(struct text_names *names, const char *text, const char *ends)
{
    int failed = 0;
    while (*text != '\0' && strchr(ends, *text) == NULL) {
        char option[OPTION_ROOM];
        size_t length = 0;
        while (is_word(text[length]) || text[length] == '-')
            length++;
        if (length > 0 && length + 3 < sizeof option) {
            (void)snprintf(option, sizeof option, "--%.*s", (int)length, text);
            if (!string_list_has(&names->options, option))
                failed |= string_list_add(&names->options, option);
        }
        text += length == 0 ? 1 : length;
    }
    return failed;
}

/* getopt.getopt(argv, "ab:", ["long="]) */
static int survey_python_getopt(const char *text, struct text_names *names)
{
    int failed = 0;
    for (const char *found = text; (found = strstr(found, "getopt(")) != NULL; found++) {
        const char *letters = found + strcspn(found, ",\n");
        if (*letters != ',')
            continue;
        failed |= take_letters(names, letters + 1);
        const char *list = letters + strcspn(letters, "[\n");
        if (*list == '[')
            failed |= take_long(names, list + 1, "]");
    }
    return failed;
}

/* "fast" in argv, argv[1] == "fast", argv[1] in ("fast", "slow") */
static int survey_python_words(const char *text, struct text_names *names)
{
    int failed = 0;
    for (const char *found = text; (found = survey_find_word(text, found, "argv")) != NULL;
         found += 4) {
        const char *before = found;
        while (before > text && (is_word(before[-1]) || before[-1] == '.'))
            before--;
        while (before > text && before[-1] == ' ')
            before--;
        const char *end =
            before - text > 4 && strncmp(before - 2, "in", 2) == 0 ? before - 3 : text;
        if (end > text && strncmp(end - 3, "not", 3) == 0)
            end -= 4;
        if (end > text && (end[-1] == '"' || end[-1] == '\'')) {
            const char *start = end - 1;
            while (start > text && start[-1] != end[-1] && start[-1] != '\n')
                start--;
            (void)take_word(names, start, &failed);
        }
        const char *next = found + 4 + (found[4] == '[' ? strcspn(found + 4, "]\n") + 1 : 0);
        next = skip_blanks(next);
        if (strncmp(next, "==", 2) == 0 || strncmp(next, "!=", 2) == 0) {
            next = skip_blanks(next + 2);
            if (*next == '"' || *next == '\'')
                (void)take_word(names, next, &failed);
        } else if (strncmp(next, "in ", 3) == 0 && strchr("([{", next[3]) != NULL) {
            for (next += 4; *next == '"' || *next == '\'';) {
                next = take_word(names, next, &failed);
                next = skip_blanks(next + strspn(next, ", "));
            }
        }
    }
    return failed;
}

static int survey_python_options(const char *text, struct text_names *names)
{
    return survey_declared(text, names) | survey_looked_for(text, names) |
           survey_python_getopt(text, names) | survey_python_words(text, names);
}

/* The labels of a case, and what something is compared with. */
static int survey_shell_options(const char *text, struct text_names *names)
{
    int failed = 0;
    for (const char *dash = text; (dash = strchr(dash, '-')) != NULL; dash++) {
        if (dash == text || strchr(" \t\n|(\"'", dash[-1]) == NULL || is_comment(text, dash))
            continue;
        const char *before = dash;
        while (before > text && strchr(" \t\"'", before[-1]) != NULL)
            before--;
        bool compared =
            before - text >= 2 && before[-1] == '=' && strchr(" =!", before[-2]) != NULL;
        const char *end = dash + strspn(dash, "-");
        while (is_word(*end) || *end == '-')
            end++;
        bool label = (before == text || strchr("\n|(;", before[-1]) != NULL) &&
                     (*end == ')' || *end == '|' || strncmp(end, "=*)", 3) == 0);
        if (compared || label)
            (void)take_option(names, dash, &failed);
    }
    return failed;
}

/* getopts "ab:" name, and getopt -o ab: --long one,two: */
static int survey_getopts(const char *text, struct text_names *names)
{
    int failed = 0;
    for (const char *found = text; (found = strstr(found, "getopt")) != NULL; found++) {
        const char *line_end = found + strcspn(found, "\n");
        if (is_comment(text, found))
            continue;
        if (strncmp(found, "getopts ", 8) == 0)
            failed |= take_letters(names, found + 8);
        for (const char *dash = found; (dash = strstr(dash, " -")) != NULL && dash < line_end;
             dash += 2) {
            const char *value = dash + 2 + strcspn(dash + 2, " =\n");
            value += *value == '\0' ? 0 : 1 + strspn(value + 1, "\"'");
            if (strncmp(dash, " -o", 3) == 0 || strncmp(dash, " --options", 10) == 0)
                failed |= take_letters(names, value);
            if (strncmp(dash, " -l", 3) == 0 || strncmp(dash, " --long", 7) == 0)
                failed |= take_long(names, value, " \"'\n");
        }
    }
    return failed;
}

/* Whether what a '$' is in front of is an argument: $1, ${1, $@, or a variable that one was put
 * into. */
static bool is_argument(const char *text, const char *dollar)
{
    const char *name = dollar + 1 + (dollar[1] == '{' ? 1 : 0);
    size_t length = word_length(name);
    if (isdigit((unsigned char)*name) || *name == '@' || *name == '*')
        return true;
    char word[OPTION_ROOM];
    if (length == 0 || length >= sizeof word)
        return false;
    memcpy(word, name, length);
    word[length] = '\0';
    for (const char *at = text; (at = survey_find_word(text, at, word)) != NULL; at += length) {
        const char *next = at + length;
        bool from = *next == '=' && (next[1] == '$' || (next[1] == '"' && next[2] == '$'));
        const char *value = next + strcspn(next, "$\n");
        bool each = at - text >= 4 && strncmp(at - 4, "for ", 4) == 0 &&
                    (strncmp(next, " in \"$@\"", 8) == 0 || strncmp(next, " in $@", 6) == 0 ||
                     strncmp(next, " in $*", 6) == 0 || strncmp(next, "; do", 4) == 0 ||
                     strncmp(next, " do", 3) == 0 || *next == '\n');
        if (each || (from && isdigit((unsigned char)value[value[1] == '{' ? 2 : 1])))
            return true;
    }
    return false;
}

/* One pattern of a label; returns what is behind it and the '|' or ')' that ends it. */
static const char *take_label(struct text_names *names, const char *text, bool *more, int *failed)
{
    text += *text == '(' ? 1 : 0;
    if (is_word(*text) || *text == '"' || *text == '\'')
        text = take_word(names, text, failed);
    text += strcspn(text, "|)\n");
    *more = *text == '|';
    return text + (*text == '\0' ? 0 : 1);
}

/* The labels of a case, which are words, from behind its "in". */
static void take_labels(struct text_names *names, const char *text, int *failed)
{
    bool label = true;
    for (text = skip_blanks(text); *text != '\0' && strncmp(text, "esac", 4) != 0;
         text = skip_blanks(text)) {
        if (label) {
            text = take_label(names, text, &label, failed);
        } else {
            label = strncmp(text, ";;", 2) == 0;
            text += label ? 2 : 1;
        }
    }
}

/* `case $1 in fast)`, `[ "$1" = fast ]` */
static int survey_shell_words(const char *text, struct text_names *names)
{
    int failed = 0;
    for (const char *dollar = text; (dollar = strchr(dollar, '$')) != NULL; dollar++) {
        if (is_comment(text, dollar) || !is_argument(text, dollar))
            continue;
        const char *next = dollar + 1 + strcspn(dollar + 1, " \t\n");
        next += strspn(next, " \t");
        const char *before = dollar - (dollar > text && strchr("\"'", dollar[-1]) != NULL ? 1 : 0);
        if (before - text >= 5 && strncmp(before - 5, "case ", 5) == 0 &&
            strncmp(next, "in", 2) == 0 && !is_word(next[2]))
            take_labels(names, next + 2, &failed);
        else if (*next == '=' || strncmp(next, "!=", 2) == 0)
            (void)take_word(names, next + strspn(next, "!= \t"), &failed);
    }
    return failed;
}

int survey_options(const char *text, enum source_language language, struct text_names *names)
{
    return language == SOURCE_PYTHON
               ? survey_python_options(text, names)
               : survey_shell_options(text, names) | survey_getopts(text, names) |
                     survey_shell_words(text, names);
}
