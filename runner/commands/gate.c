/* SPDX-License-Identifier: MIT */
#include "gate/gate.h"
#include "base/cleanup.h"
#include "base/digest.h"
#include "base/version.h"
#include "commands/command.h"
#include "commands/command_line.h"
#include "commands/documents.h"
#include "commands/standard_output.h"
#include "gate/evidence/reason.h"
#include "guard/guard.h"
#include "guard/harness_answer.h"
#include "report/decision/walk.h"
#include "report/text/escape.h"
#include "target/sysroot.h"

#include <argp.h>
#include <string.h>
#include <time.h>

enum {
    OPTION_JSON = 256,
    OPTION_NOW,
    OPTION_ACCEPT_WAIVER,
    OPTION_ACCEPT_WEAKER,
    OPTION_ACCEPT_TARGET,
    OPTION_RELEASE,
    OPTION_SIGNERS,
    OPTION_LIST_REASONS,
    OPTION_HARNESS_COMMAND,
    OPTION_HARNESS_MODE,
};

enum { REPEATS_MAX = 16 };

static const char documentation[] =
    "Decide whether CPython's harness may stop passing -B to guest Pythons, from the verdict "
    "documents of 'rename-oracle run'. The answer is to keep it unless every exit criterion is "
    "shown to be met: both issues resolved upstream, in a release no newer than the tested one, "
    "and all six shapes passing in every attempt on standalone, hosted single-process and hosted "
    "multi-process.\n\n"
    "Documents of several machines are simply given together; a directory stands for every *.json "
    "below it. What can't count is refused with a "
    "reason, and a refused document about a mode that is asked for keeps that mode undecided, so "
    "that leaving one out is a choice and not an accident. Reference targets are refused too, "
    "and neither help nor harm."
    "\vA TIME is written 2026-11-22T21:00:00Z. The same inputs and the same --now always give the "
    "same decision, byte for byte, whatever the order of the documents.\n\n"
    "A mode that no longer exists can be waived: the criteria then hold a waiver for it with a "
    "reason, a first release and who decided, and --accept-waiver names the mode. Neither is "
    "enough alone. A yes with a waiver, or by weaker criteria, says so in its headline and is "
    "\"may_be_removed_on_terms\" in JSON; where every mode is waived, nothing can be decided.\n\n"
    "Exit status:\n"
    "  0  -B may be removed\n"
    "  1  keep -B\n"
    "  2  can't decide, -B stays: an input can't be used, the harness can't be judged, or the "
    "command line is wrong\n"
    "  3  keep -B, but the harness does not pass it everywhere\n"
    "  130  interrupted\n";

static const struct argp_option option_list[] = {
    {"criteria", 'c', "FILE", 0,
     "What has to be shown (rename-oracle/criteria/1); default: the exit criteria as written, "
     "which are ci/criteria.json",
     0},
    {"upstream", 'u', "FILE", 0,
     "The state of the upstream issues (rename-oracle/upstream/1); without it the state is "
     "unknown, and -B stays",
     0},
    {"release", OPTION_RELEASE, "R", 0,
     "Only evidence about release R counts; a document of another one is refused, and its mode "
     "stays undecided",
     0},
    {"signers", OPTION_SIGNERS, "FILE", 0,
     "Only documents count that one of these signers vouches for (an allowed_signers file of "
     "ssh-keygen(1), namespace rename-oracle) by a signature beside it, DOCUMENT.sig",
     0},
    {"harness", 'H', "FILE", 0,
     "Also check this test harness as 'rename-oracle guard' does, and fail when -B is missing "
     "somewhere while it has to stay",
     0},
    {"harness-command", OPTION_HARNESS_COMMAND, "WORDS", 0, "guard's --command", 0},
    {"harness-mode", OPTION_HARNESS_MODE, "NAME", 0, "guard's --mode; may be repeated", 0},
    {"accept-waiver", OPTION_ACCEPT_WAIVER, "MODE", 0,
     "Let the criteria's waiver for MODE apply; may be repeated", 0},
    {"accept-weaker-criteria", OPTION_ACCEPT_WEAKER, NULL, 0,
     "Decide by --criteria even where they ask for less than the exit criteria as written", 0},
    {"accept-target", OPTION_ACCEPT_TARGET, "NAME=DIGEST", 0,
     "Take evidence of target NAME with a descriptor that this tool does not ship; may be repeated",
     0},
    {"list-reasons", OPTION_LIST_REASONS, NULL, 0,
     "Print every reason for which the gate does not say yes, and end", 0},
    {"now", OPTION_NOW, "TIME", 0, "Decide as of TIME instead of now; the decision says so", 0},
    {"json", OPTION_JSON, NULL, 0, "Print the decision as JSON (rename-oracle/decision/1)", 0},
    COMMAND_LINE_HELP,
    {0},
};

struct settings {
    struct gate_options options;
    struct harness_options harness;
    const char *waivers[REPEATS_MAX];
    const char *targets[REPEATS_MAX];
    const char *harness_modes[REPEATS_MAX];
    bool json;
    bool list_reasons;
};

static void take_repeated(int key, const char **list, size_t *count, const char *text,
                          const struct argp_state *state)
{
    if (*count == REPEATS_MAX)
        command_line_refuse(state, key, "given more than %d times", REPEATS_MAX);
    else
        list[(*count)++] = text;
}

static void take_target(struct settings *settings, const char *text, struct argp_state *state)
{
    const char *digest = strchr(text, '=');
    if (digest == NULL || strncmp(digest + 1, "sha256:", 7) != 0 ||
        strspn(digest + 8, "0123456789abcdef") != 64 || digest[72] != '\0')
        argp_error(state, "--accept-target: '%s' is no NAME=sha256:DIGEST", text);
    take_repeated(OPTION_ACCEPT_TARGET, settings->targets, &settings->options.accepted_target_count,
                  text, state);
}

