/* SPDX-License-Identifier: MIT */
/*
 * Says what python_command_parse makes of its own arguments and environment: "runs on" (bytecode
 * may be written), "runs off", "prints" or "refuses". For compare_with_python.py.
 */
#include "guard/judging/python_command.h"

#include <stdio.h>

extern char **environ;

int main(int argc, char **argv)
{
    size_t envc = 0;
    while (environ[envc] != NULL)
        envc++;
    struct python_command command = python_command_parse(
        (size_t)argc - 1, (const char *const *)argv + 1, envc, (const char *const *)environ);
    if (command.deed == PYTHON_PRINTS)
        (void)puts("prints");
    else if (command.deed == PYTHON_REFUSES)
        (void)puts("refuses");
    else
        (void)puts(python_command_is_protected(&command) ? "runs off" : "runs on");
    return 0;
}
