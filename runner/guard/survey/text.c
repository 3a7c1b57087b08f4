/* SPDX-License-Identifier: MIT */
#include "guard/survey/scan.h"

enum { NAME_ROOM = 128, MODULES_KEPT = 60 };

const char *survey_find_word(const char *text, const char *from, const char *word)
{
    size_t length = strlen(word);
    for (const char *found = from; (found = strstr(found, word)) != NULL; found += length)
        if ((found == text || !is_word(*word) || !is_word(found[-1])) && !is_word(found[length]))
            return found;
    return NULL;
}

bool text_has_word(const char *text, const char *word)
{
    return survey_find_word(text, text, word) != NULL;
}

int survey_add_name(struct string_list *list, const char *name, size_t length)
{
    char copy[NAME_ROOM];
    if (length == 0 || length >= sizeof copy || isdigit((unsigned char)name[0]))
        return 0;
    memcpy(copy, name, length);
    copy[length] = '\0';
    return string_list_has(list, copy) ? 0 : string_list_add(list, copy);
}

/* The name in a string constant that is nothing but a name; 0 if the text starts with none. */
static size_t quoted_name(const char *text, const char **name)
{
    if (*text != '"' && *text != '\'')
        return 0;
    size_t length = word_length(text + 1);
    *name = text + 1;
    return length > 0 && text[1 + length] == *text ? length : 0;
}

/* Whether what follows a subscript sets it: "= value", but not "== value". */
static bool is_set(const char *behind_name)
{
    const char *next = skip_blanks(behind_name + 1);
    if (*next != ']')
        return false;
    next = skip_blanks(next + 1);
    return next[0] == '=' && next[1] != '=';
}

/* A name that is asked for behind '(' or '['. Returns false when it is no constant. */
static bool take_key(struct text_names *names, const char *text, int *failed)
{
    const char *name = NULL;
    bool subscript = *text == '[';
    text = skip_blanks(text + 1);
    size_t length = quoted_name(text, &name);
    if (length == 0)
        return false;
    if (!subscript || !is_set(name + length))
        *failed = survey_add_name(&names->variables, name, length);
    return true;
}

/* The name in `"NAME" in os.environ`, where `environ` is the last word; returns false if it has
 * another form. */
static bool take_membership(struct text_names *names, const char *text, const char *environ,
                            int *failed)
{
    const char *end = environ;
    if (end - text >= 3 && strncmp(end - 3, "os.", 3) == 0)
        end -= 3;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    if (end - text < 3 || strncmp(end - 2, "in", 2) != 0)
        return false;
    end -= 2;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    if (end - text > 3 && strncmp(end - 3, "not", 3) == 0)
        end -= 3;
    while (end > text && isspace((unsigned char)end[-1]))
        end--;
    const char *start = end > text ? end - 1 : end;
    while (start > text && is_word(start[-1]))
        start--;
    const char *name = NULL;
    size_t length = start > text ? quoted_name(start - 1, &name) : 0;
    if (length > 0)
        *failed = survey_add_name(&names->variables, name, length);
    return length > 0;
}

/* One mention of the environment in Python. Returns false when it is passed on as a whole, so that
 * names may be looked up in it anywhere. */
static bool take_mention(struct text_names *names, const char *text, const char *found, int *failed)
{
    static const char *const methods[] = {".get(", ".pop(", ".setdefault(", ".__getitem__("};
    const char *next = found + word_length(found);
    if (*next == '(' || *next == '[')
        return take_key(names, next, failed);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++)
        if (strncmp(next, methods[i], strlen(methods[i])) == 0)
            return take_key(names, next + strlen(methods[i]) - 1, failed);
    return take_membership(names, text, found, failed);
}

/* Every string constant that could be a variable's name. */
static int take_constants(struct text_names *names, const char *text)
{
    for (; *text != '\0'; text++) {
        const char *name = NULL;
        size_t length = quoted_name(text, &name);
        if (length < 2 || is_set(name + length))
            continue;
        size_t upper = 0;
        while (upper < length && !islower((unsigned char)name[upper]))
            upper++;
        if (upper == length && survey_add_name(&names->variables, name, length) != 0)
            return -1;
    }
    return 0;
}

