/* SPDX-License-Identifier: MIT */
#include "guard/judging/judge.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "guard/judging/clean_text.h"
#include "guard/judging/exercised.h"
#include "guard/judging/python_command.h"
#include "guard/recording_format.h"
#include "guard/survey/text.h"
#include "guard/tools.h"

#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>

enum { FINDINGS_KEPT = 64 };

static int out_of_memory(struct error *error)
{
    return error_set(error, ERROR_MEMORY, NULL, "no memory for the report");
}

/* What is known for certain outweighs what is not known. */
static int weight(enum guard_verdict verdict)
{
    static const int weights[] = {[GUARD_PROTECTED] = 0,
                                  [GUARD_UNKNOWN] = 1,
                                  [GUARD_NOT_EXERCISED] = 2,
                                  [GUARD_UNPROTECTED] = 3};
    return weights[verdict];
}

/* Makes the verdict worse, never better. */
static int __attribute__((format(printf, 3, 4)))
lower_verdict(struct guard_mode_report *report, enum guard_verdict verdict, const char *format, ...)
{
    if (weight(verdict) <= weight(report->verdict))
        return 0;
    va_list arguments;
    va_start(arguments, format);
    char *reason = NULL;
    int length = vasprintf(&reason, format, arguments);
    va_end(arguments);
    if (length < 0)
        return -1;
    free(report->reason);
    report->reason = reason;
    report->verdict = verdict;
    return 0;
}

void judge_begin(struct guard_mode_report *report, const struct guard_mode *mode)
{
    *report = (struct guard_mode_report){.mode = mode, .verdict = GUARD_PROTECTED};
}

static void put_words(FILE *stream, const char *separator, const struct string_list *words)
{
    for (size_t i = 0; i < words->count; i++)
        (void)fprintf(stream, "%s%s", i == 0 ? separator : " ", words->items[i]);
}

/* A command the way nanvixd takes it. The environment of a program of the host says nothing. */
static char *describe_command(const struct guest_start *start, const struct sysroot *sysroot)
{
    CLEANUP_FREE char *text = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&text, &size);
    if (stream == NULL)
        return NULL;
    const struct guest_command *command = &start->command;
    (void)fputs(command->program, stream);
    put_words(stream, " ", &command->arguments);
    if (!start->host)
        put_words(stream, ";", &command->environment);
    put_words(stream, " (dropped by nanvixd: ", &command->dropped);
    if (command->dropped.count > 0)
        (void)fputc(')', stream);
    return fclose(stream) == 0 ? clean_text(text, sysroot) : NULL;
}

static bool drops_protection(const struct guest_command *command)
{
    for (size_t i = 0; i < command->dropped.count; i++)
        if (strcmp(command->dropped.items[i], "-B") == 0 ||
            strstr(command->dropped.items[i], "PYTHONDONTWRITEBYTECODE=") != NULL)
            return true;
    return false;
}

static bool escapes_variable(const struct guest_command *command)
{
    for (size_t i = 0; i < command->arguments.count; i++)
        if (strstr(command->arguments.items[i], "PYTHONDONTWRITEBYTECODE=") != NULL)
            return true;
    return false;
}

static const char *find_hint(const struct guest_command *command, const char *hint)
{
    if (drops_protection(command))
        return "nanvixd drops every element behind the one with a ';'";
    if (escapes_variable(command))
        return "PYTHONDONTWRITEBYTECODE is an argument there: the environment starts behind a ';' "
               "without a '\\'";
    return hint;
}

static struct guard_finding *find_finding(const struct guard_mode_report *report,
                                          const char *command)
{
    for (size_t i = 0; i < report->finding_count; i++)
        if (strcmp(report->findings[i].command, command) == 0)
            return &report->findings[i];
    return NULL;
}

