/* SPDX-License-Identifier: MIT */
#include "base/data_dir.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define VARIABLE "RENAME_ORACLE_DATA"

static bool stays_below(const char *relative)
{
    if (relative[0] == '\0' || relative[0] == '/')
        return false;
    for (const char *part = relative; part != NULL; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0'))
            return false;
    }
    return true;
}

/** Cuts the last component off an absolute path; "/" and "/name" become "". */
static void cut_last_component(char *path)
{
    char *slash = strrchr(path, '/');
    if (slash != NULL)
        *slash = '\0';
}

/** Writes the two default places, separated by ':'. */
static int default_places(char *out, size_t size, struct error *error)
{
    /* The kernel gives the canonical path, so that cutting components is the same as "..". */
    char executable[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", executable, sizeof executable - 1);
    if (length < 0)
        return error_set_errno(error, errno, "/proc/self/exe",
                               "can't find this program's own files; mount /proc or set " VARIABLE);
    executable[length] = '\0';
    cut_last_component(executable);
    cut_last_component(executable);
    int used =
        snprintf(out, size, "%s/share/rename-oracle:%s/lib/rename-oracle", executable, executable);
    if (used < 0 || (size_t)used >= size)
        return error_set_errno(error, ENAMETOOLONG, executable,
                               "can't name this program's own files");
    return 0;
}

/** 1 when `place`/`relative` exists and is now in `out`, 0 when it does not, -1 on an error. */
static int try_place(char *out, size_t size, const char *place, size_t place_length,
                     const char *relative, struct error *error)
{
    /* Callers change directory and start programs elsewhere, so what they get must be absolute. */
    char base[PATH_MAX] = "";
    if (place[0] != '/' && getcwd(base, sizeof base) == NULL)
        return error_set_errno(error, errno, VARIABLE, "can't name the current directory");
    int used = snprintf(out, size, "%s%s%.*s/%s", base, place[0] == '/' ? "" : "/",
                        (int)place_length, place, relative);
    if (used < 0 || (size_t)used >= size)
        return error_set_errno(error, ENAMETOOLONG, relative, "can't name this data file");
    return access(out, F_OK) == 0;
}

int data_path(char *out, size_t size, const char *relative, struct error *error)
{
    if (!stays_below(relative))
        return error_set(error, ERROR_USAGE, relative, "not the name of a data file");

    char defaults[2 * PATH_MAX + 64] = "";
    const char *places = getenv(VARIABLE);
    bool overridden = places != NULL && places[0] != '\0';
    if (!overridden) {
        if (default_places(defaults, sizeof defaults, error) != 0)
            return -1;
        places = defaults;
    }
    for (const char *place = places; place != NULL;) {
        const char *end = strchrnul(place, ':');
        if (end != place) {
            int found = try_place(out, size, place, (size_t)(end - place), relative, error);
            if (found != 0)
                return found > 0 ? 0 : -1;
        }
        place = *end == '\0' ? NULL : end + 1;
    }
    return error_set(error, ERROR_ENVIRONMENT, relative, "not found in %s; %s", places,
                     overridden ? "correct " VARIABLE " or unset it"
                                : "install rename-oracle again, or set " VARIABLE);
}
