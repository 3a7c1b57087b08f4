/* SPDX-License-Identifier: MIT */
#include "base/program.h"

#include "base/files.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char default_directories[] = "/usr/bin:/bin";
static const char administration[] = "/usr/sbin:/sbin:/usr/local/sbin";

bool program_is_at(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode) && access(path, X_OK) == 0;
}

bool program_find_in(const char *directories, const char *name, char *out, size_t size)
{
    while (directories != NULL && *directories != '\0') {
        size_t length = strcspn(directories, ":");
        if (length > 0 &&
            path_format(out, size, NULL, "%.*s/%s", (int)length, directories, name) == 0 &&
            program_is_at(out))
            return true;
        directories += length + (directories[length] == ':' ? 1 : 0);
    }
    return false;
}

int program_find(const char *name, char *out, size_t size, struct error *error)
{
    const char *directories = getenv("PATH");
    if (strchr(name, '/') != NULL)
        return path_format(out, size, error, "%s", name);
    if (program_find_in(directories == NULL ? default_directories : directories, name, out, size) ||
        program_find_in(administration, name, out, size))
        return 0;
    return error_set(error, ERROR_ENVIRONMENT, name, "is neither in PATH nor in %s",
                     administration);
}
