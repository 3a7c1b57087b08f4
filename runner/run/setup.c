/* SPDX-License-Identifier: MIT */
/* What a run reads before its first cell. A deputy does it (prepare.c). */
#include "base/data_dir.h"
#include "base/files.h"
#include "base/signature.h"
#include "base/text.h"
#include "base/version.h"
#include "run/recorded_files.h"
#include "run/state.h"
#include "target/connections.h"
#include "target/guest_program.h"
#include "target/placeholder.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const reference_targets[] = {"native", "uml-fat", "uml-hostfs", "uml-9p", NULL};
static const char *const root_targets[] = {"native", NULL};
static const char *const nanvix_targets[] = {"nanvix-standalone",    "nanvix-standalone-legacy",
                                             "nanvix-hosted-single", "nanvix-hosted-multi",
                                             "nanvix-hostfs",        NULL};

static void skip(struct run_target *target, const char *reason)
{
    target->setup.skipped = true;
    (void)snprintf(target->setup.skip_reason, sizeof target->setup.skip_reason, "%s", reason);
}

static int choose_probes(const struct run *run, const char *abi, char *out, size_t size,
                         struct error *error)
{
    char relative[256];
    if (run->options->probes == NULL) {
        if (path_format(relative, sizeof relative, error, "probes/%s", abi) != 0)
            return -1;
        return data_path(out, size, relative, error);
    }
    if (path_format(out, size, error, "%s/%s", run->options->probes, abi) == 0 &&
        access(out, R_OK) == 0)
        return 0;
    return path_format(out, size, error, "%s", run->options->probes);
}

int run_find_probes(const struct run *run, const char *abi, char out[PATH_MAX], struct error *error)
{
    char chosen[PATH_MAX];
    if (choose_probes(run, abi, chosen, sizeof chosen, error) != 0)
        return -1;
    if (realpath(chosen, out) == NULL)
        return error_set_errno(error, errno, chosen, "cannot find the probe programs");
    return 0;
}

static int bind_path(json_t *bindings, const char *name, const char *path, struct error *error)
{
    char absolute[PATH_MAX];
    /* Not realpath: it would touch the file system under test. */
    if (path[0] == '/')
        return placeholders_bind(bindings, name, path, error);
    char here[PATH_MAX];
    if (getcwd(here, sizeof here) == NULL ||
        path_format(absolute, sizeof absolute, error, "%s/%s", here, path) != 0)
        return -1;
    return placeholders_bind(bindings, name, absolute, error);
}

/* On which file system the cells of a target work: below --root where the descriptor says so, else
 * in the scratch directory. */
static void find_device(struct run *run, struct target_setup *setup)
{
    CLEANUP_FREE char *text = json_dumps(setup->target.source.root, JSON_COMPACT);
    bool in_root = run->root[0] != '\0' && text != NULL && strstr(text, "{root}") != NULL;
    (void)mount_find_device(in_root ? run->root : run->scratch, setup->device);
    setup->silence = silence_of(&run->silences, setup->device);
}

static int make_bindings(struct run *run, struct run_target *target, struct error *error)
{
    struct target_setup *setup = &target->setup;
    char shared[PATH_MAX];
    char probes[PATH_MAX];
    if (setup->bindings == NULL)
        return error_set(error, ERROR_MEMORY, NULL, "out of memory for a target");
    find_device(run, setup);
    if (path_format(shared, sizeof shared, error, "%s/%s", run->scratch, setup->target.name) != 0 ||
        run_find_probes(run, setup->target.abi, probes, error) != 0 ||
        bind_path(setup->bindings, "shared", shared, error) != 0 ||
        bind_path(setup->bindings, "probes", probes, error) != 0 ||
        connections_bind(&setup->target, setup->bindings, error) != 0 ||
        bind_path(setup->bindings, "root",
                  run->options->root == NULL ? run->scratch : run->options->root, error) != 0)
        return error_set(error, ERROR_MEMORY, setup->target.name, "cannot be prepared");
    return 0;
}

/* What the programs and files are that take part, by digest, so that a document can say what it
 * speaks of: each has a placeholder with its path. */
