/* SPDX-License-Identifier: MIT */
#include "guard/judging/guest_command.h"

#include <stdlib.h>
#include <string.h>

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "no memory for a recorded command");
}

/* The first ';' that no '\' escapes, or NULL. */
static const char *find_separator(const char *text)
{
    for (const char *byte = text; *byte != '\0'; byte++) {
        if (byte[0] == '\\' && byte[1] == ';')
            byte++;
        else if (*byte == ';')
            return byte;
    }
    return NULL;
}

/* A copy of `length` bytes in which `\;` has become ';'. */
static char *copy_unescaped(const char *text, size_t length)
{
    char *copy = malloc(length + 1);
    if (copy == NULL)
        return NULL;
    size_t used = 0;
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '\\' && i + 1 < length && text[i + 1] == ';')
            i++;
        copy[used++] = text[i];
    }
    copy[used] = '\0';
    return copy;
}

static int add_unescaped(struct string_list *list, const char *text, size_t length)
{
    char *word = copy_unescaped(text, length);
    int failed = word == NULL ? -1 : string_list_add(list, word);
    free(word);
    return failed;
}

/* Splits `length` bytes at spaces; runs of spaces separate like one. */
static int add_words(struct string_list *list, const char *text, size_t length)
{
    size_t start = 0;
    for (size_t i = 0; i <= length; i++) {
        if (i < length && text[i] != ' ')
            continue;
        if (i > start && add_unescaped(list, text + start, i - start) != 0)
            return -1;
        start = i + 1;
    }
    return 0;
}

/* Splits an environment at spaces; of each word only what stands before a bare ';' is kept. */
static int add_variables(struct string_list *list, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, " ");
        const char *separator = find_separator(text);
        size_t kept = length;
        if (separator != NULL && separator < text + length)
            kept = (size_t)(separator - text);
        if (kept > 0 && add_unescaped(list, text, kept) != 0)
            return -1;
        text += length;
        text += strspn(text, " ");
    }
    return 0;
}

/* The part of an element before its separator, and the environment behind it if there is one. */
static size_t take_environment(const char *element, struct guest_command *out, int *failed)
{
    const char *separator = find_separator(element);
    if (separator == NULL)
        return strlen(element);
    *failed = add_variables(&out->environment, separator + 1);
    return (size_t)(separator - element);
}

int guest_command_from_elements(size_t count, const char *const *elements,
                                struct guest_command *out, struct error *error)
{
    *out = (struct guest_command){0};
    bool ended = false;
    for (size_t i = 0; i < count; i++) {
        int failed = 0;
        if (ended) {
            failed = string_list_add(&out->dropped, elements[i]);
        } else {
            size_t length = take_environment(elements[i], out, &failed);
            ended = elements[i][length] == ';';
            if (i == 0)
                out->program = copy_unescaped(elements[i], length);
            else if (failed == 0)
                failed = add_words(&out->arguments, elements[i], length);
        }
        if (failed != 0 || out->program == NULL) {
            guest_command_free(out);
            return out_of_memory(error);
        }
    }
    return 0;
}

int guest_command_from_image_entry(const char *entry, struct guest_command *out,
                                   struct error *error)
{
    *out = (struct guest_command){0};
    const char *separator = find_separator(entry);
    size_t path_length = separator == NULL ? strlen(entry) : (size_t)(separator - entry);
    out->program = copy_unescaped(entry, path_length);
    int failed = out->program == NULL ? -1 : 0;
    if (separator != NULL && failed == 0) {
        size_t length = take_environment(separator + 1, out, &failed);
        if (failed == 0)
            failed = add_words(&out->arguments, separator + 1, length);
        if (failed == 0)
            out->name = string_list_take_first(&out->arguments);
    }
    if (failed != 0) {
        guest_command_free(out);
        return out_of_memory(error);
    }
    return 0;
}

void guest_command_free(struct guest_command *command)
{
    free(command->program);
    free(command->name);
    string_list_free(&command->arguments);
    string_list_free(&command->environment);
    string_list_free(&command->dropped);
    *command = (struct guest_command){0};
}
