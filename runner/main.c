/* SPDX-License-Identifier: MIT */
#include "base/nearest.h"
#include "base/version.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/standard_output.h"

#include <argp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

enum { STACK_LEAST = 256 * 1024 };

static const struct command commands[] = {
    {"bisect", "run for `git bisect run`: good, bad or can't say", command_bisect},
    {"clean", "remove old runs, and what killed ones left", command_clean},
    {"compare", "show what changed between two sets of results", command_compare},
    {"gate", "decide from verdicts whether -B may be removed", command_gate},
    {"guard", "check that a harness still passes -B to every guest Python", command_guard},
    {"list", "show targets and shapes", command_list},
    {"report", "show what documents say: JUnit, TAP, Markdown, HTML", command_report},
    {"run", "run the shapes on targets and write verdicts", command_run},
    {NULL, NULL, NULL},
};

static void print_help(FILE *stream)
{
    (void)fprintf(stream, "Usage: rename-oracle COMMAND [OPTION...] [ARGUMENT...]\n"
                          "Find out whether rename(2) comes back, and decide from that.\n\n");
    for (const struct command *command = commands; command->name != NULL; command++)
        (void)fprintf(stream, "  %-10s %s\n", command->name, command->summary);
    (void)fprintf(stream,
                  "\n'rename-oracle help COMMAND' explains one command, with its options and "
                  "exit codes; --version names\nthis build. Every command ends with 2 "
                  "(bisect: 125) where its command line or its input\nis wrong, or where "
                  "something is missing here.\n");
}

/* argp names a program by argv[0], so that gets both words: "rename-oracle run: ...". */
static int run_command(const struct command *command, int argc, char **argv)
{
    char name[64];
    (void)snprintf(name, sizeof name, "rename-oracle %s", command->name);
    argv[0] = name;
    return command->run(argc, argv);
}

/** Tells what was asked for. */
static int print_about(const char *word)
{
    if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        (void)printf("rename-oracle %s (commit %s, probe build %s)\n", RO_VERSION, RO_COMMIT,
                     RO_PROBE_BUILD);
    else
        print_help(stdout);
    return 0;
}

static bool asks_about(const char *word)
{
    static const char *const words[] = {"--help", "-h", "help", "--version", "-V"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strcmp(word, words[i]) == 0)
            return true;
    return false;
}

static void refuse_command(const char *word)
{
    struct nearest nearest = {.word = word};
    for (const struct command *command = commands; command->name != NULL; command++)
        nearest_offer(&nearest, command->name);
    (void)fprintf(stderr, "rename-oracle: %s: no such command%s; see 'rename-oracle --help'\n",
                  word, nearest.hint);
}

static const struct command *find_command(const char *word)
{
    for (const struct command *command = commands; command->name != NULL; command++)
        if (strcmp(word, command->name) == 0)
            return command;
    return NULL;
}

/** `help COMMAND` is `COMMAND --help`. */
static int explain_command(const struct command *command)
{
    char help[] = "--help";
    char *words[] = {NULL, help, NULL};
    return run_command(command, 2, words);
}

static int carry_out(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    const struct command *command = find_command(word);
    if (command != NULL)
        return run_command(command, argc - 1, argv + 1);
    if (strcmp(word, "help") == 0 && argc == 3 && !command_line_is_file(word)) {
        command = find_command(argv[2]);
        if (command != NULL)
            return explain_command(command);
        refuse_command(argv[2]);
        return 2;
    }
    if (asks_about(word) && argc == 2 && !command_line_is_file(word))
        return print_about(word);
    if (asks_about(word))
        (void)fprintf(stderr,
                      "rename-oracle: %s: decides nothing, so it takes nothing beside it and is no "
                      "file; 'rename-oracle COMMAND --help' explains one command\n",
                      word);
    else if (word[0] != '\0')
        refuse_command(word);
    else
        print_help(stderr);
    return 2;
}

/* No function has more than a few frames of the size that the build allows (-Wframe-larger-than).
 */
static bool has_stack(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_STACK, &limit) != 0 || limit.rlim_cur >= STACK_LEAST)
        return true;
    (void)fprintf(
        stderr, "rename-oracle: the limit on the stack (ulimit -s) is %llu KiB; it has to be %d\n",
        (unsigned long long)limit.rlim_cur / 1024, STACK_LEAST / 1024);
    return false;
}

int main(int argc, char **argv)
{
    argp_err_exit_status = 2; /* of every command but bisect */
    standard_files_occupy();
    (void)signal(SIGXFSZ,
                 SIG_IGN); /* a file that may not grow (ulimit -f) is an error like others */
    if (!has_stack())
        return argc > 1 && strcmp(argv[1], "bisect") == 0 ? 125 : argp_err_exit_status;
    return standard_output_finish(carry_out(argc, argv));
}