/* The other name that a mention gives to the environment: `environ as e`, `e = os.environ`,
 * `get = os.environ.get`; 0 for none. */
static size_t alias_of(const char *text, const char *found, const char **alias)
{
    const char *next = found + word_length(found);
    if (strncmp(next, " as ", 4) == 0) {
        *alias = skip_blanks(next + 4);
        return word_length(*alias);
    }
    const char *line = start_of_line(text, found);
    *alias = line + strspn(line, " \t");
    size_t length = word_length(*alias);
    const char *equals = *alias + length + strspn(*alias + length, " \t");
    bool sets = equals < found && equals[0] == '=' && equals[1] != '=';
    return sets && memchr(equals, ',', (size_t)(found - equals)) == NULL ? length : 0;
}

/* What is asked for under another name of the environment. */
static int take_alias(struct text_names *names, const char *text, const char *found)
{
    const char *alias = NULL;
    char word[NAME_ROOM];
    size_t length = alias_of(text, found, &alias);
    int failed = 0;
    if (length == 0 || length >= sizeof word)
        return 0;
    memcpy(word, alias, length);
    word[length] = '\0';
    for (const char *at = text; (at = survey_find_word(text, at, word)) != NULL; at += length)
        (void)take_mention(names, text, at, &failed);
    return failed;
}

static int survey_python(const char *text, struct text_names *names)
{
    static const char *const words[] = {"environ", "environb", "getenv", "getenvb"};
    bool whole = false;
    int failed = 0;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        for (const char *found = text; (found = survey_find_word(text, found, words[i])) != NULL;
             found += strlen(words[i])) {
            if (take_mention(names, text, found, &failed))
                continue;
            whole = true;
            failed |= take_alias(names, text, found);
        }
    names->built = names->built || whole;
    if (failed == 0 && whole)
        failed = take_constants(names, text);
    return failed;
}

/* Names that a shell sets itself. */
static bool is_shells_own(const char *name)
{
    static const char *const own[] = {"PWD",     "OLDPWD",      "IFS",          "OPTARG",
                                      "OPTIND",  "PPID",        "LINENO",       "RANDOM",
                                      "SECONDS", "BASH_SOURCE", "BASH_VERSION", "FUNCNAME",
                                      "UID",     "EUID",        "HOSTNAME",     "PIPESTATUS"};
    for (size_t i = 0; i < sizeof own / sizeof own[0]; i++)
        if (strcmp(own[i], name) == 0)
            return true;
    return false;
}

/* Whether an earlier line sets the variable. One in capitals may well come from outside, and be set
 * here on some condition only: there a line counts only if it starts with the setting. */
static bool is_set_before(const char *text, const char *at, const char *name)
{
    size_t length = strlen(name);
    bool capitals = true;
    for (const char *byte = name; *byte != '\0'; byte++)
        capitals = capitals && !islower((unsigned char)*byte);
    const char *line = start_of_line(text, at);
    for (const char *found = text;
         (found = survey_find_word(text, found, name)) != NULL && found < line; found += length) {
        const char *start = start_of_line(text, found);
        bool sets = found[length] == '=' && (found == start || strchr("${", found[-1]) == NULL);
        bool names_it = strncmp(start + strspn(start, " \t"), "for ", 4) == 0 ||
                        strstr(start, "read ") == start + strspn(start, " \t") ||
                        strstr(start, "local ") == start + strspn(start, " \t");
        if ((sets && (!capitals || found == start || strncmp(start, "export ", 7) == 0)) ||
            (names_it && !capitals))
            return true;
    }
    return false;
}

/* The name behind a '$', and what surrounds it. */
static size_t referred_name(const char *dollar, enum source_language language, const char **name)
{
    const char *text = dollar + 1;
    bool round = language == SOURCE_MAKE && *text == '(';
    if (*text == '{' || round)
        text++;
    else if (language == SOURCE_MAKE)
        return 0; /* $x is one letter's there, $$x the shell's */
    text += *text == '#' || *text == '!' ? 1 : 0;
    size_t length = word_length(text);
    *name = text;
    return round && text[length] != ')' ? 0 : length;
}

