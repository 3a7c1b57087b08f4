/* SPDX-License-Identifier: MIT */
#ifndef ZOO_OPTIONS_H
#define ZOO_OPTIONS_H

#include "fault.h"

/** What the command line of zoofs asks for. The texts borrow from argv. */
struct options {
    const char *backing;
    const char *mount_point;
    const struct fault *fault;
    const char *parameter;
    unsigned depth;
    unsigned life_s;     /* after this many seconds the daemon is killed by its own alarm */
    pid_t parent;        /* the daemon ends with this process; 0: with none */
    const char *callers; /* a file to write the pid of every caller to; NULL for none */
    bool table;          /* print the fault table and end */
};

/** Reads the command line. Prints what is wrong with it and exits with 2; --help exits with 0. */
void options_parse(struct options *options, int argc, char **argv);

#endif
