/* SPDX-License-Identifier: MIT */
#include "target/target.h"

#include "base/clock.h"
#include "base/data_dir.h"
#include "base/files.h"
#include "base/json_access.h"
#include "base/nearest.h"
#include "base/schema_check.h"
#include "base/schemas.h"
#include "target/changes.h"
#include "target/connections.h"
#include "target/extend.h"
#include "target/placeholder.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { DEFAULT_MEMORY_MIB = 64 };

static uint64_t seconds_of(const json_t *budgets, const char *key)
{
    return (uint64_t)(json_number_value(json_object_get(budgets, key)) * (double)NS_PER_S);
}

static void take_fields(struct target *target)
{
    const json_t *root = target->source.root;
    const json_t *launch = json_object_get(root, "launch");
    const json_t *guest = json_object_get(root, "guest");
    const json_t *view = json_object_get(root, "host_view");
    const json_t *memory = json_object_get(root, "memory_mib");
    const json_t *verify = json_object_get(root, "verify");
    const json_t *console = json_object_get(root, "console");
    const json_t *budgets = json_object_get(root, "budgets");
    target->name = json_text(root, "name");
    target->title = json_text(root, "title");
    target->mode = json_text(root, "mode");
    target->subject = json_text(root, "subject");
    target->abi = json_text(guest, "abi");
    target->guest_directory = json_text(guest, "directory");
    target->arguments = json_text(guest, "arguments");
    target->script_arguments = json_text(json_object_get(root, "interpreter"), "arguments");
    target->console_file = json_text(console, "file");
    target->journal_is_stdout =
        target->console_file == NULL || strcmp(member_text(console, "journal"), "stdout") == 0;
    target->filesystem = json_text(root, "filesystem");
    target->view_kind = json_text(view, "kind");
    target->view_path = json_text(view, "path");
    target->launch_directory = json_text(launch, "directory");
    target->verify_logs = json_text(verify, "logs");
    target->verify_line = json_text(verify, "line");
    target->verify_failure = json_text(verify, "failure");
    target->verify_modes = json_object_get(verify, "modes");
    target->environment = json_object_get(launch, "environment");
    target->connections = json_object_get(root, "connections");
    target->interpreter = json_object_get(root, "interpreter");
    target->offers = json_object_get(root, "offers");
    target->panic_lines = json_object_get(root, "panic_lines");
    target->inspect = json_object_get(root, "inspect");
    target->tells_of_itself = json_truth(root, "tells_of_itself");
    target->exit_status_is_probes = strcmp(json_text(root, "exit_status"), "probe") == 0;
    target->same_inode = json_is_true(json_object_get(root, "same_inode"));
    target->own_file_system = json_is_true(json_object_get(root, "own_file_system"));
    target->boots_alone = json_is_true(json_object_get(root, "boots_alone"));
    target->memory_mib = memory == NULL ? DEFAULT_MEMORY_MIB : (unsigned)json_integer_value(memory);
    target->budgets = (struct budgets){
        .boot_ns = seconds_of(budgets, "boot"),
        .step_ns = seconds_of(budgets, "step"),
        .control_step_ns = seconds_of(budgets, "control_step"),
        .exit_ns = seconds_of(budgets, "exit"),
        .total_ns = seconds_of(budgets, "total"),
        .grace_ns = seconds_of(budgets, "grace"),
    };
}

/* A new array, or NULL. */
static json_t *splice_companions(json_t *companions, const json_t *lists)
{
    CLEANUP_JSON json_t *all = json_array();
    size_t index;
    json_t *companion;
    json_array_foreach(companions, index, companion) {
        CLEANUP_JSON json_t *copy = json_copy(companion);
        json_t *argv = descriptor_splice(json_object_get(companion, "argv"), NULL, lists);
        if (json_object_set_new(copy, "argv", argv) != 0 || json_array_append(all, copy) != 0)
            return NULL;
    }
    return steal_pointer(&all);
}

/* The command lines with the words of their lists in them. */
static int splice_words(struct target *target, struct error *error)
{
    const json_t *root = target->source.root;
    const json_t *lists = json_object_get(root, "lists");
    const json_t *launch = json_object_get(json_object_get(root, "launch"), "argv");
    const json_t *own = json_object_get(target->interpreter, "argv");
    target->argv = descriptor_splice(launch, NULL, lists);
    target->script_argv = descriptor_splice(own != NULL ? own : launch,
                                            json_object_get(target->interpreter, "lists"), lists);
    target->companions = splice_companions(json_object_get(root, "companions"), lists);
    target->offered_argv = json_object();
    const char *need;
    json_t *offer;
    bool failed = target->argv == NULL || target->script_argv == NULL || target->companions == NULL;
    json_object_foreach(target->offers, need, offer)
        failed =
            failed || json_object_set_new(
                          target->offered_argv, need,
                          descriptor_splice(launch, json_object_get(offer, "lists"), lists)) != 0;
    if (failed)
        return error_set(error, ERROR_MEMORY, target->source.path, "out of memory");
    return 0;
}