static int survey_shell(const char *text, enum source_language language, struct text_names *names)
{
    for (const char *dollar = text; (dollar = strchr(dollar, '$')) != NULL; dollar++) {
        const char *start = NULL;
        size_t length = referred_name(dollar, language, &start);
        char name[NAME_ROOM];
        if (length == 0 || length >= sizeof name || isdigit((unsigned char)*start) ||
            is_comment(text, dollar))
            continue;
        memcpy(name, start, length);
        name[length] = '\0';
        names->built = names->built || start[-1] == '!';
        if (is_shells_own(name) || is_set_before(text, dollar, name))
            continue;
        if (survey_add_name(&names->variables, name, length) != 0)
            return -1;
    }
    names->built = names->built || text_has_word(text, "eval");
    return survey_environment(text, language, names);
}

static int survey_modules(const char *text, enum source_language language, struct text_names *names)
{
    const char *before = language == SOURCE_PYTHON ? "\"'" : " \t\n\"'(|*";
    const char *behind = language == SOURCE_PYTHON ? "\"'" : " \t\n\"')|*;";
    for (const char *found = text; (found = strstr(found, "test_")) != NULL; found++) {
        size_t length = word_length(found);
        if (length <= 5 || found == text || strchr(before, found[-1]) == NULL ||
            found[length] == '\0' || strchr(behind, found[length]) == NULL ||
            names->modules.count >= MODULES_KEPT || is_comment(text, found))
            continue;
        if (survey_add_name(&names->modules, found, length) != 0)
            return -1;
    }
    return 0;
}

void text_names_free(struct text_names *names)
{
    string_list_free(&names->variables);
    string_list_free(&names->modules);
    string_list_free(&names->options);
    *names = (struct text_names){.built = false};
}

bool text_asks_for_terminal(const char *text)
{
    return text_has_word(text, "isatty") || strstr(text, "[ -t ") != NULL ||
           strstr(text, "test -t ") != NULL;
}

bool text_asks_for_system(const char *text)
{
    return text_has_word(text, "win32") || strstr(text, "platform.system") != NULL ||
           strstr(text, "os.name") != NULL || text_has_word(text, "uname");
}

/* Whether a Python text may hold one for a shell. */
static bool speaks_shell(const char *text)
{
    static const char *const words[] = {"expandvars", "shell", "system", "popen", "getoutput",
                                        "printenv",   "sh",    "bash",   "env"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (text_has_word(text, words[i]))
            return true;
    return false;
}

int survey_text(const char *text, enum source_language language, struct text_names *names)
{
    int failed = survey_options(text, language, names);
    if (failed == 0) /* a shell may call python3 -c */
        failed = survey_python(text, names);
    if (failed == 0 && (language != SOURCE_PYTHON || speaks_shell(text)))
        failed = survey_shell(text, language, names);
    return failed == 0 ? survey_modules(text, language, names) : -1;
}

bool text_uses_timeout_program(const char *text)
{
    for (const char *found = text; (found = survey_find_word(text, found, "timeout")) != NULL;
         found += 7) {
        const char *next = found + 7;
        if ((found > text && found[-1] == '-') || is_comment(text, found))
            continue;
        /* timeout 600, timeout "$limit", timeout -k 5 60; in a list "timeout", "600" */
        if (*next == ' ' && strchr("0123456789-$\"'", next[1]) != NULL)
            return true;
        if ((*next == '"' || *next == '\'') && found > text && found[-1] == *next && next[1] == ',')
            return true;
    }
    return false;
}

size_t text_line_of_start(const char *text)
{
    size_t line = 1;
    for (const char *at = text; *at != '\0'; line++) {
        const char *end = strchrnul(at, '\n');
        const char *boot = strstr(at, "nanvixd");
        const char *image = strstr(at, "mkimage");
        bool starts = (boot != NULL && boot < end) || (image != NULL && image < end);
        if (starts && !is_comment(text, at))
            return line;
        at = *end == '\0' ? end : end + 1;
    }
    return 0;
}
