/* SPDX-License-Identifier: MIT */
#include "guard/judging/guest_start.h"

#include "base/cleanup.h"
#include "guard/judging/python_command.h"
#include "guard/tools.h"

#include <string.h>

struct collector {
    const struct recording *recording;
    const char *python_bin;
    struct guest_start_list *list;
    struct error *error;
};

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "no memory for the recorded commands");
}

/* Appends a start that takes `command` over, also when this fails. */
static struct guest_start *add_start(const struct collector *collector, const struct record *record,
                                     struct guest_command *command)
{
    struct guest_start_list *list = collector->list;
    struct guest_start *starts = reallocarray(list->starts, list->count + 1, sizeof *starts);
    if (starts != NULL)
        list->starts = starts;
    char *launcher = strdup(record->tool);
    if (starts == NULL || launcher == NULL) {
        free(launcher);
        guest_command_free(command);
        (void)out_of_memory(collector->error);
        return NULL;
    }
    struct guest_start *start = &starts[list->count++];
    *start = (struct guest_start){.command = *command, .launcher = launcher};
    *command = (struct guest_command){0};
    return start;
}

static const char *last_component(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

static bool is_interpreter(const struct collector *collector, const struct guest_command *command)
{
    const char *bin = collector->python_bin;
    if (python_is_interpreter_path(command->program) ||
        (command->name != NULL && python_is_interpreter_path(command->name)))
        return true;
    return bin != NULL && bin[0] != '\0' &&
           strcmp(last_component(bin), last_component(command->program)) == 0;
}

static bool is_image_path(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcmp(path + length - 4, ".img") == 0;
}

/* An image counts as booted when any other tool was given it. */
static bool was_booted(const struct recording *recording, const char *identity)
{
    if (identity == NULL)
        return false;
    for (size_t i = 0; i < recording->count; i++)
        if (record_was_given_image(&recording->records[i], identity))
            return true;
    return false;
}

static int collect_image(const struct collector *collector, const struct record *record)
{
    bool booted = was_booted(collector->recording, record->made);
    for (size_t i = 1; i < record->arguments.count; i++) {
        const char *argument = record->arguments.items[i];
        if (strcmp(argument, "-o") == 0 || strcmp(argument, "--output") == 0) {
            i++;
            continue;
        }
        if (argument[0] == '-')
            continue;
        struct guest_command command;
        if (guest_command_from_image_entry(argument, &command, collector->error) != 0)
            return -1;
        struct guest_start *start = add_start(collector, record, &command);
        if (start == NULL)
            return -1;
        start->booted = booted;
        start->image = true;
        start->interpreter =
            is_interpreter(collector, &start->command) || record_names_interpreter(record, i);
    }
    return 0;
}

static int collect_direct(const struct collector *collector, const struct record *record)
{
    struct guest_command command = {.program = strdup(record->arguments.items[0])};
    int failed = command.program == NULL ? -1 : 0;
    for (size_t i = 1; i < record->arguments.count && failed == 0; i++)
        failed = string_list_add(&command.arguments, record->arguments.items[i]);
    for (size_t i = 0; i < record->variables.count && failed == 0; i++)
        failed = string_list_add(&command.environment, record->variables.items[i]);
    if (failed != 0) {
        guest_command_free(&command);
        return out_of_memory(collector->error);
    }
    struct guest_start *start = add_start(collector, record, &command);
    if (start == NULL)
        return -1;
    start->interpreter = true;
    start->host = true;
    return 0;
}

/* Where the guest's command starts in nanvixd's argv; the number of elements when nowhere. */
static size_t find_command(const struct record *record)
{
    for (size_t i = 1; i < record->arguments.count; i++)
        if (strcmp(record->arguments.items[i], "--") == 0)
            return i + 1;
    for (size_t i = 1; i < record->arguments.count; i++)
        if (python_is_interpreter_path(record->arguments.items[i]) ||
            record_names_interpreter(record, i))
            return i;
    return record->arguments.count;
}

static int collect_boot(const struct collector *collector, const struct record *record)
{
    size_t first = find_command(record);
    if (first >= record->arguments.count)
        return 0;
    if (record_image_at(record, first) != NULL)
        return 0; /* what is in it was listed where it was made */
    struct guest_command command;
    if (guest_command_from_elements(record->arguments.count - first,
                                    string_list_view(&record->arguments) + first, &command,
                                    collector->error) != 0)
        return -1;
    struct guest_start *start = add_start(collector, record, &command);
    if (start == NULL)
        return -1;
    start->booted = true;
    for (size_t i = 1; i < first; i++)
        start->ramfs = start->ramfs || strcmp(record->arguments.items[i], "-ramfs") == 0;
    start->opaque = is_image_path(start->command.program);
    start->interpreter = !start->opaque && (is_interpreter(collector, &start->command) ||
                                            record_names_interpreter(record, first));
    return 0;
}

int guest_starts_collect(const struct recording *recording, const char *python_bin,
                         struct guest_start_list *out, struct error *error)
{
    *out = (struct guest_start_list){0};
    struct collector collector = {recording, python_bin, out, error};
    for (size_t i = 0; i < recording->count; i++) {
        const struct record *record = &recording->records[i];
        int failed = 0;
        switch (tool_kind(record->tool)) {
        case TOOL_MAKES_IMAGE:
            failed = collect_image(&collector, record);
            break;
        case TOOL_MAKES_RAMFS:
            break;
        case TOOL_INTERPRETER:
            failed = collect_direct(&collector, record);
            break;
        case TOOL_BOOTS:
        case TOOL_UNKNOWN:
            failed = collect_boot(&collector, record);
            break;
        }
        if (failed != 0) {
            guest_start_list_free(out);
            return -1;
        }
    }
    return 0;
}

void guest_start_list_free(struct guest_start_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        guest_command_free(&list->starts[i].command);
        free(list->starts[i].launcher);
    }
    free(list->starts);
    *list = (struct guest_start_list){0};
}
