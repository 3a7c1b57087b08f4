/* SPDX-License-Identifier: MIT */
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/standard_output.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "guard/guard.h"

#include <argp.h>
#include <errno.h>
#include <string.h>

enum {
    OPTION_SCENARIO = 256,
    OPTION_COMMAND,
    OPTION_ENV,
    OPTION_ALLOW,
    OPTION_ALLOW_WRITE,
    OPTION_TIMEOUT,
    OPTION_JSON,
    OPTION_KEEP
};

static const char documentation[] =
    "Check that a test harness keeps every guest Python from writing bytecode, in every mode, by "
    "-B or a non-empty PYTHONDONTWRITEBYTECODE.\v"
    "The harness is run for real, without Nanvix: in a scratch sysroot where nanvixd.elf, "
    "mkimage.elf and the rest only write down how they are called. Every guest command line that "
    "turns up is taken apart the way nanvixd and CPython do: -B counts alone or in a cluster "
    "(-sB), and only before -m, -c or the script; the variable counts behind the first ';' without "
    "a '\\', not when it is empty or 0, not under -E or -I.\n"
    "\n"
    "The harness is code, and this runs it. It gets a plain environment, its own HOME and TMPDIR, "
    "no network, and no programs but those of the system, scripts beside it and what --allow "
    "names. "
    "Whoever hangs, calls something unknown or tries the network is stopped. Where the kernel has "
    "Landlock it can write, make and delete only in its own directories and where --allow-write "
    "says; the answer says 'confined', or 'unconfined' where there is none and what it does "
    "elsewhere is really done.\n"
    "\n"
    "%s"
    "\n"
    "Verdict of a mode: protected; UNPROTECTED, with the commands; not exercised (the harness "
    "started no guest Python, or none of the mode's kind: no image, no -ramfs); or can't tell, "
    "with the reason. What nobody has seen is listed with the answer: modes, scenarios, variables "
    "that the harness reads and no mode varies, starts of guest Python outside what was run.\n"
    "\n"
    "Exit status:\n"
    "  0    protected in everything that was exercised\n"
    "  1    unprotected in some mode\n"
    "  2    can't tell, a mode started no guest Python, or a bad command line\n"
    "  130  interrupted\n"
    "\n"
    "Example: rename-oracle guard --command 'bash {harness} --only {module}' tools/run.sh";

static const struct argp_option options[] = {
    {"mode", 'm', "NAME", 0,
     "Exercise this mode only (repeatable; default: all); the answer is then about it alone", 0},
    {"scenario", OPTION_SCENARIO, "NAME", 0,
     "Run this scenario only, for a closer look (repeatable); nothing is called protected then", 0},
    {"command", OPTION_COMMAND, "WORDS", 0,
     "How to call the harness; {harness} is its path, a word with {module} in it is repeated for "
     "each test module. Default: '{harness} {module}', for a file that is not executable 'python3 "
     "{harness} {module}' (.py) or 'sh {harness} {module}' (.sh)",
     0},
    {"env", OPTION_ENV, "NAME=VALUE", 0,
     "Set a variable for the harness (repeatable); {sysroot} and {tools} in it are replaced", 0},
    {"allow", OPTION_ALLOW, "PATH", 0,
     "Let the harness start this program, or all in this directory (repeatable)", 0},
    {"allow-write", OPTION_ALLOW_WRITE, "PATH", 0,
     "Let the harness write to this file, or in this directory (repeatable)", 0},
    {"timeout", OPTION_TIMEOUT, "SECONDS", 0,
     "Stop a run of the harness after this time (default 30)", 0},
    {"json", OPTION_JSON, NULL, 0, "Print a document rename-oracle/guard/1 instead of text", 0},
    {"keep", OPTION_KEEP, NULL, 0, "Leave the scratch directory behind and name it", 0},
    COMMAND_LINE_HELP,
    {0},
};

struct arguments {
    struct guard_options options;
    struct string_list modes;
    struct string_list scenarios;
    struct string_list environment;
    struct string_list allowed;
    struct string_list writable;
    bool json;
};

