/* SPDX-License-Identifier: MIT */
#include "guard/survey/scan.h"

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

static int survey_python_options(const char *text, struct text_names *names)
{
    return survey_declared(text, names) | survey_looked_for(text, names);
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

int survey_options(const char *text, enum source_language language, struct text_names *names)
{
    return language == SOURCE_PYTHON ? survey_python_options(text, names)
                                     : survey_shell_options(text, names);
}