static int digest_programs(struct run_target *target, struct error *error)
{
    static const char *const kinds[] = {"program:", "file:", "data:"};
    const char *placeholder;
    json_t *value;
    if (target_bind_data(&target->setup.target, target->setup.bindings, error) != 0)
        return -1;
    json_object_foreach(target->setup.bindings, placeholder, value) {
        char digest[DIGEST_SIZE];
        const char *path = json_string_value(value);
        const char *name = NULL;
        for (size_t i = 0; i < sizeof kinds / sizeof kinds[0] && name == NULL; i++)
            if (strncmp(placeholder, kinds[i], strlen(kinds[i])) == 0)
                name = placeholder + strlen(kinds[i]);
        if (name == NULL || digest_file(path, digest, NULL) != 0)
            continue;
        build_text(&target->builder, target->subject_digests, name, digest);
        if (recorded_add(target->setup.files, path, NULL, digest, error) != 0)
            return -1;
    }
    return 0;
}

static int digest_sysroot(const struct run *run, struct run_target *target, struct error *error)
{
    const char *name;
    json_t *digest;
    if (sysroot_digest(&run->sysroot, &target->setup.target, target->subject_digests, error) != 0)
        return -1;
    json_object_foreach(target->subject_digests, name, digest) {
        char path[PATH_MAX];
        if (path_format(path, sizeof path, error, "%s/%s", run->sysroot.path, name) != 0 ||
            recorded_add(target->setup.files, path, NULL, json_string_value(digest), error) != 0)
            return -1;
    }
    return 0;
}

int run_digest_probe(struct run_target *target, const char *directory, const char *shape,
                     struct error *error)
{
    char path[PATH_MAX];
    char digest[DIGEST_SIZE];
    if (path_format(path, sizeof path, error, "%s/%s", directory, shape) != 0 ||
        digest_file(path, digest, error) != 0)
        return -1;
    build_text(&target->builder, target->probe_digests, shape, digest);
    return recorded_add(target->setup.files, path, shape, digest, error);
}

static int digest_probes(const struct run *run, struct run_target *target, struct error *error)
{
    const char *probes = json_string_value(json_object_get(target->setup.bindings, "probes"));
    for (size_t i = 0; i < run->shape_count; i++)
        if (!shape_is_script(run->shapes[i]) &&
            run_digest_probe(target, probes, run->shapes[i]->name, error) != 0)
            return -1;
    for (size_t i = 0; i < shape_count && !run->options->no_controls; i++)
        if (shapes[i].group == SHAPE_CONTROL &&
            run_digest_probe(target, probes, shapes[i].name, error) != 0)
            return -1;
    return 0;
}

static bool uses_sysroot(const struct target *target)
{
    return json_object_get(target->source.root, "sysroot") != NULL;
}

/* The double runs guests of its own ABI; a descriptor's variant ("-hostfs") is kept. */
static void choose_abi(struct run *run, struct target *target, char *abi, size_t size)
{
    const char *variant = strstr(target->abi, "-hostfs");
    (void)snprintf(abi, size, "%s%s", run->sysroot.guest_abi, variant == NULL ? "" : variant);
    target->abi = abi;
}

static int check_guest_programs(const struct run *run, struct run_target *target,
                                struct error *error)
{
    const char *probes = json_string_value(json_object_get(target->setup.bindings, "probes"));
    const char *name;
    json_t *digest;
    if (sysroot_check_path(run->scratch, "set TMPDIR to another directory", error) != 0 ||
        sysroot_check_path(probes, "move the probes and give --probes", error) != 0)
        return -1;
    json_object_foreach(target->probe_digests, name, digest) {
        char path[PATH_MAX];
        if (path_format(path, sizeof path, error, "%s/%s", probes, name) != 0 ||
            guest_program_check(path, target->setup.target.abi, RO_PROBE_BUILD, error) != 0)
            return -1;
    }
    return 0;
}

/* A target of a sysroot: whether it is served there, and by what. Returns false when skipped. */
static bool take_sysroot(struct run *run, struct run_target *target, struct error *error)
{
    char why[512];
    struct target *described = &target->setup.target;
    if (run->sysroot.path[0] == '\0') {
        skip(target, "needs a Nanvix sysroot; give --nanvix SYSROOT");
        return false;
    }
    choose_abi(run, described, target->abi, sizeof target->abi);
    if (!sysroot_serves(&run->sysroot, described, why, sizeof why)) {
        skip(target, why);
        return false;
    }
    target->setup.argument_bytes = sysroot_argument_bytes(&run->sysroot, described);
    if (placeholders_bind(target->setup.bindings, "sysroot", run->sysroot.path, error) == 0 &&
        placeholders_bind(target->setup.bindings, "release", run->sysroot.release, error) == 0)
        (void)digest_sysroot(run, target, error);
    return true;
}

/* A target whose file system the command line chooses. Returns false when it is skipped, or with an
 * error. */