static void take_documents(struct settings *settings, struct argp_state *state)
{
    settings->options.documents = state->argv + state->next;
    settings->options.document_count = (size_t)(state->argc - state->next);
    state->next = state->argc;
}

static error_t parse_option(int key, char *text, struct argp_state *state)
{
    struct settings *settings = state->input;
    switch (key) {
    case 'c':
        settings->options.criteria = text;
        break;
    case 'u':
        settings->options.upstream = text;
        break;
    case OPTION_ACCEPT_WAIVER:
        take_repeated(key, settings->waivers, &settings->options.accepted_waiver_count, text,
                      state);
        break;
    case 'H':
        settings->harness.path = text;
        break;
    case OPTION_HARNESS_COMMAND:
        settings->harness.command = text;
        break;
    case OPTION_HARNESS_MODE:
        take_repeated(key, settings->harness_modes, &settings->harness.mode_count, text, state);
        break;
    case OPTION_ACCEPT_WEAKER:
        settings->options.accept_weaker_criteria = true;
        break;
    case OPTION_ACCEPT_TARGET:
        take_target(settings, text, state);
        break;
    case OPTION_RELEASE:
        settings->options.release = text;
        if (!sysroot_is_release(text))
            argp_error(state, "--release: this is no release; name one, for example v0.20.3");
        break;
    case OPTION_SIGNERS:
        settings->options.signers = text;
        break;
    case OPTION_NOW:
        settings->options.clock_set = true;
        if (!moment_parse(text, &settings->options.now))
            argp_error(state, "--now: '%s' is no time; write it as 2026-11-22T21:00:00Z", text);
        break;
    case OPTION_LIST_REASONS:
        settings->list_reasons = true;
        break;
    case OPTION_JSON:
        settings->json = true;
        break;
    case ARGP_KEY_ARGS:
        take_documents(settings, state);
        break;
    default:
        return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

/** What could not be read is told on standard error too, one line each. */
static void warn_of_bad_input(const json_t *decision)
{
    size_t index = 0;
    const json_t *document = NULL;
    json_array_foreach(json_object_get(decision, "refused"), index, document) {
        struct error error = ERROR_INIT;
        const json_t *first = json_array_get(json_object_get(document, "reasons"), 0);
        const char *weight = json_string_value(json_object_get(document, "weight"));
        if (strcmp(weight, "bad_input") != 0)
            continue;
        (void)error_set(&error, ERROR_INPUT, NULL, "%s",
                        json_string_value(json_object_get(first, "detail")));
        error_print(&error);
    }
}

static int list_reasons(void)
{
    for (size_t id = 0; id < REASON_COUNT; id++)
        (void)printf("%-26s %s\n", reason_name((enum reason_id)id),
                     reason_meaning((enum reason_id)id));
    return 0;
}

static int print_decision(const json_t *decision, bool json, struct error *error)
{
    if (json)
        return standard_output_json(decision, error);
    decision_write_lines(stdout, decision, 0, plain_write, "", "\n");
    return 0;
}

/* Both answers together. A harness that was not exercised or can't be judged while -B has to stay
 * leaves the whole undecided. */
static int exit_code_of(enum gate_answer answer, enum harness_status status)
{
    if (answer == GATE_MAY_BE_REMOVED)
        return 0;
    if (status == HARNESS_UNPROTECTED)
        return 3;
    bool open = status == HARNESS_UNKNOWN || status == HARNESS_NOT_EXERCISED;
    return answer == GATE_UNDECIDED || open ? 2 : 1;
}

static int decide(struct settings *settings, struct error *error)
{
    CLEANUP(documents_release) struct documents documents = {0};
    if (documents_add(&documents, settings->options.documents, settings->options.document_count,
                      error) != 0)
        return -1;
    settings->options.documents = documents.paths;
    settings->options.document_count = documents.count;
    enum gate_answer answer = GATE_UNDECIDED;
    enum harness_status harness = HARNESS_UNKNOWN;
    CLEANUP_JSON json_t *decision = NULL;
    if (gate_decide(&settings->options, &answer, &decision, error) != 0 ||
        harness_check(&settings->harness, decision, &harness, error) != 0 ||
        document_seal(decision, error) != 0 || print_decision(decision, settings->json, error) != 0)
        return -1;
    warn_of_bad_input(decision);
    return exit_code_of(answer, harness);
}

int command_gate(int argc, char **argv)
{
    const struct argp parser = {option_list, parse_option, "[DOCUMENT...]", documentation, NULL,
                                NULL,        NULL};
    struct settings settings = {
        .options = {.probe_build = RO_PROBE_BUILD,
                    .tool_version = RO_VERSION,
                    .tool_commit = RO_COMMIT},
    };
    struct error error = ERROR_INIT;
    settings.options.accepted_waivers = settings.waivers;
    settings.options.accepted_targets = settings.targets;
    settings.harness.modes = settings.harness_modes;
    argp_err_exit_status = 2;
    if (command_line_parse(&parser, "list-reasons", argc, argv, &settings) != 0)
        return 2;
    CLEANUP_FD int interrupt_fd = -1;
    if (settings.harness.path != NULL && !settings.list_reasons)
        interrupt_fd = guard_begin(false, &error);
    settings.harness.interrupt_fd = interrupt_fd;
    if (!settings.options.clock_set)
        settings.options.now = (moment)time(NULL);
    int code = error.code != ERROR_NONE ? -1
               : settings.list_reasons  ? list_reasons()
                                        : decide(&settings, &error);
    if (code >= 0)
        return code;
    error_print(&error);
    return error_exit_code(&error);
}
