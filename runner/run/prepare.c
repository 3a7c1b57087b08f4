/* SPDX-License-Identifier: MIT */
/* What a run reads before its first cell lies on file systems that may never answer. A deputy reads
 * all of it, on a copy of the run, and what it has come to is taken over from it. */
#include "base/clock.h"
#include "base/files.h"
#include "base/text.h"
#include "run/helper/steps.h"
#include "run/state.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define ROOT_NS (5 * NS_PER_S)
#define READ_NS (10 * NS_PER_S)
#define SETUP_NS (60 * NS_PER_S)
/* Of memory that is only had when it is written to. */
enum { TOLD_MAX = 16 * 1024 * 1024 };

/* In memory that the deputy shares with the worker. */
static struct readings {
    struct error error;
    char place[1024]; /* what is being read */
    struct sysroot sysroot;
    size_t target_count;
    struct run_target targets[RUN_TARGETS_MAX]; /* their pointers mean nothing here */
    char paths[RUN_TARGETS_MAX][PATH_MAX];      /* of the descriptors */
    size_t length;
    char told[TOLD_MAX]; /* what the pointers mean, in JSON */
} * readings;

void run_note_reading(const char *what, const char *of)
{
    if (of != NULL)
        (void)snprintf(readings->place, sizeof readings->place, "%s of %s", what, of);
}

static void tell_target(struct builder *builder, json_t *all, const struct run_target *target)
{
    json_t *told = build_next_object(builder, all);
    build_share(builder, told, "root", target->setup.target.source.root);
    build_share(builder, told, "bindings", target->setup.bindings);
    build_share(builder, told, "files", target->setup.files);
    build_share(builder, told, "probe_digests", target->probe_digests);
    build_share(builder, told, "subject_digests", target->subject_digests);
}

static int tell(const struct run *run, struct error *error)
{
    struct builder builder = {0};
    CLEANUP_JSON json_t *all = build_array(&builder);
    readings->sysroot = run->sysroot;
    readings->target_count = run->target_count;
    for (size_t i = 0; i < run->target_count; i++) {
        const struct run_target *target = &run->targets[i];
        readings->targets[i] = *target;
        if (path_format(readings->paths[i], PATH_MAX, error, "%s",
                        target->setup.target.source.path) != 0)
            return -1;
        tell_target(&builder, all, target);
    }
    if (!builder.failed)
        readings->length = json_dumpb(all, readings->told, TOLD_MAX, JSON_COMPACT);
    if (readings->length > 0 && readings->length <= TOLD_MAX)
        return 0;
    return error_set(error, ERROR_MEMORY, NULL, "out of memory for the targets");
}

static json_t *read_all(void *context)
{
    struct run *run = context;
    if (run_read_targets(run, &readings->error) == 0)
        (void)tell(run, &readings->error);
    return deputy_success();
}

static void replace_budget(uint64_t *budget, uint64_t given)
{
    if (given != 0)
        *budget = given;
}

static void replace_budgets(struct budgets *budgets, const struct run_options *options)
{
    replace_budget(&budgets->boot_ns, options->boot_ns);
    replace_budget(&budgets->step_ns, options->step_ns);
    replace_budget(&budgets->control_step_ns, options->control_step_ns);
    replace_budget(&budgets->exit_ns, options->exit_ns);
    replace_budget(&budgets->total_ns, options->total_ns);
    replace_budget(&budgets->grace_ns, options->grace_ns);
}

static json_t *take(const json_t *told, const char *key)
{
    return json_incref(json_object_get(told, key));
}

static int take_target(struct run *run, size_t index, const json_t *told, struct error *error)
{
    struct run_target *target = &run->targets[run->target_count++];
    struct target_setup *setup = &target->setup;
    *target = readings->targets[index];
    setup->target = (struct target){0};
    target->broken_controls = build_array(&target->builder);
    target->probe_digests = take(told, "probe_digests");
    target->subject_digests = take(told, "subject_digests");
    setup->files = take(told, "files");
    setup->bindings = take(told, "bindings");
    setup->silence = silence_of(&run->silences, setup->device);
    if (target_adopt(&setup->target, readings->paths[index], json_object_get(told, "root"),
                     readings->targets[index].setup.target.digest, error) != 0)
        return -1;
    replace_budgets(&setup->target.budgets, run->options);
    if (target->abi[0] != '\0')
        setup->target.abi = target->abi;
    progress_target(run->progress, setup->target.name);
    return 0;
}

