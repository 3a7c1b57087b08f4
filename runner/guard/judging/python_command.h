/* SPDX-License-Identifier: MIT */
#ifndef RO_PYTHON_COMMAND_H
#define RO_PYTHON_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

/** What an interpreter does with its command line. */
enum python_deed {
    PYTHON_RUNS, /* a module, a command, a script, standard input: it imports, so it writes pycs */
    PYTHON_PRINTS,  /* its help or its version, then it ends without having imported a source */
    PYTHON_REFUSES, /* an unknown option or a missing argument: usage, exit status 2 */
};

/** What CPython makes of one command line, as far as the writing of bytecode goes. */
struct python_command {
    enum python_deed deed;
    bool option;      /* -B counts */
    bool environment; /* PYTHONDONTWRITEBYTECODE counts */
    const char
        *hint; /* what looks like protection and is none, a string constant; NULL if nothing */
};

/**
 * Takes the arguments of an interpreter apart (`argv` without the program's name) together with
 * its environment ("K=V" strings), the way CPython 3.8 to 3.14 do (Python/getopt.c and
 * Python/initconfig.c): options end before the first element that is no option, at "-", behind
 * "--", and with -c or -m; -W, -X and --check-hash-based-pycs take an argument, in the same element
 * or the next; -E and -I make PYTHON* variables count for nothing; a variable whose whole value is
 * a number counts if that is not 0, any other text counts, an empty one does not.
 *
 * Where a variable stands twice it counts only if each of them does. Cannot fail; borrows all.
 */
struct python_command python_command_parse(size_t argc, const char *const *argv, size_t envc,
                                           const char *const *env);

/** Whether -B or the variable keeps this command from writing bytecode. */
bool python_command_is_protected(const struct python_command *command);

/**
 * Whether a program's path names a Python interpreter: the word "python" in its last component,
 * whatever the case ("./bin/python3.12", "python3.elf", "PYTHON.EXE", "micropython"), unless that
 * ends in ".py" or ".img". Too many are looked at rather than too few.
 */
bool python_is_interpreter_path(const char *path);

#endif
