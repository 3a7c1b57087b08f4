/* SPDX-License-Identifier: MIT */
#ifndef RO_COMMAND_H
#define RO_COMMAND_H

/**
 * One subcommand of rename-oracle. `run` gets the arguments from the subcommand's name on (so
 * argv[0] is "run", "gate", ...), parses them itself with argp and returns the exit code of the
 * whole program.
 */
struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
};

int command_run(int argc, char **argv);     /* commands/run.c */
int command_list(int argc, char **argv);    /* commands/list.c */
int command_gate(int argc, char **argv);    /* commands/gate.c */
int command_guard(int argc, char **argv);   /* commands/guard.c */
int command_compare(int argc, char **argv); /* commands/compare.c */
int command_bisect(int argc, char **argv);  /* commands/bisect.c */
int command_clean(int argc, char **argv);   /* commands/clean.c */
int command_report(int argc, char **argv);  /* commands/report.c */

#endif
