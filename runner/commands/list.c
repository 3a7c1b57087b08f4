/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/json_access.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/standard_output.h"
#include "run/inventory.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

enum { OPTION_JSON = 256 };

static const char documentation[] =
    "Show the targets that rename-oracle ships, what each needs and whether it can run here, and "
    "the shapes."
    "\vExit status: 0, or 2 when the targets can't be read.";

static const struct argp_option option_list[] = {
    {"json", OPTION_JSON, NULL, 0, "Print JSON", 0},
    COMMAND_LINE_HELP,
    {0},
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    bool *json = state->input;
    if (key == OPTION_JSON)
        *json = true;
    else if (key == ARGP_KEY_ARG)
        argp_error(state, "'%s': list takes no arguments", text);
    else
        return ARGP_ERR_UNKNOWN;
    return 0;
}

static void print_inventory(const json_t *inventory)
{
    size_t index;
    const json_t *entry;
    (void)printf("Targets:\n");
    json_array_foreach(json_object_get(inventory, "targets"), index, entry) {
        bool runs = json_is_true(json_object_get(entry, "runs_here"));
        (void)printf("  %-26s %s\n", member_text(entry, "name"), member_text(entry, "title"));
        (void)printf("  %-26s mode %s, subject %s; %s%s\n", "", member_text(entry, "mode"),
                     member_text(entry, "subject"),
                     runs ? "can run here" : "can't run here: ", member_text(entry, "missing"));
    }
    (void)printf("\nShapes:\n");
    json_array_foreach(json_object_get(inventory, "shapes"), index, entry) {
        bool scripted = json_object_get(entry, "scenario") != NULL;
        (void)printf("  %-26s %s (%s%s%s)\n", member_text(entry, "name"),
                     member_text(entry, "summary"), member_text(entry, "group"),
                     scripted ? "; scenario " : "", member_text(entry, "scenario"));
    }
}

int command_list(int argc, char **argv)
{
    const struct argp parser = {option_list, parse_option, NULL, documentation, NULL, NULL, NULL};
    bool json = false;
    struct error error = ERROR_INIT;
    argp_err_exit_status = 2;
    if (command_line_parse(&parser, NULL, argc, argv, &json) != 0)
        return 2;
    CLEANUP_JSON json_t *inventory = inventory_make(&error);
    if (inventory != NULL && !json)
        print_inventory(inventory);
    if (inventory != NULL && (!json || standard_output_json(inventory, &error) == 0))
        return 0;
    error_print(&error);
    return error_exit_code(&error);
}