static int take_readings(struct run *run, struct error *error)
{
    const struct error *failed = &readings->error;
    if (failed->code != ERROR_NONE)
        return error_set(error, failed->code, failed->where[0] == '\0' ? NULL : failed->where, "%s",
                         failed->what);
    CLEANUP_JSON json_t *told = json_loadb(readings->told, readings->length, 0, NULL);
    if (told == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the targets");
    run->sysroot = readings->sysroot;
    for (size_t i = 0; i < readings->target_count; i++)
        if (take_target(run, i, json_array_get(told, i), error) != 0)
            return -1;
    return 0;
}

static int read_apart(struct run *run, struct error *error)
{
    struct deputy deputy = {.fd = -1};
    struct error failed = ERROR_INIT;
    readings = mmap(NULL, sizeof *readings, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (readings == MAP_FAILED)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for the targets");
    CLEANUP_JSON json_t *answer = run_do_apart(run, &deputy, read_all, READ_NS, &failed);
    deputy_abandon(&deputy);
    int result = -1;
    if (answer != NULL)
        result = take_readings(run, error);
    else if (run->summary->interrupted)
        (void)error_set(error, ERROR_INTERRUPTED, NULL, "interrupted");
    else if (readings->place[0] == '\0')
        (void)error_set(error, failed.code, NULL, "%s", failed.what);
    else
        (void)error_set(error, failed.code, readings->place, "cannot be read: %s", failed.what);
    (void)munmap(readings, sizeof *readings);
    return result;
}

static int check_root(struct run *run, struct error *error)
{
    struct deputy deputy = {.fd = -1};
    if (run->options->root == NULL)
        return 0;
    if (!text_is_utf8(run->options->root, strlen(run->options->root)))
        return error_set(error, ERROR_ENVIRONMENT, run->options->root,
                         "is no UTF-8, which documents are; choose another --root");
    json_t *request = json_pack("{s:s, s:s}", "do", "check_root", "path", run->options->root);
    CLEANUP_JSON json_t *answer = run_ask_and_wait(run, &deputy, request, ROOT_NS, error);
    deputy_abandon(&deputy);
    if (answer == NULL)
        return -1;
    const char *why = deputy_refusal(answer);
    if (why != NULL)
        return error_set(error, ERROR_ENVIRONMENT, NULL, "%s", why);
    return path_format(run->root, sizeof run->root, error, "%s",
                       json_string_value(json_object_get(answer, "real")));
}

static int run_setup(struct run *run, const struct target_setup *setup, struct error *error)
{
    struct deputy deputy = {.fd = -1};
    json_t *steps = target_steps(&setup->target, "setup");
    CLEANUP_JSON json_t *all =
        json_pack("[{s:O}]", "make_directory", json_object_get(setup->bindings, "shared"));
    if (steps == NULL)
        return 0;
    CLEANUP_JSON json_t *expanded = target_expand(&setup->target, steps, setup->bindings, error);
    if (expanded == NULL || json_array_extend(all, expanded) != 0)
        return -1;
    json_t *request = steps_request(json_incref(all), run->scratch, NULL);
    CLEANUP_JSON json_t *answer = run_ask_and_wait(run, &deputy, request, SETUP_NS, error);
    deputy_abandon(&deputy);
    if (answer == NULL)
        return -1;
    const char *why = deputy_refusal(answer);
    return why == NULL
               ? 0
               : error_set(error, ERROR_ENVIRONMENT, setup->target.name, "setup failed: %s", why);
}

int run_prepare_targets(struct run *run, struct error *error)
{
    if (check_root(run, error) != 0 || read_apart(run, error) != 0)
        return -1;
    if (run->sysroot.doubt[0] != '\0')
        progress_note(run->progress, "release %s: %s", run->sysroot.release, run->sysroot.doubt);
    for (size_t i = 0; i < run->target_count; i++) {
        struct target_setup *setup = &run->targets[i].setup;
        if (setup->skipped)
            progress_note(run->progress, "%s is skipped: %s", setup->target.name,
                          setup->skip_reason);
        else if (run_setup(run, setup, error) != 0)
            return -1;
        else if (setup->scenario_missing[0] != '\0')
            progress_note(run->progress, "the scenario is skipped on %s: %s", setup->target.name,
                          setup->scenario_missing);
    }
    return 0;
}

void run_release_targets(struct run *run)
{
    for (size_t i = 0; i < run->target_count; i++) {
        struct run_target *target = &run->targets[i];
        json_decref(target->broken_controls);
        json_decref(target->probe_digests);
        json_decref(target->subject_digests);
        json_decref(target->setup.files);
        json_decref(target->setup.bindings);
        target_release(&target->setup.target);
    }
}
