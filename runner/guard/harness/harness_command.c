/* SPDX-License-Identifier: MIT */
#include "guard/harness/harness_command.h"

#include "base/program.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char harness_word[] = "{harness}";
static const char module_word[] = "{module}";

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "no memory for the harness's command");
}

/* Reads one word into `word`, which has room for all of `text`. Returns what follows it, or NULL
 * for a quote without its end. */
static const char *read_word(const char *text, char *word)
{
    char quote = '\0';
    for (; *text != '\0' && (quote != '\0' || *text != ' '); text++) {
        if (quote == '\0' && (*text == '\'' || *text == '"')) {
            quote = *text;
        } else if (*text == quote) {
            quote = '\0';
        } else {
            if (*text == '\\' && quote != '\'' && text[1] != '\0')
                text++;
            *word++ = *text;
        }
    }
    *word = '\0';
    return quote == '\0' ? text : NULL;
}

/* Splits into words, each of which fits into `word`. */
static int split_into(const char *command, char *word, struct string_list *words,
                      struct error *error)
{
    for (const char *next = command + strspn(command, " "); *next != '\0';
         next += strspn(next, " ")) {
        next = read_word(next, word);
        if (next == NULL)
            return error_set(error, ERROR_USAGE, "--command", "a quote has no end: %s", command);
        if (string_list_add(words, word) != 0)
            return out_of_memory(error);
    }
    return 0;
}

static int split_words(const char *command, struct string_list *words, struct error *error)
{
    char *word = malloc(strlen(command) + 1);
    if (word == NULL)
        return out_of_memory(error);
    int failed = split_into(command, word, words, error);
    free(word);
    return failed;
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text);
    return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

static const char *default_command(const char *harness)
{
    if (access(harness, X_OK) == 0)
        return "{harness} {module}";
    if (ends_with(harness, ".py"))
        return "python3 {harness} {module}";
    return ends_with(harness, ".sh") ? "sh {harness} {module}" : NULL;
}

static int find_program(const char *name, const char *search_path, char *out, struct error *error)
{
    if (strchr(name, '/') != NULL) {
        if (program_is_at(name) && realpath(name, out) != NULL)
            return 0;
        return error_set(error, ERROR_USAGE, name, "is no program that can be started");
    }
    if (program_find_in(search_path, name, out, PATH_MAX))
        return 0;
    out[0] = '\0';
    return error_set(error, ERROR_USAGE, name,
                     "is not in the harness's PATH; give its path in --command, or --env PATH=...");
}

/* Appends `word` with {harness} and {module} replaced. */
static int add_replaced(struct string_list *argv, const char *word, const char *harness,
                        const char *module)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL)
        return -1;
    while (*word != '\0') {
        if (strncmp(word, harness_word, sizeof harness_word - 1) == 0) {
            (void)fputs(harness, stream);
            word += sizeof harness_word - 1;
        } else if (module != NULL && strncmp(word, module_word, sizeof module_word - 1) == 0) {
            (void)fputs(module, stream);
            word += sizeof module_word - 1;
        } else {
            (void)fputc(*word++, stream);
        }
    }
    int failed = fclose(stream) == 0 ? string_list_add(argv, text) : -1;
    free(text);
    return failed;
}

static int check_words(struct harness_command *out, const char *search_path, struct error *error)
{
    bool names_harness = false;
    for (size_t i = 0; i < out->words.count; i++) {
        names_harness = names_harness || strstr(out->words.items[i], harness_word) != NULL;
        out->takes_modules = out->takes_modules || strstr(out->words.items[i], module_word) != NULL;
    }
    if (!names_harness)
        return error_set(error, ERROR_USAGE, "--command", "must have %s in it", harness_word);
    struct string_list first = {0};
    if (add_replaced(&first, out->words.items[0], out->harness, NULL) != 0)
        return out_of_memory(error);
    int failed = find_program(first.items[0], search_path, out->program, error);
    string_list_free(&first);
    return failed;
}

int harness_command_prepare(const char *path, const char *command, const char *search_path,
                            struct harness_command *out, struct error *error)
{
    *out = (struct harness_command){.takes_modules = false};
    struct stat status;
    if (stat(path, &status) != 0 || realpath(path, out->harness) == NULL)
        return error_set(error, ERROR_INPUT, path, "cannot read the harness: %s", strerror(errno));
    if (!S_ISREG(status.st_mode))
        return error_set(error, ERROR_INPUT, path, "is no regular file; name the harness itself");
    if (access(path, R_OK) != 0)
        return error_set(error, ERROR_INPUT, path, "cannot read the harness: %s", strerror(errno));
    if (command == NULL)
        command = default_command(out->harness);
    if (command == NULL)
        return error_set(error, ERROR_USAGE, path,
                         "is not executable; say how to run it, for example --command 'python3 "
                         "{harness} {module}'");
    if (split_words(command, &out->words, error) == 0 && check_words(out, search_path, error) == 0)
        return 0;
    harness_command_free(out);
    return -1;
}

int harness_command_build(const struct harness_command *command, size_t module_count,
                          const char *const *modules, struct string_list *argv, struct error *error)
{
    int failed = string_list_add(argv, command->program);
    for (size_t i = 1; i < command->words.count && failed == 0; i++) {
        const char *word = command->words.items[i];
        if (strstr(word, module_word) == NULL) {
            failed = add_replaced(argv, word, command->harness, NULL);
            continue;
        }
        for (size_t module = 0; module < module_count && failed == 0; module++)
            failed = add_replaced(argv, word, command->harness, modules[module]);
    }
    return failed == 0 ? 0 : out_of_memory(error);
}

void harness_command_free(struct harness_command *command)
{
    string_list_free(&command->words);
    *command = (struct harness_command){.takes_modules = false};
}