static int add_finding(struct guard_mode_report *report, const struct run_evidence *evidence,
                       const struct guest_start *start, const char *hint)
{
    report->unprotected++;
    CLEANUP_FREE char *command = describe_command(start, evidence->sysroot);
    if (command == NULL)
        return -1;
    struct guard_finding *known = find_finding(report, command);
    if (known != NULL) {
        known->count++;
        return 0;
    }
    if (report->finding_count == FINDINGS_KEPT)
        return 0;
    struct guard_finding *findings =
        reallocarray(report->findings, report->finding_count + 1, sizeof *findings);
    if (findings == NULL)
        return -1;
    report->findings = findings;
    struct guard_finding *finding = &findings[report->finding_count++];
    *finding = (struct guard_finding){.scenario = strdup(evidence->scenario->name),
                                      .launcher = clean_text(start->launcher, NULL),
                                      .command = steal_pointer(&command),
                                      .hint = find_hint(&start->command, hint),
                                      .count = 1};
    return finding->scenario == NULL || finding->launcher == NULL ? -1 : 0;
}

static int judge_python(struct guard_mode_report *report, struct guard_run *run,
                        const struct run_evidence *evidence, const struct guest_start *start)
{
    const struct guest_command *command = &start->command;
    struct python_command python =
        python_command_parse(command->arguments.count, string_list_view(&command->arguments),
                             command->environment.count, string_list_view(&command->environment));
    if (python.deed == PYTHON_PRINTS)
        return 0;
    run->commands++;
    run->booted += start->booted ? 1 : 0;
    if (start->booted) {
        report->booted_image = report->booted_image || start->image;
        report->booted_ramfs = report->booted_ramfs || start->ramfs;
        report->booted_hosted = report->booted_hosted || (!start->image && !start->ramfs);
    }
    if (python_command_is_protected(&python)) {
        report->by_both += python.option && python.environment ? 1 : 0;
        report->by_option += python.option && !python.environment ? 1 : 0;
        report->by_environment += !python.option && python.environment ? 1 : 0;
        return 0;
    }
    run->unprotected++;
    if (python.deed == PYTHON_REFUSES && python.hint == NULL)
        python.hint = "the interpreter may refuse these options, so nothing is known about it";
    return add_finding(report, evidence, start, python.hint);
}

/* The daemons of an image are no news. */
static bool is_daemon(const char *program)
{
    const char *slash = strrchr(program, '/');
    return tool_is_nanvix(slash == NULL ? program : slash + 1);
}

/* An argument that is an interpreter, as `env` or a shell would get it, perhaps in a shell's
 * quotes; NULL if none is. */
static const char *find_interpreter(const struct guest_command *command)
{
    for (size_t i = 0; i < command->arguments.count; i++) {
        const char *argument = command->arguments.items[i];
        argument += strspn(argument, "\"'`(;&|");
        const char *slash = strrchr(argument, '/');
        if (strncmp(slash == NULL ? argument : slash + 1, "python", 6) == 0 &&
            python_is_interpreter_path(argument))
            return argument;
    }
    return NULL;
}

/* A program of the guest that gets an interpreter: what it does with it is out of our sight. */
static int judge_handed_on(struct guard_mode_report *report, const struct run_evidence *evidence,
                           const struct guest_start *start)
{
    CLEANUP_FREE char *command = describe_command(start, evidence->sysroot);
    CLEANUP_FREE char *name = clean_text(start->command.program, evidence->sysroot);
    CLEANUP_FREE char *given = clean_text(find_interpreter(&start->command), evidence->sysroot);
    if (command == NULL || name == NULL || given == NULL)
        return -1;
    return lower_verdict(report, GUARD_UNKNOWN,
                         "%s: a start of guest Python lies outside what was run: %s is given %s, "
                         "and nobody can say how it starts it: %s",
                         evidence->scenario->name, name, given, command);
}

static int note_other_program(struct guard_mode_report *report, struct guard_run *run,
                              const struct run_evidence *evidence, const struct guest_start *start)
{
    if (is_daemon(start->command.program))
        return 0;
    CLEANUP_FREE char *name = clean_text(start->command.program, evidence->sysroot);
    if (name == NULL)
        return -1;
    if (start->opaque && (evidence->scenario->behaviour & RECORDER_FAIL_BUILD) == 0) {
        run->opaque = true;
        return lower_verdict(report, GUARD_UNKNOWN, "%s: boots an image that no tool made here: %s",
                             evidence->scenario->name, name);
    }
    if (find_interpreter(&start->command) != NULL && judge_handed_on(report, evidence, start) != 0)
        return -1;
    if (string_list_has(&report->other_programs, name))
        return 0;
    return string_list_add(&report->other_programs, name);
}

