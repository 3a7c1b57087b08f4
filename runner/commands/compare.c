/* SPDX-License-Identifier: MIT */
#include "report/compare/compare.h"
#include "base/cleanup.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/standard_output.h"

#include <argp.h>

enum { OPTION_JSON = 256, OPTION_ALL, OPTION_STRICT };

static const char documentation[] =
    "Compare two sets of results, cell by cell. BASELINE and NEW are verdict documents or "
    "directories with such (every *.json below is read); BASELINE may also be a report of what "
    "somebody saw "
    "(results/baseline/reported.json), which is compared by mode."
    "\vA cell is a shape on a target with all its attempts; the worst of them speaks for it. Its "
    "change is one of\n"
    "  fixed      it passes now\n"
    "  regressed  it passed and does not any more; or it failed and now never comes back; or it "
    "loses data now\n"
    "  different  it still does not pass, in another way\n"
    "  unchanged  printed only where the evidence changed (blocked became spinning), data is no "
    "longer lost, or only some attempts did and do so, or with --all\n"
    "  new, gone  only one of the two has it\n\n"
    "Exit status:\n"
    "  0  no cell regressed\n"
    "  1  a cell regressed; with --strict also: a cell is gone\n"
    "  2  an input can't be used, or the command line is wrong\n";

static const struct argp_option option_list[] = {
    {"all", OPTION_ALL, NULL, 0, "Print unchanged cells too", 0},
    {"strict", OPTION_STRICT, NULL, 0, "A cell that is gone counts as a regression", 0},
    {"json", OPTION_JSON, NULL, 0, "Print JSON (rename-oracle/comparison/1)", 0},
    COMMAND_LINE_HELP,
    {0},
};

struct settings {
    const char *baseline;
    const char *fresh;
    bool all;
    bool strict;
    bool json;
};

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct settings *settings = state->input;
    switch (key) {
    case OPTION_ALL:
        settings->all = true;
        break;
    case OPTION_STRICT:
        settings->strict = true;
        break;
    case OPTION_JSON:
        settings->json = true;
        break;
    case ARGP_KEY_ARG:
        if (state->arg_num == 0)
            settings->baseline = text;
        else if (state->arg_num == 1)
            settings->fresh = text;
        else
            argp_error(state, "'%s': compare takes two arguments, BASELINE and NEW", text);
        break;
    case ARGP_KEY_END:
        if (settings->fresh == NULL)
            argp_error(state, "compare takes two arguments, BASELINE and NEW");
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static int compare(const struct settings *settings, struct error *error)
{
    bool regressed = true;
    CLEANUP_JSON json_t *comparison = NULL;
    if (compare_results(settings->baseline, settings->fresh, &comparison, &regressed, error) != 0)
        return -1;
    if (!settings->json)
        compare_print(comparison, settings->all, stdout);
    else if (standard_output_json(comparison, error) != 0)
        return -1;
    const json_t *gone = json_object_get(json_object_get(comparison, "counts"), "gone");
    return regressed || (settings->strict && json_integer_value(gone) > 0) ? 1 : 0;
}

int command_compare(int argc, char **argv)
{
    const struct argp parser = {option_list, parse_option, "BASELINE NEW", documentation, NULL,
                                NULL,        NULL};
    struct settings settings = {0};
    struct error error = ERROR_INIT;
    argp_err_exit_status = 2;
    if (command_line_parse(&parser, NULL, argc, argv, &settings) != 0)
        return 2;
    int code = compare(&settings, &error);
    if (code >= 0)
        return code;
    error_print(&error);
    return error_exit_code(&error);
}
