/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/json_access.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/documents.h"
#include "run/old_runs.h"
#include "run/run.h"

#include <stdlib.h>

enum { OPTION_KEEP_LAST = 256, OPTION_DRY_RUN, KEEP_DEFAULT = 10 };

static const char documentation[] =
    "Remove old runs, and what runs that were killed have left: their control groups, scratch "
    "directories and unfinished documents."
    "\vOnly directories below --output that are named as runs name them, are yours, and hold "
    "nothing but what a run makes are removed. A run that goes on is never touched, nor what "
    "--keep "
    "left. Whatever goes is named on standard output.\n\n"
    "Exit status: 0 nothing is left to remove; 2 something could not be removed, or wrong usage.";

static const struct argp_option option_list[] = {
    {"output", 'o', "DIR", 0, "Where the runs are (default: results)", 0},
    {"keep-last", OPTION_KEEP_LAST, "N", 0, "Keep the newest N runs (default: 10)", 0},
    {"dry-run", OPTION_DRY_RUN, NULL, 0, "Only say which runs would go", 0},
    COMMAND_LINE_HELP,
    {0},
};

struct settings {
    const char *output;
    unsigned long keep;
    bool dry;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct settings *settings = state->input;
    char *end = NULL;
    switch (key) {
    case 'o':
        settings->output = text;
        return 0;
    case OPTION_KEEP_LAST:
        settings->keep = strtoul(text, &end, 10);
        if (end == text || *end != '\0' || text[0] == '-' || settings->keep > 1000000)
            command_line_refuse(state, key, "'%s' is no number from 0 to 1000000", text);
        return 0;
    case OPTION_DRY_RUN:
        settings->dry = true;
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': clean takes options only; did you mean --output?", text);
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

int command_clean(int argc, char **argv)
{
    const struct argp parser = {option_list, parse_option, NULL, documentation, NULL, NULL, NULL};
    struct settings settings = {.output = DOCUMENTS_DEFAULT, .keep = KEEP_DEFAULT};
    struct error error = ERROR_INIT;
    struct builder builder = {0};
    size_t index;
    const json_t *path;
    argp_err_exit_status = 2;
    if (command_line_parse(&parser, NULL, argc, argv, &settings) != 0)
        return 2;
    CLEANUP_JSON json_t *removed = build_array(&builder);
    if (!settings.dry)
        run_sweep_dead(settings.output, &builder, removed);
    int failed =
        old_runs_remove(settings.output, settings.keep, settings.dry, &builder, removed, &error);
    json_array_foreach(removed, index, path)
        (void)printf("%s %s\n", settings.dry ? "would remove" : "removed", json_string_value(path));
    error_print(&error);
    return failed != 0 ? error_exit_code(&error) : 0;
}