static bool names_module(const struct guest_start *start, const char *module)
{
    for (size_t i = 0; i < start->command.arguments.count; i++)
        if (text_has_word(start->command.arguments.items[i], module))
            return true;
    return false;
}

static size_t count_modules_seen(const struct run_evidence *evidence)
{
    size_t seen = 0;
    for (size_t module = 0; module < evidence->modules_given; module++) {
        bool found = false;
        for (size_t i = 0; i < evidence->starts->count && !found; i++) {
            const struct guest_start *start = &evidence->starts->starts[i];
            found = start->interpreter && start->booted &&
                    names_module(start, evidence->modules[module]);
        }
        seen += found ? 1 : 0;
    }
    return seen;
}

/* The last line that the harness wrote, for a reason. */
static char *last_line(const struct sandbox_outcome *outcome, const struct sysroot *sysroot)
{
    size_t end = outcome->output_size;
    while (end > 0 && outcome->output[end - 1] == '\n')
        end--;
    size_t start = end;
    while (start > 0 && outcome->output[start - 1] != '\n')
        start--;
    char *line = strndup(outcome->output + start, end - start);
    char *clean = line == NULL ? NULL : clean_text(line, sysroot);
    free(line);
    return clean;
}

static int judge_ended(struct guard_mode_report *report, const struct guard_run *run,
                       const struct run_evidence *evidence)
{
    const char *name = evidence->scenario->name;
    bool well = WIFEXITED(evidence->outcome->status) && WEXITSTATUS(evidence->outcome->status) == 0;
    CLEANUP_FREE char *line = last_line(evidence->outcome, evidence->sysroot);
    if (line == NULL)
        return -1;
    const char *said = line[0] == '\0' ? "nothing" : line;
    report->unstarted = report->unstarted || run->booted == 0;
    if (run->booted == 0 && evidence->confined && strstr(line, "Permission denied") != NULL &&
        string_list_add_format(&report->notes,
                               "%s: a harness can write in its own directories only; --allow-write "
                               "lets it elsewhere",
                               name) != 0)
        return -1;
    if (run->booted == 0 && !WIFEXITED(evidence->outcome->status))
        return lower_verdict(report, GUARD_UNKNOWN,
                             "%s: %s before it had started a guest Python; it said: %s", name,
                             run->ended, said);
    if (run->booted == 0)
        return lower_verdict(report, GUARD_NOT_EXERCISED,
                             "%s: no guest Python was started; the harness %s and said: %s", name,
                             run->ended, said);
    size_t unseen = evidence->modules_given - run->modules_seen;
    if (unseen == 0)
        return 0;
    if (!well)
        return lower_verdict(report, GUARD_UNKNOWN,
                             "%s: %s, and %zu of %zu modules never reached a guest; it said: %s",
                             name, run->ended, unseen, evidence->modules_given, said);
    return string_list_add_format(&report->notes, "%s: %zu of %zu modules were in no command line",
                                  name, unseen, evidence->modules_given);
}

/* What is wrong with the run as a whole. */
static int judge_outcome(struct guard_mode_report *report, const struct guard_run *run,
                         const struct run_evidence *evidence)
{
    const char *name = evidence->scenario->name;
    /* Whoever waits for guests that do not end, and could not be given a short limit, shows
     * nothing. */
    bool stopped_otherwise =
        evidence->outcome->end == SANDBOX_STOPPED && !evidence->outcome->endless;
    if (evidence->outcome->records.waited > 0 && !stopped_otherwise)
        return 0;
    if (evidence->outcome->end == SANDBOX_STOPPED)
        return lower_verdict(report, GUARD_UNKNOWN, "%s: %s", name, run->ended);
    if (evidence->damage != NULL)
        return lower_verdict(report, GUARD_UNKNOWN, "%s: %s", name, evidence->damage);
    if (run->tools != evidence->recording->count)
        return lower_verdict(report, GUARD_UNKNOWN,
                             "%s: %u tools were started, but %zu wrote down how", name, run->tools,
                             evidence->recording->count);
    return evidence->scenario->required && !run->opaque ? judge_ended(report, run, evidence) : 0;
}

