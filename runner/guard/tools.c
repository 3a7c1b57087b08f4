/* SPDX-License-Identifier: MIT */
#include "guard/tools.h"

#include "guard/judging/python_command.h"

#include <stddef.h>
#include <string.h>

enum {
    ALL = 1 << TOOLS_ALL,
    STANDALONE = ALL | 1 << TOOLS_STANDALONE,
    HOSTED = ALL | 1 << TOOLS_HOSTED,
    UNIX = STANDALONE | HOSTED,
    WINDOWS = ALL | 1 << TOOLS_WINDOWS,
    EVERY = UNIX | WINDOWS,
};

const struct tool guard_tools[] = {
    {"nanvixd.elf", TOOL_BOOTS, UNIX},
    {"nanvixd.exe", TOOL_BOOTS, WINDOWS},
    {"uservm.elf", TOOL_BOOTS, HOSTED},
    {"linuxd.elf", TOOL_BOOTS, HOSTED},
    {"mkimage.elf", TOOL_MAKES_IMAGE, STANDALONE},
    {"mkimage.exe", TOOL_MAKES_IMAGE, WINDOWS},
    {"mkramfs.elf", TOOL_MAKES_RAMFS, UNIX},
    {"mkramfs.exe", TOOL_MAKES_RAMFS, WINDOWS},
    {"kernel.elf", TOOL_UNKNOWN, EVERY},
    {"procd.elf", TOOL_UNKNOWN, STANDALONE | WINDOWS},
    {"memd.elf", TOOL_UNKNOWN, STANDALONE | WINDOWS},
    {"vfsd.elf", TOOL_UNKNOWN, STANDALONE | WINDOWS},
    {"hostfsd.elf", TOOL_UNKNOWN, STANDALONE},
    {"python3.12", TOOL_INTERPRETER, EVERY},
    {"python3.12.elf", TOOL_INTERPRETER, EVERY},
    {"python3", TOOL_INTERPRETER, EVERY},
    {"python3.elf", TOOL_INTERPRETER, EVERY},
    {"python.elf", TOOL_INTERPRETER, EVERY},
    {NULL, TOOL_UNKNOWN, 0},
};

/* Length of a name without .elf or .exe. */
static size_t stem_length(const char *name)
{
    size_t length = strlen(name);
    bool suffixed = length > 4 && (strcmp(name + length - 4, ".elf") == 0 ||
                                   strcmp(name + length - 4, ".exe") == 0);
    return suffixed ? length - 4 : length;
}

static bool same_stem(const char *one, const char *other)
{
    size_t length = stem_length(one);
    return length == stem_length(other) && strncmp(one, other, length) == 0;
}

enum tool_kind tool_kind(const char *name)
{
    for (const struct tool *tool = guard_tools; tool->name != NULL; tool++)
        if (same_stem(tool->name, name))
            return tool->kind;
    return python_is_interpreter_path(name) ? TOOL_INTERPRETER : TOOL_UNKNOWN;
}

bool tool_is_nanvix(const char *name)
{
    for (const struct tool *tool = guard_tools; tool->name != NULL; tool++)
        if (tool->kind != TOOL_INTERPRETER && same_stem(tool->name, name))
            return true;
    return false;
}
