/* SPDX-License-Identifier: MIT */
#include "run/recorded_files.h"
#include "run/state.h"

#include <stdio.h>
#include <string.h>

static bool is_planned(const struct run *run)
{
    for (size_t i = 0; i < run->shape_count; i++)
        if (shape_is_script(run->shapes[i]))
            return true;
    return false;
}

static int digest_scripts(const struct run *run, struct run_target *target, struct error *error)
{
    char *scripts = target->setup.scripts;
    if (run_find_probes(run, "python3", scripts, error) != 0)
        return -1;
    for (size_t i = 0; i < run->shape_count; i++)
        if (shape_is_script(run->shapes[i]) &&
            run_digest_probe(target, scripts, run->shapes[i]->name, error) != 0)
            return -1;
    return 0;
}

/* Among the probes' digests, not the subject's: those must be the same in runs without it. */
static int digest_python(struct run_target *target, struct error *error)
{
    char digest[DIGEST_SIZE];
    const char *python = json_string_value(json_object_get(target->setup.bindings, "python"));
    if (digest_file(python, digest, error) != 0)
        return -1;
    build_text(&target->builder, target->probe_digests, "python", digest);
    return recorded_add(target->setup.files, python, NULL, digest, error);
}

void run_prepare_scenario(const struct run *run, struct run_target *target)
{
    struct target_setup *setup = &target->setup;
    struct error error = ERROR_INIT;
    if (!is_planned(run) ||
        !target_interpreter_met(&setup->target, setup->bindings, setup->scenario_missing,
                                sizeof setup->scenario_missing))
        return;
    if (digest_scripts(run, target, &error) != 0 || digest_python(target, &error) != 0)
        (void)snprintf(setup->scenario_missing, sizeof setup->scenario_missing, "%s: %s",
                       error.where, error.what);
}
