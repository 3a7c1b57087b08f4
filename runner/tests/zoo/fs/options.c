/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum key { KEY_TABLE = 0x100, KEY_PARENT, KEY_LIFE, KEY_CALLERS };

static const struct argp_option known[] = {
    {"backing", 'b', "DIR", 0, "Pass through to this directory (required)", 0},
    {"fault", 'f', "NAME[:PARAMETER]", 0, "The one fault to switch on (default: none)", 0},
    {"depth", 'd', "N", 0,
     "Leading components of a path that name a probe's work directory; 0 when the mount point "
     "itself is one (default: 1)",
     0},
    {"parent", KEY_PARENT, "PID", 0, "Be killed when this process, which must be the parent, ends",
     0},
    {"life", KEY_LIFE, "SECONDS", 0, "Be killed after this time (default: 600)", 0},
    {"callers", KEY_CALLERS, "FILE", 0,
     "Append a line with the pid of its caller for every request", 0},
    {"table", KEY_TABLE, NULL, 0,
     "Print every fault and what the oracle must say of each shape under it, as JSON", 0},
    {0},
};

static unsigned number(struct argp_state *state, const char *text, const char *option)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || value > 1000000000)
        argp_error(state, "--%s=%s: not a whole number", option, text);
    return (unsigned)value;
}

static void set_fault(struct options *options, struct argp_state *state, const char *text)
{
    size_t length = strcspn(text, ":");
    options->fault = fault_find(text, length);
    if (options->fault == NULL)
        argp_error(state, "--fault=%s: no such fault; --table lists them", text);
    else if (text[length] == ':' && options->fault->parameter == NULL)
        argp_error(state, "--fault=%s: this fault takes no parameter", text);
    else if (text[length] == ':')
        options->parameter = text + length + 1;
    else
        options->parameter = options->fault->parameter;
}

static error_t parse_one(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case 'b':
        options->backing = argument;
        return 0;
    case 'f':
        set_fault(options, state, argument);
        return 0;
    case 'd':
        options->depth = number(state, argument, "depth");
        return 0;
    case KEY_PARENT:
        options->parent = (pid_t)number(state, argument, "parent");
        return 0;
    case KEY_LIFE:
        options->life_s = number(state, argument, "life");
        return 0;
    case KEY_CALLERS:
        options->callers = argument;
        return 0;
    case KEY_TABLE:
        options->table = true;
        return 0;
    case ARGP_KEY_ARG:
        if (options->mount_point != NULL)
            argp_error(state, "%s: only one mount point, please", argument);
        options->mount_point = argument;
        return 0;
    case ARGP_KEY_END:
        if (!options->table && (options->backing == NULL || options->mount_point == NULL))
            argp_error(state, "a --backing directory and a mount point are needed");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

void options_parse(struct options *options, int argc, char **argv)
{
    static const struct argp parser = {
        .options = known,
        .parser = parse_one,
        .args_doc = "MOUNTPOINT",
        .doc =
            "A file system for tests: passes everything through to a directory, except for the "
            "one fault that is switched on.\v"
            "Runs in the foreground, prints \"mounted\" when it is and \"stuck\" for every request "
            "that it will never answer, and ends by being killed. The kernel then answers "
            "everything that is "
            "out with ENOTCONN; the mount point stays until it is unmounted.\n\n"
            "Exit codes: 0 after --table, 1 the mount failed, 2 wrong usage."};
    argp_err_exit_status = 2;
    *options = (struct options){.depth = 1, .life_s = 600, .fault = fault_find("none", 4)};
    (void)argp_parse(&parser, argc, argv, 0, NULL, options);
    if (options->parameter == NULL)
        options->parameter = "";
}
