/* SPDX-License-Identifier: MIT */
#include "base/cleanup.h"
#include "base/clock.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/run_and_summarize.h"
#include "commands/standard_output.h"
#include "process/lifetime.h"

#include <argp.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_ROOT = 256,
    OPTION_FILESYSTEM,
    OPTION_PROBES,
    OPTION_BOOT,
    OPTION_STEP,
    OPTION_CONTROL_STEP,
    OPTION_EXIT,
    OPTION_TOTAL,
    OPTION_GRACE,
    OPTION_WAIT_LATE,
    OPTION_EARLY,
    OPTION_KEEP,
    OPTION_LIVE,
    OPTION_JSON,
    OPTION_NO_CONTROLS,
    OPTION_NO_SKIP,
    OPTION_EXTENDED,
    OPTION_SCENARIO,
    OPTION_NANVIX,
    OPTION_RELEASE,
    OPTION_SIGN,
    OPTION_LAST_FAILED,
};

static const char documentation[] =
    "Run the rename shapes on each target, every attempt in a fresh environment and under time "
    "budgets, and write one verdict document per target."
    "\vVerdicts: pass, fail, hang (rename was entered and did not come back), stall (another call "
    "did not), crash, no_start, error (the harness can't tell), skip.\n\n"
    "Every target first runs its controls, which show that the oracle can see there; when one does "
    "not get its verdict, the target's cells are inadmissible.\n\n"
    "Budgets are seconds and replace those of the target. Time in which the runner or the target "
    "got no CPU is not charged to them.\n\n"
    "Exit status: 0 everything that ran passed; 1 some cell did not, or a control was wrong; 2 "
    "wrong usage or environment, or nothing ran; 130 interrupted (finished cells are on disk).";

static const struct argp_option option_list[] = {
    {"target", 't', "TARGET", 0,
     "A target's name or the path of its descriptor (repeatable; "
     "default: native, uml-fat, uml-hostfs, uml-9p; with --root native alone)",
     1},
    {"nanvix", OPTION_NANVIX, "SYSROOT", 0,
     "A Nanvix release, its archive or a directory: run the targets that it can "
     "serve (default with this: all nanvix-* targets)",
     1},
    {"release", OPTION_RELEASE, "R", 0, "The sysroot's release, where it does not say so itself",
     1},
    {"shape", 's', "SHAPE", 0, "Run this shape only (repeatable; default: the six gating ones)", 1},
    {"extended", OPTION_EXTENDED, NULL, 0, "Run the extended shapes, too; they never gate", 1},
    {"scenario", OPTION_SCENARIO, "NAME", 0,
     "Run the shapes of a scenario, too; they never gate. implicit-import: the guest's own CPython "
     "imports a module, with and without -B",
     1},
    {"last-failed", OPTION_LAST_FAILED, NULL, 0,
     "Only what did not pass in the last run below --output (and the controls)", 1},
    {"attempts", 'n', "N", 0, "Attempts at each cell (default 1)", 1},
    {"jobs", 'j', "N", 0, "Cells at a time (default: one per CPU)", 1},
    {"output", 'o', "DIR", 0, "Write DIR/RUN-ID/TARGET.json (default: results)", 2},
    {"sign", OPTION_SIGN, "KEY", 0,
     "Sign each document with an OpenSSH key (ssh-keygen -Y), into TARGET.json.sig beside it", 2},
    {"root", OPTION_ROOT, "DIR", 0,
     "Directory under test, for example a mounted file system (for targets that use {root})", 2},
    {"filesystem", OPTION_FILESYSTEM, "TYPE", 0,
     "The guest's file system, for uml-block: ext4, btrfs, minix, ...", 2},
    {"probes", OPTION_PROBES, "DIR", 0, "Take the probe programs from DIR", 2},
    {"boot-budget", OPTION_BOOT, "S", 0, "Launch to first event", 3},
    {"step-budget", OPTION_STEP, "S", 0, "An event to the next", 3},
    {"control-step-budget", OPTION_CONTROL_STEP, "S", 0, "The same, for controls", 3},
    {"exit-budget", OPTION_EXIT, "S", 0, "Last event to the end of the VM", 3},
    {"total-budget", OPTION_TOTAL, "S", 0, "Launch to the end of all waiting, wall clock", 3},
    {"grace", OPTION_GRACE, "S", 0, "TERM to KILL", 3},
    {"wait-late", OPTION_WAIT_LATE, "S", 0,
     "After a hang or stall, wait so much longer for the call to come back; the verdict stays", 3},
    {"early", OPTION_EARLY, NULL, 0,
     "End a wait when nothing in the tree has moved for a while; needs the controls", 3},
    {"keep", OPTION_KEEP, NULL, 0, "Leave work directories and images behind", 4},
    {"live", OPTION_LIVE, NULL, 0, "Show every journal line as it comes", 4},
    {"json", OPTION_JSON, NULL, 0, "Print a summary as JSON and nothing else", 4},
    {"quiet", 'q', NULL, 0, "Print nothing but errors", 4},
    {"no-controls", OPTION_NO_CONTROLS, NULL, 0,
     "Leave the controls out; the documents are then "
     "inadmissible",
     4},
    {"no-skip", OPTION_NO_SKIP, NULL, 0, "A target that can't run here is a failure (exit 1)", 4},
    COMMAND_LINE_HELP,
    {0},
};

