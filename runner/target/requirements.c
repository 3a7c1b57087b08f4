/* SPDX-License-Identifier: MIT */
#include "base/program.h"
#include "target/placeholder.h"
#include "target/target.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool program_is_here(const char *program, const char *package, char path[PATH_MAX],
                            char *missing, size_t size)
{
    if (program_find(program, path, PATH_MAX, NULL) == 0)
        return true;
    (void)snprintf(missing, size, "needs the program %s; install the package %s", program, package);
    return false;
}

static bool program_met(const json_t *need, const char *program, json_t *bindings, char *missing,
                        size_t size)
{
    char path[PATH_MAX];
    char name[PATH_MAX];
    const char *package = json_string_value(json_object_get(need, "package"));
    if (!program_is_here(program, package, path, missing, size))
        return false;
    (void)snprintf(name, sizeof name, "program:%s", program);
    struct error error = ERROR_INIT;
    if (placeholders_bind(bindings, name, path, &error) == 0)
        return true;
    error_describe(&error, missing, size);
    return false;
}

/* A regular file takes part, so that it is recorded as programs are. */
static bool bind_file(json_t *bindings, const char *path, struct error *error)
{
    char name[PATH_MAX];
    struct stat status;
    (void)snprintf(name, sizeof name, "file:%s", path);
    return stat(path, &status) != 0 || !S_ISREG(status.st_mode) ||
           placeholders_bind(bindings, name, path, error) == 0;
}

static bool file_met(const struct target *target, const json_t *need, json_t *bindings,
                     char *missing, size_t size)
{
    const char *wanted = json_string_value(json_object_get(need, "access"));
    int mode = wanted == NULL || strcmp(wanted, "r") == 0 ? R_OK
               : strcmp(wanted, "x") == 0                 ? X_OK
                                                          : R_OK | W_OK;
    struct error error = ERROR_INIT;
    CLEANUP_FREE char *path = target_expand_text(
        target, json_string_value(json_object_get(need, "file")), bindings, &error);
    const char *remedy = json_string_value(json_object_get(need, "remedy"));
    CLEANUP(globfree) glob_t found = {0};
    bool met = path != NULL && glob(path, GLOB_NOCHECK | GLOB_NOSORT, NULL, &found) == 0;
    for (size_t i = 0; met && i < found.gl_pathc; i++)
        met =
            access(found.gl_pathv[i], mode) == 0 && bind_file(bindings, found.gl_pathv[i], &error);
    if (error.code != ERROR_NONE)
        error_describe(&error, missing, size);
    else if (!met)
        (void)snprintf(missing, size, "needs %s: %s; %s", path, strerror(errno), remedy);
    return met;
}

/* The first of an interpreter's places that there is, else the first. */
static char *find_python(const struct target *target, const json_t *places, const json_t *bindings,
                         struct error *error)
{
    const char *first =
        json_string_value(json_is_array(places) ? json_array_get(places, 0) : places);
    size_t index;
    const json_t *place;
    json_array_foreach(places, index, place) {
        CLEANUP_FREE char *path =
            target_expand_text(target, json_string_value(place), bindings, error);
        if (path != NULL && access(path, F_OK) == 0)
            return steal_pointer(&path);
    }
    return target_expand_text(target, first, bindings, error);
}

static bool all_met(const struct target *target, const json_t *needs, json_t *bindings,
                    char *missing, size_t size)
{
    size_t index;
    const json_t *need;
    json_array_foreach(needs, index, need) {
        const char *program = json_string_value(json_object_get(need, "program"));
        if (program != NULL ? !program_met(need, program, bindings, missing, size)
                            : !file_met(target, need, bindings, missing, size))
            return false;
    }
    return true;
}

/* What the runner itself starts to look into an image, whether the descriptor says so or not. */
static bool view_met(const struct target *target, char *missing, size_t size)
{
    static const char *const needs[][2] = {
        {"fsck.fat", "dosfstools"}, {"mdir", "mtools"}, {"mcopy", "mtools"}};
    char path[PATH_MAX];
    if (target->view_kind == NULL || strcmp(target->view_kind, "fat-image") != 0)
        return true;
    for (size_t i = 0; i < sizeof needs / sizeof needs[0]; i++)
        if (!program_is_here(needs[i][0], needs[i][1], path, missing, size))
            return false;
    return true;
}

bool target_requirements_met(const struct target *target, json_t *bindings, char *missing,
                             size_t size)
{
    return all_met(target, json_object_get(target->source.root, "requires"), bindings, missing,
                   size) &&
           view_met(target, missing, size);
}

bool target_interpreter_met(const struct target *target, json_t *bindings, char *missing,
                            size_t size)
{
    const json_t *interpreter = target->interpreter;
    struct error error = ERROR_INIT;
    if (interpreter == NULL) {
        (void)snprintf(missing, size, "its descriptor names no interpreter");
        return false;
    }
    CLEANUP_FREE char *python =
        find_python(target, json_object_get(interpreter, "python"), bindings, &error);
    if (python == NULL || placeholders_bind(bindings, "python", python, &error) != 0) {
        (void)snprintf(missing, size, "its interpreter: %s", error.what);
        return false;
    }
    return all_met(target, json_object_get(interpreter, "requires"), bindings, missing, size);
}

int target_bind_data(const struct target *target, json_t *bindings, struct error *error)
{
    return placeholders_bind_data(target->source.root, bindings, error);
}

char *target_expand_text(const struct target *target, const char *text, const json_t *bindings,
                         struct error *error)
{
    return placeholders_replace(text, bindings, target->source.path, error);
}

json_t *target_expand(const struct target *target, json_t *value, const json_t *bindings,
                      struct error *error)
{
    return placeholders_replace_all(value, bindings, target->source.path, error);
}
