/* SPDX-License-Identifier: MIT */
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/documents.h"

#include "base/cleanup.h"
#include "base/error.h"
#include "base/nearest.h"
#include "report/decision/decision.h"
#include "report/model/load.h"
#include "report/report.h"
#include "report/text/memory.h"

#include <argp.h>
#include <stdbool.h>
#include <string.h>

static const char documentation[] =
    "Show what verdict documents say, for people and for CI systems. It judges nothing: the "
    "decision comes from 'rename-oracle gate'.\v"
    "DOCUMENTs are of the form rename-oracle/verdict/1, as 'rename-oracle run' writes them: of one "
    "target or of many, of one release or of several (then the report has a history); a directory "
    "stands for every *.json below it, and none for the last run below results. A document "
    "that is not valid, or was changed after it was written, is an error.\n"
    "\n"
    "Formats:\n"
    "  junit     JUnit XML: a hang is a failure that says where and how, a skip is skipped\n"
    "  tap       TAP version 14, with YAML diagnostics\n"
    "  markdown  GitHub Flavored Markdown, for a CI job's summary\n"
    "  html      one page that needs nothing else: matrix, journals, evidence, history\n"
    "\n"
    "Attempts that disagree are a failure of their own (flaky), and so is a run whose controls did "
    "not show what they must. The same documents always give the same report.\n"
    "\n"
    "Exit status:\n"
    "  0  the report was written, whatever it says\n"
    "  2  bad input or command line, or the report could not be written\n"
    "\n"
    "Examples: rename-oracle report -o report.html\n"
    "          rename-oracle report -o report.html -d decision.json -- DIRECTORY";

static const struct argp_option options[] = {
    {"format", 'f', "FORMAT", 0,
     "junit, tap, markdown or html (default: as the name of the output ends; markdown without)", 0},
    {"decision", 'd', "FILE", 0,
     "Show this decision; FILE is what 'rename-oracle gate --json' printed", 0},
    {"output", 'o', "FILE", 0, "Write to FILE, whole or not at all, instead of standard output", 0},
    COMMAND_LINE_HELP,
    {0},
};

static const struct format {
    const char *name;
    report_writer *write;
    const char *ending; /* of files of this format */
} formats[] = {
    {"markdown", report_write_markdown, ".md"},
    {"html", report_write_html, ".html"},
    {"junit", report_write_junit, ".xml"},
    {"tap", report_write_tap, ".tap"},
};

struct arguments {
    const struct format *format;
    const char *output;
    const char *decision;
    char *const *documents; /* a part of argv */
    size_t document_count;
};

static void choose_format(struct arguments *arguments, const char *name, struct argp_state *state)
{
    struct nearest nearest = {.word = name};
    arguments->format = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        nearest_offer(&nearest, formats[i].name);
        if (strcmp(formats[i].name, name) == 0)
            arguments->format = &formats[i];
    }
    if (arguments->format == NULL)
        argp_error(state, "--format: no such format: %s%s; there are junit, tap, markdown and html",
                   name, nearest.hint);
}

/* What was not said follows from the name of the output; the first one is for reading. */
static const struct format *guess_format(const char *output)
{
    const char *ending = output == NULL ? NULL : strrchr(output, '.');
    for (size_t i = 0; ending != NULL && i < sizeof formats / sizeof *formats; i++)
        if (strcmp(formats[i].ending, ending) == 0)
            return &formats[i];
    return output == NULL ? &formats[0] : NULL;
}

static error_t parse_option(int key, char *argument, struct argp_state *state)
{
    struct arguments *arguments = state->input;
    switch (key) {
    case 'f':
        choose_format(arguments, argument, state);
        return 0;
    case 'd':
        arguments->decision = argument;
        return 0;
    case 'o':
        arguments->output = strcmp(argument, "-") == 0 ? NULL : argument;
        return 0;
    case ARGP_KEY_ARGS:
        arguments->documents = state->argv + state->next;
        arguments->document_count = (size_t)(state->argc - state->next);
        return 0;
    case ARGP_KEY_END:
        if (arguments->format == NULL)
            arguments->format = guess_format(arguments->output);
        if (arguments->format == NULL)
            argp_error(state, "--format: say junit, tap, markdown or html, or end the name of the "
                              "output in .xml, .tap, .md or .html");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static int write_report(const struct arguments *arguments, struct error *error)
{
    CLEANUP_REPORT_SOURCES struct report_sources sources = {0};
    CLEANUP_REPORT_MODEL struct report_model model = {0};
    CLEANUP_JSON_SOURCE struct json_source decision = {0};
    CLEANUP_TEXT_BUFFER struct text_buffer text = {0};
    CLEANUP(documents_release) struct documents documents = {0};
    struct report report = {.model = &model};

    int failed = arguments->document_count == 0 ? documents_of_last_run(&documents, error)
                                                : documents_add(&documents, arguments->documents,
                                                                arguments->document_count, error);
    if (failed != 0 ||
        report_sources_load(&sources, documents.paths, documents.count, error) != 0 ||
        report_model_build(&model, sources.items, sources.count, error) != 0)
        return -1;
    if (arguments->decision != NULL) {
        if (decision_load(&decision, arguments->decision, &model, error) != 0)
            return -1;
        report.decision = decision.root;
    }
    if (text_buffer_open(&text, error) != 0 ||
        arguments->format->write(text.out, &report, error) != 0 ||
        text_buffer_close(&text, error) != 0)
        return -1;
    if (arguments->output != NULL)
        return output_write_file(arguments->output, text.text, text.length, error);
    (void)fwrite(text.text, 1, text.length, stdout); /* main looks whether it arrived */
    return 0;
}

int command_report(int argc, char **argv)
{
    static const struct argp parser = {.options = options,
                                       .parser = parse_option,
                                       .args_doc = "[DOCUMENT...]",
                                       .doc = documentation};
    struct arguments arguments = {0};
    struct error error = ERROR_INIT;

    argp_err_exit_status = 2;
    if (command_line_parse(&parser, NULL, argc, argv, &arguments) != 0)
        return 2;
    if (write_report(&arguments, &error) == 0)
        return 0;
    error_print(&error);
    return error_exit_code(&error);
}