static bool take_filesystem(const struct run *run, struct run_target *target, struct error *error)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789_";
    const char *type = run->options->filesystem;
    struct target_setup *setup = &target->setup;
    if (setup->target.filesystem == NULL || strcmp(setup->target.filesystem, "{filesystem}") != 0)
        return true;
    if (type == NULL) {
        skip(target, "needs to know which file system; give --filesystem TYPE");
        return false;
    }
    if (type[0] == '\0' || type[strspn(type, letters)] != '\0') {
        (void)error_set(error, ERROR_USAGE, type,
                        "--filesystem takes the kernel's name of one: ext4, btrfs, minix");
        return false;
    }
    return placeholders_bind(setup->bindings, "filesystem", type, error) == 0;
}

static int read_target(struct run *run, struct run_target *target, const char *given,
                       struct error *error)
{
    char path[PATH_MAX];
    char missing[512];
    struct target_setup *setup = &target->setup;
    target->broken_controls = build_array(&target->builder);
    target->probe_digests = build_object(&target->builder);
    target->subject_digests = build_object(&target->builder);
    setup->files = build_array(&target->builder);
    run_note_reading("the descriptor", given);
    if (target_find(given, path, sizeof path, error) != 0 ||
        target_load(&setup->target, path, error) != 0)
        return -1;
    target->wanted = run_choose_wanted(run, setup->target.name);
    if (target->wanted == 0)
        return 0;
    setup->bindings = json_object();
    if (!take_filesystem(run, target, error))
        return error->code == ERROR_NONE ? 0 : -1;
    run_note_reading("the release", run->options->sysroot);
    if (uses_sysroot(&setup->target) && !take_sysroot(run, target, error))
        return 0;
    if (error->code != ERROR_NONE)
        return -1;
    struct error problem = ERROR_INIT;
    run_note_reading("the probes", setup->target.name);
    if (make_bindings(run, target, &problem) != 0 || digest_probes(run, target, &problem) != 0) {
        char reason[512];
        (void)snprintf(reason, sizeof reason, "%s: %s", problem.where, problem.what);
        skip(target, reason);
        return 0;
    }
    run_note_reading("what it requires", setup->target.name);
    if (!target_requirements_met(&setup->target, setup->bindings, missing, sizeof missing)) {
        skip(target, missing);
        return 0;
    }
    if (uses_sysroot(&setup->target) && check_guest_programs(run, target, error) != 0)
        return -1;
    if (recorded_compare_manifest(json_string_value(json_object_get(setup->bindings, "probes")),
                                  setup->target.abi, target->probe_digests, error) != 0 ||
        digest_programs(target, error) != 0)
        return -1;
    run_prepare_scenario(run, target);
    for (size_t i = 0; i < run->shape_count; i++)
        if ((setup->scenario_missing[0] == '\0' || !shape_is_script(run->shapes[i])) &&
            cell_check_paths(&run->settings, setup, run->shapes[i], error) != 0)
            return -1;
    return 0;
}

static bool is_repeated(const struct run *run, const char *given, size_t before)
{
    for (size_t i = 0; i < before; i++)
        if (strcmp(run->options->targets[i], given) == 0)
            return true;
    return false;
}

/* What the command line asks for, or else everything that there is of the kind that it means. */
static const char *const *choose_targets(const struct run_options *options, size_t *count)
{
    const char *const *chosen = options->sysroot != NULL ? nanvix_targets
                                : options->root != NULL  ? root_targets
                                                         : reference_targets;
    if (options->target_count > 0) {
        *count = options->target_count;
        return options->targets;
    }
    for (*count = 0; chosen[*count] != NULL;)
        ++*count;
    return chosen;
}

int run_read_targets(struct run *run, struct error *error)
{
    const struct run_options *options = run->options;
    size_t count;
    const char *const *given = choose_targets(options, &count);
    run_note_reading("the key", options->sign_key);
    if (options->sign_key != NULL && signature_try(options->sign_key, error) != 0)
        return -1;
    run_note_reading("the release", options->sysroot);
    if (options->sysroot != NULL && sysroot_inspect(&run->sysroot, options->sysroot,
                                                    options->release, run->scratch, error) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (options->target_count > 0 && is_repeated(run, given[i], i))
            return error_set(error, ERROR_USAGE, "--target", "%s is given twice", given[i]);
        struct run_target *target = &run->targets[run->target_count];
        *target = (struct run_target){0};
        if (read_target(run, target, given[i], error) != 0)
            return -1;
        run->target_count += target->wanted == 0 ? 0 : 1;
    }
    if (run->target_count == 0)
        return error_set(error, ERROR_INPUT, "--last-failed",
                         "nothing of what this command runs failed in the last run");
    return 0;
}