static void add(struct argp_state *state, struct string_list *list, const char *text)
{
    if (string_list_add(list, text) != 0)
        argp_failure(state, 2, ENOMEM, "options");
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    char *end = NULL;
    switch (key) {
    case 'm':
        add(state, &arguments->modes, argument);
        return 0;
    case OPTION_SCENARIO:
        add(state, &arguments->scenarios, argument);
        return 0;
    case OPTION_COMMAND:
        arguments->options.command = argument;
        return 0;
    case OPTION_ENV:
        add(state, &arguments->environment, argument);
        return 0;
    case OPTION_ALLOW:
        add(state, &arguments->allowed, argument);
        return 0;
    case OPTION_ALLOW_WRITE:
        add(state, &arguments->writable, argument);
        return 0;
    case OPTION_TIMEOUT:
        arguments->options.timeout_s = strtod(argument, &end);
        if (end == argument || *end != '\0' || !(arguments->options.timeout_s > 0))
            argp_error(state, "--timeout: not a number of seconds above 0: %s", argument);
        return 0;
    case OPTION_JSON:
        arguments->json = true;
        return 0;
    case OPTION_KEEP:
        arguments->options.keep = true;
        return 0;
    case ARGP_KEY_ARG:
        if (arguments->options.harness != NULL)
            argp_error(state, "more than one harness: %s", argument);
        arguments->options.harness = argument;
        return 0;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "name the harness to check");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* The modes and scenarios for --help, as the tables have them. */
static char *list_tables(void)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL)
        return NULL;
    (void)fputs("Modes (also by deployment: standalone, hosted-single-process, "
                "hosted-multi-process):\n",
                stream);
    for (const struct guard_mode *mode = guard_modes; mode->name != NULL; mode++)
        (void)fprintf(stream, "  %-24s %s\n", mode->name, mode->summary);
    (void)fputs(
        "\nScenarios, run in each mode; a guest Python has to be started in the first two:\n",
        stream);
    for (const struct guard_scenario *scenario = guard_scenarios; scenario->name != NULL;
         scenario++)
        (void)fprintf(stream, "  %-24s %s\n", scenario->name, scenario->summary);
    if (fclose(stream) == 0)
        return text;
    free(text);
    return NULL;
}

static char *fill_documentation(int key, const char *text, void *input)
{
    (void)input;
    if (key != ARGP_KEY_HELP_POST_DOC)
        return text == NULL ? NULL : strdup(text);
    CLEANUP_FREE char *tables = list_tables();
    char *filled = NULL;
    const char *place = strstr(text, "%s");
    if (tables == NULL || place == NULL ||
        asprintf(&filled, "%.*s%s%s", (int)(place - text), text, tables, place + 2) < 0)
        return NULL;
    return filled;
}

static int print_report(const struct arguments *arguments, const struct guard_report *report,
                        struct error *error)
{
    if (!arguments->json) {
        guard_report_print(report, stdout);
    } else {
        CLEANUP_JSON json_t *document = guard_report_json(report);
        if (document == NULL)
            return error_set(error, ERROR_MEMORY, NULL, "no memory for the report");
        return standard_output_json(document, error);
    }
    return 0;
}

static int check_and_print(struct arguments *arguments)
{
    struct error error = ERROR_INIT;
    struct guard_report report;
    CLEANUP_FD int interrupt_fd = guard_begin(arguments->options.keep, &error);
    if (interrupt_fd < 0) {
        error_print(&error);
        return error_exit_code(&error);
    }
    arguments->options.interrupt_fd = interrupt_fd;
    arguments->options.modes = string_list_view(&arguments->modes);
    arguments->options.mode_count = arguments->modes.count;
    arguments->options.scenarios = string_list_view(&arguments->scenarios);
    arguments->options.scenario_count = arguments->scenarios.count;
    arguments->options.environment = string_list_view(&arguments->environment);
    arguments->options.environment_count = arguments->environment.count;
    arguments->options.allowed = string_list_view(&arguments->allowed);
    arguments->options.allowed_count = arguments->allowed.count;
    arguments->options.writable = string_list_view(&arguments->writable);
    arguments->options.writable_count = arguments->writable.count;
    int exit_code = 2;
    if (guard_check(&arguments->options, &report, &error) == 0) {
        exit_code = guard_exit_code(&report);
        (void)print_report(arguments, &report, &error);
        guard_report_free(&report);
    }
    error_print(&error);
    return error.code == ERROR_NONE ? exit_code : error_exit_code(&error);
}

int command_guard(int argc, char **argv)
{
    static const struct argp parser = {.options = options,
                                       .parser = parse_option,
                                       .args_doc = "HARNESS",
                                       .doc = documentation,
                                       .help_filter = fill_documentation};
    struct arguments arguments = {.options = GUARD_OPTIONS_INIT};
    argp_err_exit_status = 2;
    int exit_code = 2;
    if (command_line_parse(&parser, NULL, argc, argv, &arguments) == 0)
        exit_code = check_and_print(&arguments);
    string_list_free(&arguments.modes);
    string_list_free(&arguments.scenarios);
    string_list_free(&arguments.environment);
    string_list_free(&arguments.allowed);
    string_list_free(&arguments.writable);
    return exit_code;
}