static char *describe_end(const struct run_evidence *evidence)
{
    const struct sandbox_outcome *outcome = evidence->outcome;
    char *text = NULL;
    char ended[64];
    if (outcome->end == SANDBOX_STOPPED) {
        CLEANUP_FREE char *reason = clean_text(outcome->reason, evidence->sysroot);
        if (reason == NULL || asprintf(&text, "stopped: the harness %s", reason) < 0)
            return NULL;
        return text;
    }
    exit_status_describe(outcome->status, ended, sizeof ended);
    return strdup(ended);
}

static struct guard_run *add_run(struct guard_mode_report *report,
                                 const struct run_evidence *evidence)
{
    struct guard_run *runs = reallocarray(report->runs, report->run_count + 1, sizeof *runs);
    if (runs == NULL)
        return NULL;
    report->runs = runs;
    struct guard_run *run = &runs[report->run_count++];
    *run = (struct guard_run){.scenario = evidence->scenario,
                              .ended = describe_end(evidence),
                              .tools = evidence->outcome->tools,
                              .modules = evidence->modules_given,
                              .modules_seen = count_modules_seen(evidence),
                              .duration_ms = clock_ns_to_ms(evidence->outcome->duration_ns)};
    return run->ended == NULL ? NULL : run;
}

static int judge_starts(struct guard_mode_report *report, struct guard_run *run,
                        const struct run_evidence *evidence)
{
    for (size_t i = 0; i < evidence->starts->count; i++) {
        const struct guest_start *start = &evidence->starts->starts[i];
        int failed = start->interpreter ? judge_python(report, run, evidence, start)
                                        : note_other_program(report, run, evidence, start);
        if (failed != 0)
            return -1;
    }
    if (run->unprotected == 0)
        return 0;
    return lower_verdict(report, GUARD_UNPROTECTED,
                         "%s: %u of %u guest Python commands have "
                         "neither -B nor PYTHONDONTWRITEBYTECODE",
                         evidence->scenario->name, run->unprotected, run->commands);
}

int judge_run(struct guard_mode_report *report, const struct run_evidence *evidence,
              struct error *error)
{
    struct guard_run *run = add_run(report, evidence);
    if (run == NULL || judge_starts(report, run, evidence) != 0 ||
        judge_outcome(report, run, evidence) != 0)
        return out_of_memory(error);
    run->idle = exercised_idleness(run, evidence);
    if (evidence->outcome->left_alive > 0 &&
        string_list_add_format(&report->notes,
                               "%s: %u processes survived KILL and were left behind",
                               evidence->scenario->name, evidence->outcome->left_alive) != 0)
        return out_of_memory(error);
    return 0;
}

int judge_cut_short(struct guard_mode_report *report, const char *reason, struct error *error)
{
    return lower_verdict(report, GUARD_UNKNOWN, "%s", reason) == 0 ? 0 : out_of_memory(error);
}

/* By what the commands are protected; NULL when memory ran out. */
static char *describe_protection(const struct guard_mode_report *report)
{
    unsigned commands = report->by_option + report->by_environment + report->by_both;
    char *text = NULL;
    int length = 0;
    if (report->by_both == commands)
        length = asprintf(&text, "by -B and PYTHONDONTWRITEBYTECODE, %u commands", commands);
    else if (report->by_option == commands)
        length = asprintf(&text, "by -B, %u commands", commands);
    else if (report->by_environment == commands)
        length = asprintf(&text, "by PYTHONDONTWRITEBYTECODE, %u commands", commands);
    else
        length = asprintf(&text, "by -B (%u commands), PYTHONDONTWRITEBYTECODE (%u) or both (%u)",
                          report->by_option, report->by_environment, report->by_both);
    return length < 0 ? NULL : text;
}

int judge_end(struct guard_mode_report *report, struct error *error)
{
    if (report->verdict != GUARD_PROTECTED)
        return 0;
    const char *missing = report->missing = exercised_missing_kind(report);
    CLEANUP_FREE char *protection = describe_protection(report);
    if (protection == NULL)
        return out_of_memory(error);
    if (missing == NULL) {
        report->reason = steal_pointer(&protection);
        return 0;
    }
    if (lower_verdict(report, GUARD_NOT_EXERCISED, "%s; what was started was protected %s", missing,
                      protection) != 0)
        return out_of_memory(error);
    return 0;
}