/** What the command line says. */
struct arguments {
    struct run_options options;
    bool json;
    bool quiet;
    bool live;
};

static uint64_t parse_seconds(int key, const struct argp_state *state, const char *text)
{
    char *end = NULL;
    double seconds = strtod(text, &end);
    if (end == text || *end != '\0' || !(seconds >= 0.001 && seconds <= 86400.0))
        command_line_refuse(state, key, "'%s' is no number of seconds from 0.001 to 86400", text);
    return (uint64_t)(seconds * (double)NS_PER_S);
}

static unsigned parse_count(int key, const struct argp_state *state, const char *text,
                            unsigned long most)
{
    char *end = NULL;
    unsigned long count = strtoul(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-' || count < 1 || count > most)
        command_line_refuse(state, key, "'%s' is no number from 1 to %lu", text, most);
    return (unsigned)count;
}

static void add_name(int key, const struct argp_state *state, const char **list, size_t *count,
                     size_t most, const char *name)
{
    if (*count == most)
        command_line_refuse(state, key, "more than %zu of these options", most);
    list[(*count)++] = name;
}

/* Where the value of an option of each kind is kept; NULL for the keys of other kinds. */
static uint64_t *find_budget(int key, struct run_options *options)
{
    switch (key) {
    case OPTION_BOOT:
        return &options->boot_ns;
    case OPTION_STEP:
        return &options->step_ns;
    case OPTION_CONTROL_STEP:
        return &options->control_step_ns;
    case OPTION_EXIT:
        return &options->exit_ns;
    case OPTION_TOTAL:
        return &options->total_ns;
    case OPTION_GRACE:
        return &options->grace_ns;
    case OPTION_WAIT_LATE:
        return &options->wait_late_ns;
    default:
        return NULL;
    }
}

static bool *find_flag(int key, struct arguments *arguments)
{
    struct run_options *options = &arguments->options;
    switch (key) {
    case OPTION_EARLY:
        return &options->early;
    case OPTION_KEEP:
        return &options->keep;
    case OPTION_NO_CONTROLS:
        return &options->no_controls;
    case OPTION_NO_SKIP:
        return &options->skip_is_failure;
    case OPTION_EXTENDED:
        return &options->extended;
    case OPTION_LAST_FAILED:
        return &options->last_failed;
    case OPTION_LIVE:
        return &arguments->live;
    case OPTION_JSON:
        return &arguments->json;
    case 'q':
        return &arguments->quiet;
    default:
        return NULL;
    }
}

static const char **find_text(int key, struct run_options *options)
{
    switch (key) {
    case OPTION_SCENARIO:
        return &options->scenario;
    case 'o':
        return &options->output;
    case OPTION_ROOT:
        return &options->root;
    case OPTION_FILESYSTEM:
        return &options->filesystem;
    case OPTION_PROBES:
        return &options->probes;
    case OPTION_NANVIX:
        return &options->sysroot;
    case OPTION_RELEASE:
        return &options->release;
    case OPTION_SIGN:
        return &options->sign_key;
    default:
        return NULL;
    }
}

static bool take_simple(int key, const char *text, const struct argp_state *state,
                        struct arguments *arguments)
{
    uint64_t *budget = find_budget(key, &arguments->options);
    bool *flag = find_flag(key, arguments);
    const char **value = find_text(key, &arguments->options);
    if (budget != NULL)
        *budget = parse_seconds(key, state, text);
    if (flag != NULL)
        *flag = true;
    if (value != NULL)
        *value = text;
    return budget != NULL || flag != NULL || value != NULL;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    struct run_options *options = &arguments->options;
    switch (key) {
    case 't':
        add_name(key, state, options->targets, &options->target_count, RUN_TARGETS_MAX, text);
        return 0;
    case 's':
        add_name(key, state, options->shapes, &options->shape_count, RUN_SHAPES_MAX, text);
        return 0;
    case 'n':
        options->attempts = parse_count(key, state, text, 1000000);
        return 0;
    case 'j':
        options->jobs = parse_count(key, state, text, RUN_JOBS_MAX);
        return 0;
    case ARGP_KEY_ARG:
        argp_error(state, "'%s': run takes options only; did you mean --target or --shape?", text);
        return 0;
    default:
        return take_simple(key, text, state, arguments) ? 0 : ARGP_ERR_UNKNOWN;
    }
}

/** An option that could not do what it is for is refused, lest it seem to have done it. */
static int check_together(const struct run_options *options, struct error *error)
{
    if (options->no_controls && options->early)
        return error_set(error, ERROR_USAGE, "--early",
                         "learns from control_pass how long a silence may be, and --no-controls "
                         "leaves it out; give only one of them");
    if (options->no_controls && options->control_step_ns != 0)
        return error_set(error, ERROR_USAGE, "--control-step-budget",
                         "is for the controls, and --no-controls leaves them out; give only one of "
                         "them");
    if (options->release != NULL && options->sysroot == NULL)
        return error_set(error, ERROR_USAGE, "--release",
                         "is the release of a sysroot; give --nanvix, too");
    return 0;
}

static int exit_code_of(const struct run_options *options, const struct run_summary *summary)
{
    if (summary->interrupted)
        return 130;
    if (summary->cells_run == 0)
        return 2;
    /* Without its controls no document is admissible, as was asked for. */
    bool inadmissible = summary->targets_inadmissible > 0 && !options->no_controls;
    bool skipped = options->skip_is_failure && summary->cells_skipped > 0;
    return summary->cells_passed < summary->cells_run || inadmissible || skipped ? 1 : 0;
}

static int print_summary_as_json(const struct progress *progress, const struct run_summary *summary,
                                 int exit_code, struct error *error)
{
    struct builder builder = progress->builder;
    json_t *object = build_object(&builder);
    build_text(&builder, object, "schema", "rename-oracle/run-summary/1");
    build_number(&builder, object, "cells", summary->cells_run);
    build_number(&builder, object, "passed", summary->cells_passed);
    build_number(&builder, object, "skipped", summary->cells_skipped);
    build_number(&builder, object, "inadmissible_targets", summary->targets_inadmissible);
    build_truth(&builder, object, "interrupted", summary->interrupted);
    build_number(&builder, object, "exit_code", exit_code);
    build_share(&builder, object, "documents", progress->documents);
    CLEANUP_JSON json_t *whole = build_finish(&builder, object);
    return standard_output_json(whole, error);
}

int run_and_summarize(int argc, char **argv, const char *text, struct run_summary *summary)
{
    const struct argp parser = {option_list, parse_option, NULL, text, NULL, NULL, NULL};
    struct arguments arguments = {.options = {.argv = argv}};
    struct error error = ERROR_INIT;
    CLEANUP_FREE struct progress *progress = calloc(1, sizeof *progress); /* too big for a stack */
    if (command_line_parse(&parser, NULL, argc, argv, &arguments) != 0)
        return argp_err_exit_status; /* cppcheck-suppress memleak ; its attribute frees it */
    if (progress == NULL)
        (void)error_set(&error, ERROR_MEMORY, NULL, "out of memory");
    if (progress == NULL || lifetime_begin(run_clear_up, &arguments.options, &error) != 0) {
        error_print(&error);
        return error_exit_code(&error); /* cppcheck-suppress memleak ; the same */
    }
    progress_start(progress, arguments.quiet || arguments.json ? NULL : stdout, arguments.live);
    int failed = check_together(&arguments.options, &error);
    if (failed == 0)
        failed = run_all(&arguments.options, progress, summary, &error);
    int code = failed != 0 ? error_exit_code(&error) : exit_code_of(&arguments.options, summary);
    if (failed == 0)
        progress_end(progress, argv, "--last-failed");
    if (code == 2 && failed == 0)
        (void)error_set(&error, ERROR_ENVIRONMENT, NULL,
                        "nothing ran; see the notes above for what is missing");
    if (arguments.json && failed == 0 &&
        print_summary_as_json(progress, summary, code, &error) != 0)
        code = 2;
    error_print(&error);
    progress_release(progress);
    return code;
}

int command_run(int argc, char **argv)
{
    struct run_summary summary = {0};
    argp_err_exit_status = 2;
    return run_and_summarize(argc, argv, documentation, &summary);
}
