/* SPDX-License-Identifier: MIT */
#ifndef RO_LAUNCHER_LOG_H
#define RO_LAUNCHER_LOG_H

#include <jansson.h>

/**
 * Looks for what a launcher wrote about itself into the files of the directory `logs`: lines that
 * hold `pattern`, a text in which <version> and <mode> each stand for one word. Returns a new
 * object: {"mode": WORD, "version": WORD, "line": LINE} when all such lines say the same, else
 * {"why": TEXT}; either with {"failure": LINE}, the last line that holds `failure`, unless that is
 * NULL or in none, and {"text": LINES}, the end of all that was logged, each file behind its name;
 * NULL when memory ran out. Follows no link and waits for no FIFO; of each file
 * only the first MiB counts, as a launcher tells this when it starts. For use in a deputy: it waits
 * for the file system.
 */
json_t *launcher_log_read(const char *logs, const char *pattern, const char *failure);

#endif