/* Of all that says how it is launched: the descriptor's bytes, and behind them those of what it
 * extends. */
static int digest_descriptor(struct target *target, struct error *error)
{
    CLEANUP_FREE char *text = NULL;
    size_t length = 0;
    FILE *stream = open_memstream(&text, &length);
    if (stream == NULL)
        return error_set(error, ERROR_MEMORY, target->source.path, "out of memory");
    bool whole = true;
    for (const struct json_source *part = &target->source; part != NULL; part = part->base)
        whole = whole && fwrite(part->text, 1, part->length, stream) == part->length;
    if (fclose(stream) != 0 || !whole)
        return error_set(error, ERROR_MEMORY, target->source.path, "out of memory");
    digest_bytes(text, length, target->digest);
    return 0;
}

static int load(struct target *target, const char *path, struct error *error)
{
    if (json_source_load(&target->source, path, DESCRIPTOR_LIMIT, error) != 0 ||
        descriptor_extend(&target->source, error) != 0 ||
        json_source_check(&target->source, schema_target_1, error) != 0 ||
        placeholders_check(&target->source, error) != 0 ||
        changes_check(&target->source, error) != 0 || digest_descriptor(target, error) != 0)
        return -1;
    take_fields(target);
    if (splice_words(target, error) != 0)
        return -1;
    return connections_check(target, error);
}

int target_load(struct target *target, const char *path, struct error *error)
{
    *target = (struct target){0};
    if (load(target, path, error) == 0)
        return 0;
    target_release(target);
    return -1;
}

int target_adopt(struct target *target, const char *path, json_t *root, const char *digest,
                 struct error *error)
{
    *target = (struct target){.source = {.path = strdup(path), .root = json_incref(root)}};
    (void)snprintf(target->digest, sizeof target->digest, "%s", digest);
    if (target->source.path == NULL || root == NULL)
        return error_set(error, ERROR_MEMORY, path, "out of memory");
    take_fields(target);
    return splice_words(target, error);
}

void target_release(struct target *target)
{
    json_decref(target->argv);
    json_decref(target->script_argv);
    json_decref(target->companions);
    json_decref(target->offered_argv);
    json_source_release(&target->source);
    *target = (struct target){0};
}

static bool is_path(const char *text)
{
    size_t length = strlen(text);
    return strchr(text, '/') != NULL || (length > 5 && strcmp(text + length - 5, ".json") == 0);
}

static void offer_shipped(struct nearest *nearest)
{
    char path[PATH_MAX];
    struct dirent **entries = NULL;
    int count = data_path(path, sizeof path, "targets", NULL) == 0
                    ? scandir(path, &entries, NULL, alphasort)
                    : 0;
    for (int i = 0; i < count; i++) {
        char *dot = strrchr(entries[i]->d_name, '.');
        if (dot != NULL && strcmp(dot, ".json") == 0) {
            *dot = '\0';
            nearest_offer(nearest, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
}

int target_find(const char *name_or_path, char *out, size_t size, struct error *error)
{
    if (is_path(name_or_path))
        return path_format(out, size, error, "%s", name_or_path);
    char relative[256];
    struct nearest nearest = {.word = name_or_path};
    if (path_format(relative, sizeof relative, NULL, "targets/%s.json", name_or_path) == 0 &&
        data_path(out, size, relative, NULL) == 0)
        return 0;
    /* An installation without its data is another mistake than a misspelt name. */
    if (data_path(out, size, "targets", error) != 0)
        return -1;
    offer_shipped(&nearest);
    return error_set(error, ERROR_USAGE, "--target",
                     "no such target: %s%s; 'rename-oracle list' shows all, or give the path of a "
                     "descriptor",
                     name_or_path, nearest.hint);
}

json_t *target_steps(const struct target *target, const char *key)
{
    return json_object_get(target->source.root, key);
}

json_t *target_offered_steps(const struct target *target, const char *need, const char *key)
{
    return need == NULL ? NULL : json_object_get(json_object_get(target->offers, need), key);
}
